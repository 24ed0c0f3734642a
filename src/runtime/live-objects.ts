/**
 * Values that are not bytes: shared buffers, which every thread of the process sees, and objects that users
 * pin to one thread. Each is a chunk without data, so that references to it are counted like any other; the
 * value itself is in the tables of the threads that may use it.
 */

import { Pending } from "../closure/pending.ts";
import type { Heap } from "../memory/heap.ts";
import { BodkinError, SchedulingError } from "../wire/errors.ts";

/** Tells the other threads of the process; see `ThreadMessage`. */
export type Announce = (chunk: number, generation: number, value: object) => void;

export class LiveObjects {
  readonly #heap: Heap;
  readonly #announce: Announce;
  readonly #values = new Map<number, { readonly generation: number; readonly value: unknown }>();
  readonly #known = new WeakMap<object, { readonly chunk: number; readonly generation: number }>();
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();

  constructor(heap: Heap, announce: Announce) {
    this.#heap = heap;
    this.#announce = announce;
  }

  /** Whether any value was ever shared with this thread. */
  hasShared = false;

  /** A chunk for a value that stays on this thread; the caller owns the reference. */
  pin(value: unknown, label: number): number {
    const chunk = this.#heap.reserve({ kind: "object", bytes: 0, label });
    this.#heap.seal(chunk);
    this.#values.set(chunk, { generation: this.#heap.generationOf(chunk), value });
    return chunk;
  }

  /** A chunk for a value that all threads of the process share; the caller owns the reference. */
  share(value: object): number {
    const known = this.#known.get(value);
    if (known && this.#heap.tryRetain(known.chunk, known.generation)) return known.chunk;
    const chunk = this.pin(value, 0);
    this.#heap.set(chunk, "slot", SHARED_SLOT);
    const generation = this.#heap.generationOf(chunk);
    this.#known.set(value, { chunk, generation });
    this.hasShared = true;
    this.#announce(chunk, generation, value);
    return chunk;
  }

  /** Another thread shares a value. */
  learn(chunk: number, generation: number, value: object): void {
    this.#values.set(chunk, { generation, value });
    this.#known.set(value, { chunk, generation });
    this.hasShared = true;
    this.#waiting.get(chunk)?.resolve();
    this.#waiting.delete(chunk);
  }

  /** The value of a chunk. @throws Pending while it is on its way from the thread that shares it */
  get(chunk: number): unknown {
    const found = this.#values.get(chunk);
    if (found && found.generation === this.#heap.generationOf(chunk)) return found.value;
    const home = this.#heap.get(chunk, "worker");
    if (this.#heap.get(chunk, "slot") === SHARED_SLOT) {
      if (home !== 0) {
        throw new SchedulingError(
          `a SharedArrayBuffer is shared by the threads of worker ${home} only: run its tasks in scope({ worker: ${home} }), or pass a copy of the data`,
        );
      }
      const arrival = this.#waiting.get(chunk) ?? Promise.withResolvers<void>();
      this.#waiting.set(chunk, arrival);
      throw new Pending(arrival.promise);
    }
    throw new BodkinError(
      "THREAD_DIED",
      "the value was pinned to a thread that has ended; values that must outlive a thread belong into arrays or files",
    );
  }

  /** The last reference is gone. */
  forget(chunk: number): void {
    this.#values.delete(chunk);
  }
}

/** Stands in the entry of a shared object in place of the thread that holds it. */
export const SHARED_SLOT = 0xff;
