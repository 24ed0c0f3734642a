/**
 * Work on a heap that comes through every path of allocator and chunk table, written so that at every moment
 * what is held is known from outside: `held` lists chunks with their generation, as a record of the scheduler
 * would.
 */

import type { ChunkSpec, Heap } from "../../src/memory/heap.ts";

export interface Held {
  readonly chunk: number;
  readonly generation: number;
}

export class Holder {
  readonly held: Held[] = [];
  readonly #heap: Heap;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Allocates and seals; from then on it is held. */
  make(spec: ChunkSpec): Held {
    const heap = this.#heap;
    const chunk = spec.kind === "object" ? heap.reserve(spec) : heap.allocate(spec);
    const held = { chunk, generation: heap.generationOf(chunk) };
    this.held.push(held);
    heap.seal(chunk);
    return held;
  }

  /** Gives the reference of a held chunk back. */
  drop(held: Held): void {
    this.#heap.release(held.chunk);
    this.held.splice(this.held.indexOf(held), 1);
  }

  dropAll(): void {
    for (const each of [...this.held]) this.drop(each);
  }
}

/** Runs on a heap of `SCENARIO_BYTES`. */
export function scenario(heap: Heap, holder: Holder): void {
  const value = (bytes: number): Held => holder.make({ kind: "value", bytes });
  // Slabs that begin, fill and end, with neighbours and alone.
  const blocks = Array.from({ length: 18 }, () => value(8192));
  for (const each of blocks.slice(0, 9)) holder.drop(each);
  for (const each of blocks.slice(9).reverse()) holder.drop(each);
  // Runs of pages, merged on both sides.
  const runs = [8193, 20 * 4096, 40 * 4096, 8193].map(value);
  for (const at of [1, 3, 0, 2]) holder.drop(runs[at] as Held);
  // The whole heap: what slabs are kept must be given up.
  holder.drop(value(SCENARIO_BYTES - 4096));
  const before = heap.stats();
  try {
    value(SCENARIO_BYTES);
  } catch (error) {
    if ((error as { code?: string }).code !== "HEAP_FULL") throw error;
    if (heap.stats().chunks !== before.chunks) throw new Error("a refusal left something");
  }
  // More references, stale ones, and what the control thread must end.
  const one = value(100);
  if (!heap.tryRetain(one.chunk, one.generation)) throw new Error("it lives");
  holder.held.push(one);
  holder.drop(one);
  holder.drop(one);
  if (heap.tryRetain(one.chunk, one.generation)) throw new Error("that life is over");
  holder.drop(holder.make({ kind: "object", bytes: 0 }));
  holder.drop(holder.make({ kind: "compound", bytes: 64 }));
}

export const SCENARIO_BYTES: number = 2 ** 20;
