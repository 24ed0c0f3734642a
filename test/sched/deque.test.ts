/** The deques under real threads: an owner that pushes and pops, thieves that steal, rings that grow. */

import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { createHeap, Heap } from "../../src/memory/heap.ts";
import { coreModule } from "../../src/sched/core/module.ts";
import {
  FIRST_RING_LENGTH,
  RECORD,
  RING_BYTES,
  recordAddress,
  STATUS,
} from "../../src/sched/layout.ts";
import { TaskTable } from "../../src/sched/task-table.ts";
import { times } from "../support/counts.ts";
import type { Part } from "./deque-thread.ts";

/** Runs an owner with its bursts against thieves; gives how often each item was taken. */
async function contend(
  bursts: readonly number[],
  thieves: number,
): Promise<{ begun: Int32Array; ringBytes: number }> {
  const total = bursts.reduce((sum, burst) => sum + burst, 0);
  const threads = 1 + thieves;
  const share = createHeap(2 ** 20);
  const core = new WebAssembly.Module(coreModule());
  const table = new TaskTable(core, new Heap(share, 0), { wakeControl: () => undefined });
  table.initialise(threads + 1);
  table.useClass(31);
  for (let i = 1; i <= total; i++) {
    const record = table.take();
    if (record !== i) throw new Error("records are numbered from 1");
    table.describe(record, 0, 0, 31);
    table.words[recordAddress(record) >>> 2] = STATUS.ready;
    table.words[(recordAddress(record) + RECORD.pending) >>> 2] = 1;
  }
  const begun = new Int32Array(new SharedArrayBuffer(4 * (total + 1)));
  const state = new Int32Array(new SharedArrayBuffer(12));
  await Promise.all(
    Array.from({ length: threads }, (_, i) => {
      const own = i === 0 ? bursts : [];
      const part: Part = { heap: share, core, slot: i + 1, bursts: own, begun, state, threads };
      const worker = new Worker(new URL("./deque-thread.ts", import.meta.url), {
        workerData: part,
      });
      return new Promise<void>((resolve, reject) => {
        worker.on("error", reject);
        worker.on("exit", () => resolve());
      });
    }),
  );
  // A second taker would find its item begun, and drop it.
  for (let i = 1; i <= total; i++) {
    if (table.word(i, RECORD.pending) !== 1) throw new Error(`item ${i} was taken twice`);
  }
  return { begun, ringBytes: table.words[RING_BYTES >>> 2] as number };
}

describe("the deque", { timeout: 900_000 }, () => {
  it.each([1, 3, 8])("gives each item to one of the owner and %i thieves", async (thieves) => {
    for (let repetition = 0; repetition < times(100); repetition++) {
      const { begun } = await contend(
        Array.from({ length: 200 }, (_, i) => 1 + ((i * 37) % 120)),
        thieves,
      );
      expect(begun.subarray(1).findIndex((count) => count !== 1)).toBe(-1);
    }
  });

  it("grows while it is stolen from, and loses nothing", async () => {
    const { begun, ringBytes } = await contend([100_000], 3);
    expect(begun.subarray(1).findIndex((count) => count !== 1)).toBe(-1);
    expect(ringBytes, "it grew").toBeGreaterThan(FIRST_RING_LENGTH * 4 * 2);
  });
});
