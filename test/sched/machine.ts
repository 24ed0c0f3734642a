/** The WebAssembly core with the views that several threads would have of it, and a fuse that kills at a probe. */

import { createHeap, Heap } from "../../src/memory/heap.ts";
import type { CHUNK } from "../../src/memory/layout.ts";
import { coreModule } from "../../src/sched/core/module.ts";
import { RECORD, RECORD_BUMP, SLOT, slotAddress, TAG } from "../../src/sched/layout.ts";
import { TaskTable } from "../../src/sched/task-table.ts";

const HEAP_BYTES = 2 ** 26;

/** Thrown where a thread dies. */
export class Death extends Error {}

export class Machine {
  readonly slots: number;
  readonly tables: readonly TaskTable[];
  readonly heaps: readonly Heap[];
  /** Steps that were killed. */
  deaths = 0;
  /** Times that the control thread was woken. */
  wakes = 0;
  #fuse = Number.POSITIVE_INFINITY;

  /** Slot 0 is the control thread. */
  constructor(slots: number) {
    this.slots = slots;
    const share = createHeap(HEAP_BYTES, { probe: true });
    const core = new WebAssembly.Module(coreModule({ probe: true }));
    const probe = (): undefined => this.probe();
    this.heaps = Array.from({ length: slots }, (_, slot) => new Heap(share, slot, probe));
    this.tables = this.heaps.map(
      (heap) => new TaskTable(core, heap, { wakeControl: () => this.#wake(), probe }),
    );
    this.control.initialise(slots);
  }

  get control(): TaskTable {
    return this.tables[0] as TaskTable;
  }

  #wake(): undefined {
    this.wakes++;
    return this.probe();
  }

  /** A place where a thread may be interrupted. */
  probe(): undefined {
    if (--this.#fuse < 0) {
      this.#fuse = Number.POSITIVE_INFINITY;
      this.deaths++;
      throw new Death("killed");
    }
  }

  /** Runs a step of a thread that dies at the `after`-th probe; false where that came. */
  survives(after: number, step: () => void): boolean {
    this.#fuse = after;
    try {
      step();
      return true;
    } catch (error) {
      if (error instanceof Death) return false;
      throw error;
    } finally {
      this.#fuse = Number.POSITIVE_INFINITY;
    }
  }

  /** A sealed chunk with one number, in one go: the heap's own tests interrupt that. */
  chunkOf(slot: number, value: number): number {
    const heap = this.heaps[slot] as Heap;
    const fuse = this.#fuse;
    this.#fuse = Number.POSITIVE_INFINITY;
    const chunk = heap.allocate({ kind: "typed", bytes: 8, element: "f64" });
    (heap.view(chunk) as Float64Array)[0] = value;
    heap.seal(chunk);
    this.#fuse = fuse;
    return chunk;
  }

  numberIn(chunk: number): number {
    return (this.heaps[0] as Heap).view(chunk)[0] as number;
  }

  /** What the control thread does when the thread of a slot is gone, and a new one takes its seat. */
  bury(dead: number): void {
    const heap = this.heaps[0] as Heap;
    const { core } = this.control;
    for (const { record, what } of this.control.orphans(dead)) {
      if (what === "toFree") core.free(0, record);
      else {
        this.control.leaveWord(TAG.error, this.chunkOf(0, 0));
        if (what === "running") core.finish(0, record, TAG.error, 0);
        else core.abort(0, record, TAG.error);
      }
    }
    heap.repair(dead);
  }

  slotWord(slot: number, field: keyof typeof SLOT): number {
    return Atomics.load(this.control.words, (slotAddress(slot) + SLOT[field]) >>> 2);
  }

  /** References to a chunk. */
  references(chunk: number): number {
    return (this.heaps[0] as Heap).get(chunk, "refs" satisfies keyof typeof CHUNK);
  }

  get liveChunks(): number {
    return (this.heaps[0] as Heap).stats().chunks;
  }

  /** Records ever taken from the supply, and how many are free for use again. */
  records(): { made: number; free: number } {
    let free = 0;
    for (let slot = 0; slot < this.slots; slot++) {
      for (let at = this.slotWord(slot, "freeList"); at !== 0; ) {
        free++;
        at = this.control.word(at, RECORD.queueNext);
      }
    }
    return { made: (this.control.words[RECORD_BUMP >>> 2] as number) - 1, free };
  }
}
