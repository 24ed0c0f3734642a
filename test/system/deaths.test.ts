/**
 * Threads that end at random moments, in the allocator and the deques too, while random graphs run. Every
 * graph ends, only what ran on a thread that died fails, and the heap is hardly fuller than before.
 */

import type { Worker } from "node:worker_threads";
import { type BodkinError, type Cluster, spawn, start } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Heap } from "../../src/memory/heap.ts";
import { findContext } from "../../src/runtime/context.ts";
import { times } from "../support/counts.ts";
import {
  check,
  KINDS,
  launch,
  type Node,
  outcomes,
  plan,
  type Run,
  random,
  threadOf,
} from "./random-graph.ts";

const DEATHS = times(1000);
const THREADS = 3;
/**
 * A thread that ends in the very moment in which it passes a new chunk from one owner to the next takes that
 * with it: a few chunks in some hundred deaths. What threads hold for longer is given back, ten times as much.
 */
const LOST = 10 + DEATHS / 10;

/** The compute threads of this process that are at work, by their number. */
const alive = new Map<number, Worker>();
const onWorker = (worker: Worker): void => {
  const slot = Number(worker.threadName?.split(".")[1]);
  worker.on("message", (message) => {
    if (message?.type === "ready") alive.set(slot, worker);
  });
  worker.on("exit", () => {
    if (alive.get(slot) === worker) alive.delete(slot);
  });
};

let cluster: Cluster;
beforeAll(async () => {
  process.on("worker", onWorker);
  cluster = await start({ threads: THREADS, memory: "256MiB" });
});
afterAll(async () => {
  process.off("worker", onWorker);
  await cluster.close();
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Ends a thread after some turns of this event loop and some more time. */
async function killOne(draw: (below: number) => number): Promise<number> {
  for (let turns = draw(30); turns > 0; turns--) await turn();
  while (alive.size === 0) await turn();
  const slots = [...alive.keys()];
  const slot = slots[draw(slots.length)] as number;
  const until = performance.now() + draw(1000) / 1000;
  while (performance.now() < until);
  await alive.get(slot)?.terminate();
  return slot;
}

const heap = (): Heap => findContext()?.heap as Heap;

/** Every kind of node on every thread: all that threads put into the heap for good is there then. */
async function warmUp(): Promise<void> {
  for (let thread = 1; thread <= THREADS; thread++) {
    const one = { after: [], threads: [thread], priority: undefined, isCancelled: false, work: 0 };
    const nodes = KINDS.map((kind) => ({ ...one, kind, inputs: [] }));
    const dependants = nodes.map(({ kind }, i) => ({ ...one, kind, inputs: [i] }));
    const run = launch([...nodes, ...dependants]);
    check(run, await outcomes(run, "warming up"), () => false);
    for (const task of run.tasks) task.dispose();
  }
  const cancelled = spawn(never);
  cancelled.cancel();
  await cancelled.wait();
  cancelled.dispose();
}

/** The number of live chunks when no thread holds anything: all are new. */
async function level(): Promise<number> {
  for (let slot = 1; slot <= THREADS; slot++) {
    while (!alive.has(slot)) await turn();
    await alive.get(slot)?.terminate();
  }
  while (alive.size < THREADS) await turn();
  let seen = -1;
  for (let still = 0; still < 3; ) {
    await Promise.all(Array.from({ length: 4 * THREADS }, () => spawn(zero).wait()));
    const now = heap().stats().chunks;
    still = now === seen ? still + 1 : 0;
    seen = now;
  }
  return seen;
}

const never = (): Promise<never> => new Promise(() => {});
const zero = (): number => 0;

const isDeath = (error: unknown): boolean =>
  error instanceof Error &&
  ((error as Partial<BodkinError>).code === "THREAD_DIED" || isDeath(error.cause));

async function runGraph(seed: number): Promise<void> {
  const run: Run = launch(plan(seed, THREADS, seed % 2 === 1));
  const killing = killOne(random(seed));
  const results = await outcomes(run, `graph ${seed}`);
  const killed = await killing;
  const mayFail = (id: number, error: Error): boolean => {
    const node = run.nodes[id] as Node;
    if (node.isCancelled) return true;
    // What ran there, or was about to; and who waited for a child that did.
    const wasThere = node.kind === "nested" || [0, killed].includes(threadOf(run, id));
    return wasThere && isDeath(error);
  };
  try {
    check(run, results, mayFail);
  } catch (error) {
    throw new Error(`graph ${seed}, thread ${killed} ended`, { cause: error });
  }
  for (const task of run.tasks) task.dispose();
}

describe("threads that end at random moments", { timeout: 3_600_000 }, () => {
  it("fail what they ran and nothing else: every graph ends, and the heap is hardly fuller than before", async () => {
    await warmUp();
    const before = await level();
    for (let seed = 0; seed < DEATHS; seed++) await runGraph(seed);
    expect(findContext()?.home.outstanding, "no task is left").toBe(0);
    expect((await level()) - before, "chunks that nobody holds").toBeLessThanOrEqual(LOST);
  });
});
