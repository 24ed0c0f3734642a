import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { createHeap, Heap } from "../../src/memory/heap.ts";
import { times } from "../support/counts.ts";
import type { ChurnSetup } from "./churn-thread.ts";
import { heldLocks, isWhole, pageMap } from "./page-map.ts";
import { random, verify } from "./pattern.ts";

const THREADS = 4 * availableParallelism();
const PLACES = 40;
const LONG = { timeout: 1_200_000 };
const entry = new URL("./churn-thread.ts", import.meta.url);

const shared = (words: number): Int32Array => new Int32Array(new SharedArrayBuffer(words * 4));

interface Thread extends ChurnSetup {
  readonly worker: Worker;
  readonly ended: Promise<void>;
}

function startThread(setup: ChurnSetup): Thread {
  const worker = new Worker(entry, { workerData: setup });
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  worker.once("error", reject);
  worker.once("exit", () => resolve());
  return { ...setup, worker, ended };
}

/** Releases what is in a list of chunks; checks each first. */
function releaseAll(heap: Heap, chunks: Int32Array): void {
  for (const chunk of chunks) {
    if (chunk === 0) continue;
    verify(heap, chunk);
    heap.release(chunk);
  }
}

const everySecond = (held: Int32Array): Int32Array => held.filter((_, i) => i % 2 === 0);

describe(`${THREADS} threads on one heap`, () => {
  it(
    "allocate, pass on and free at once: nobody writes into another's block, nothing is lost",
    LONG,
    async () => {
      const heap = new Heap(createHeap(2 ** 22), 0);
      for (let repetition = 0; repetition < times(100); repetition++) {
        const mailbox = shared(16);
        const threads = Array.from({ length: THREADS }, (_, i) =>
          startThread({
            share: heap.share,
            slot: i + 1,
            seed: repetition * THREADS + i + 1,
            rounds: 20_000,
            mailbox,
            held: shared(PLACES * 2),
            progress: shared(1),
          }),
        );
        await Promise.all(threads.map((thread) => thread.ended));
        pageMap(heap);
        expect(heldLocks(heap)).toEqual([]);
        const alive = threads.flatMap(({ held }) => [...everySecond(held)]).concat(...mailbox);
        const chunks = alive.filter((chunk) => chunk !== 0);
        expect(new Set(chunks).size).toBe(chunks.length);
        expect(heap.stats()).toMatchObject({
          chunks: chunks.length,
          bytes: chunks.reduce((sum, chunk) => sum + heap.bytesOf(chunk), 0),
        });
        releaseAll(heap, Int32Array.from(chunks));
        expect(isWhole(heap)).toBe(true);
      }
    },
  );

  it(
    "those terminated at random moments are repaired after, while others go on",
    LONG,
    async () => {
      const heap = new Heap(createHeap(2 ** 22), 0);
      const next = random(1);
      for (let deaths = 0; deaths < times(1000); deaths += THREADS) {
        const threads = Array.from({ length: THREADS }, (_, i) =>
          startThread({
            share: heap.share,
            slot: i + 1,
            seed: next(2 ** 31),
            rounds: 0,
            mailbox: shared(0),
            held: shared(PLACES * 2),
            progress: shared(1),
          }),
        );
        await Promise.all(
          threads.map(async (thread) => {
            await moment(thread, next(3000));
            await end(heap, thread);
          }),
        );
        expect(heldLocks(heap)).toEqual([]);
        expect(heap.stats()).toMatchObject({ chunks: 0, bytes: 0 });
        expect(isWhole(heap)).toBe(true);
      }
    },
  );
});

/** Waits until a thread is at work, and then for so many of its rounds. */
async function moment(thread: Thread, rounds: number): Promise<void> {
  const { progress } = thread;
  const failed = thread.ended.then(() => {
    throw new Error("it ended by itself");
  });
  failed.catch(() => {});
  while (Atomics.load(progress, 0) <= rounds) await Promise.race([failed, turn()]);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Terminates a thread, repairs, and releases what it held. */
async function end(heap: Heap, thread: Thread): Promise<void> {
  await thread.worker.terminate();
  await thread.ended;
  heap.repair(thread.slot);
  for (let at = 0; at < thread.held.length; at += 2) {
    const [chunk, generation] = [thread.held[at] as number, thread.held[at + 1] as number];
    if (chunk === 0 || !heap.tryRetain(chunk, generation)) continue;
    heap.release(chunk);
    heap.release(chunk);
  }
}
