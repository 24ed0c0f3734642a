/**
 * Results that nobody can reach any more hold memory of the heap that the engine does not see: their handles are
 * small, so it is in no hurry to collect them. This says when it is to be asked to, here and wherever handles may be:
 * whenever the heap has grown by as much as was left the last time. Nothing that users rely on depends on it: what is
 * disposed of is free at once.
 */

import type { Heap } from "../memory/heap.ts";

/** Below this share of the heap nothing is asked, and it must grow by so much from one time to the next. */
const LEAST_SHARE = 1 / 64;

export class Collector {
  readonly #heap: Heap;
  #threshold = 0;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#threshold = this.#next();
  }

  /** Called where memory may have been taken since the last time. Runs `collect` where that is due, and says so. */
  check(collect: () => void): boolean {
    const isDue = this.#heap.stats().bytes >= this.#threshold;
    if (isDue) collect();
    // What was freed since the last time was not in use.
    this.#threshold = isDue ? this.#next() : Math.min(this.#threshold, this.#next());
    return isDue;
  }

  /** Twice what is in use now, but half of what is free must stay; half as much again where data is on disk. */
  #next(): number {
    const { bytes, capacity, spill } = this.#heap.stats();
    const most = spill?.bound ?? capacity;
    const growth = bytes < most ? Math.min(bytes, (most - bytes) / 2) : bytes / 2;
    return bytes + Math.max(growth, most * LEAST_SHARE);
  }
}
