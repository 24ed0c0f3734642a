/** One thread of the test of the deques: the owner of slot 1, or a thief. Says what it took. */

import { parentPort, workerData } from "node:worker_threads";
import { Heap, type HeapShare } from "../../src/memory/heap.ts";
import { TaskTable } from "../../src/sched/task-table.ts";

export interface Part {
  readonly heap: HeapShare;
  readonly core: WebAssembly.Module;
  readonly slot: number;
  /** Items that the owner pushes, in bursts; none for thieves. */
  readonly bursts: readonly number[];
  /** How many times each record was begun, by record. */
  readonly begun: Int32Array;
  /** Word 0: threads that are ready. Word 1: items taken. */
  readonly state: Int32Array;
  readonly threads: number;
}

const { heap: share, core, slot, bursts, begun, state, threads } = workerData as Part;
const heap = new Heap(share, slot);
const table = new TaskTable(core, heap, { wakeControl: () => undefined });
const total = begun.length - 1;

function take(record: number): void {
  Atomics.add(begun, record, 1);
  Atomics.add(state, 1, 1);
}

Atomics.add(state, 0, 1);
while (Atomics.load(state, 0) < threads);
for (const burst of bursts) {
  // The items are records of control's, numbered from 1; every other one comes back by pop, as far as it is left.
  for (let i = 0; i < burst; i++) {
    const record = Atomics.add(state, 2, 1) + 1;
    if (record > total) break;
    table.core.enqueue(slot, record);
    if (i % 2 === 1) {
      const own = table.core.next(slot, 0);
      if (own !== 0) take(own);
    }
  }
}
while (Atomics.load(state, 1) < total) {
  const record = table.core.next(slot, 20);
  if (record !== 0) take(record);
}
parentPort?.postMessage("done");
