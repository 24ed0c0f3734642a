/**
 * Functions on their way and on arrival. A function that would always ship the same is shipped once and stays;
 * one that captures what may change is read again at each use, and shares its chunk with the last reading
 * when nothing changed. Each thread builds a function once and keeps it while its chunk lives.
 */

import type { AnyFunction } from "../closure/codec.ts";
import type { Heap } from "../memory/heap.ts";
import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";
import type { Holdings } from "./holdings.ts";
import type { Payloads } from "./payload.ts";

export interface BuiltFunction {
  readonly fn: AnyFunction;
  /** Something of it may run after the call has returned. */
  readonly continues: boolean;
}

interface Shipped {
  readonly chunk: number;
  readonly stable: boolean;
  /** Where our reference is noted, if we hold one. */
  readonly place?: number;
}

/** Built functions kept of those that are not for good. */
const KEPT = 1024;
/** Shipped functions whose chunk is kept for the next time they come: bounded, whatever the collector does. */
const KEPT_SHIPPED = 64;

export class Functions {
  readonly #heap: Heap;
  readonly #payloads: Payloads;
  readonly #holdings: Holdings;
  readonly #shipped = new WeakMap<AnyFunction, Shipped>();
  readonly #stableByContent = new Map<string, number>();
  readonly #built = new Map<number, BuiltFunction & { readonly generation: number }>();
  /** Those of which we hold a reference though they are not stable; the oldest first. */
  readonly #kept = new Set<Shipped>();
  readonly #dropped = new FinalizationRegistry<Shipped>((shipped) => this.#letGo(shipped));

  constructor(heap: Heap, payloads: Payloads, holdings: Holdings) {
    this.#heap = heap;
    this.#payloads = payloads;
    this.#holdings = holdings;
    for (const chunk of holdings.stays("function")) {
      this.#stableByContent.set(this.#contentOf(chunk), chunk);
    }
  }

  #contentOf(chunk: number): string {
    return this.#heap.using(chunk, () =>
      new TextDecoder("latin1").decode(this.#heap.bytes(chunk).slice()),
    );
  }

  /**
   * The chunk of a function. `stable`: it stays for good, else the caller owns a reference.
   * @throws BodkinError where the function cannot travel
   */
  ship(fn: AnyFunction): { readonly chunk: number; readonly stable: boolean } {
    const known = this.#shipped.get(fn);
    if (known?.stable) return known;
    if (typeof fn !== "function") {
      throw invalidArgument(`a task needs a function to run, not ${describe(fn)}`);
    }
    const { chunk, stable } = this.#payloads.writeFunction(fn, 0);
    if (stable) return this.#note(fn, { chunk: this.#settle(known, chunk), stable });
    if (known && this.#kept.has(known)) {
      if (this.#sameBytes(known.chunk, chunk)) {
        this.#heap.release(chunk);
        this.#heap.retain(known.chunk);
        return known;
      }
      this.#dropped.unregister(fn);
      this.#letGo(known);
    }
    // One reference for the task, one for the next time this function comes.
    this.#heap.retain(chunk);
    const place = this.#holdings.note("reference", chunk);
    const shipped = this.#note(fn, { chunk, stable, place });
    this.#kept.add(shipped);
    this.#dropped.register(fn, shipped, fn);
    if (this.#kept.size > KEPT_SHIPPED) this.#letGo(this.#kept.values().next().value as Shipped);
    return shipped;
  }

  /** The chunk that stays for a function that never changes: one that threads may have built from, if any. */
  #settle(known: Shipped | undefined, chunk: number): number {
    const content = this.#contentOf(chunk);
    let stays = this.#stableByContent.get(content);
    if (stays === undefined) {
      const isKept = known && this.#kept.has(known) && this.#sameBytes(known.chunk, chunk);
      stays = isKept ? known.chunk : chunk;
      if (isKept) {
        // The reference is for good now.
        this.#kept.delete(known);
        this.#holdings.end(known.place as number);
      }
      this.#holdings.note("function", stays);
      this.#heap.store(stays, "memory");
      this.#stableByContent.set(content, stays);
    }
    if (stays !== chunk) this.#heap.release(chunk);
    return stays;
  }

  #letGo(shipped: Shipped): void {
    if (this.#kept.delete(shipped)) this.#heap.release(this.#holdings.end(shipped.place as number));
  }

  #note(fn: AnyFunction, shipped: Shipped): Shipped {
    this.#shipped.set(fn, shipped);
    return shipped;
  }

  #sameBytes(a: number, b: number): boolean {
    const heap = this.#heap;
    if (heap.bytesOf(a) !== heap.bytesOf(b)) return false;
    return heap.using(a, () =>
      heap.using(b, () => {
        const other = heap.bytes(b);
        return heap.bytes(a).every((byte, i) => byte === other[i]);
      }),
    );
  }

  /** The function of a chunk. @throws Pending */
  get(chunk: number): BuiltFunction {
    const generation = this.#heap.generationOf(chunk);
    const known = this.#built.get(chunk);
    if (known && known.generation === generation) return known;
    const built = { ...this.#payloads.readFunction(chunk), generation };
    this.#built.delete(chunk);
    this.#built.set(chunk, built);
    if (this.#built.size > KEPT) this.#built.delete(this.#built.keys().next().value as number);
    return built;
  }
}
