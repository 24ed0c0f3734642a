import { setImmediate } from "node:timers/promises";
import {
  type Chunk,
  type Cluster,
  full,
  mutable,
  scope,
  spawn,
  spawnWith,
  start,
  type Task,
  tochunk,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HeapStats } from "../../src/memory/heap.ts";
import { findContext } from "../../src/runtime/context.ts";
import { times } from "../support/counts.ts";

const TASKS = times(100_000);
const AT_ONCE = 200;
const FEW = 8;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2, memory: "64MiB" });
});
afterAll(() => cluster.close());

const heap = () => findContext()?.heap as NonNullable<ReturnType<typeof findContext>>["heap"];

/** The level once everything that is on its way back has come. */
async function level(): Promise<HeapStats> {
  let seen = heap().stats();
  for (let still = 0; still < 3; ) {
    // What a thread did last it lets go of when it goes on to other work.
    for (const thread of [1, 2]) {
      const options = { scope: scope({ worker: 1, thread }) };
      await Promise.all([1, 2, 3].map(() => spawnWith(options, () => 0).wait()));
    }
    await setImmediate(); // a wake that was posted to this thread arrives
    const now = heap().stats();
    still = now.chunks === seen.chunks ? still + 1 : 0;
    seen = now;
  }
  return seen;
}

/** Runs tasks, some at a time; `each` fetches what it wants and disposes of its handles. */
async function many(each: (i: number) => Promise<void>, tasks: number): Promise<void> {
  for (let from = 0; from < tasks; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, tasks - from);
    await Promise.all(Array.from({ length: count }, (_, i) => each(from + i)));
  }
}

async function using<T>(task: Task<T>): Promise<T> {
  try {
    return await task.fetch();
  } finally {
    task.dispose();
  }
}

const failing = (n: number): number => {
  const lost = new Float64Array(n);
  throw new Error(`lost ${lost.length}`);
};

const KINDS: Record<string, (i: number) => Promise<void>> = {
  "that give typed arrays": async (i) => {
    const n = (i * 37) % 3000;
    expect((await using(spawn((k: number) => new Float64Array(k).fill(k), n))).length).toBe(n);
  },
  "that take arrays and give arrays": async (i) => {
    const xs = full([5, 1 + (i % 50)], i);
    expect((await using(spawn((a: typeof xs) => a, xs))).get(4, 0)).toBe(i);
  },
  "that give objects and texts": async (i) => {
    const value = { list: [i, "x".repeat(i % 500)], map: new Map([[i, new Set([i])]]) };
    expect(await using(spawn((v: typeof value) => v, value))).toEqual(value);
  },
  "that pass arrays on to others": async (i) => {
    const first = spawn((n: number) => new Float64Array(n).fill(1), i % 1000);
    const second = spawn((xs: Float64Array) => xs.map((x) => x + 1), first);
    const third = spawn((a: Float64Array, b: Float64Array) => a.length + b.length, first, second);
    expect(await using(third)).toBe(2 * (i % 1000));
    first.dispose();
    second.dispose();
  },
  "that fail, and those behind them": async (i) => {
    const first = spawn(failing, i % 1000);
    const second = spawn(
      (x: number, xs: Float64Array) => x + xs.length,
      first,
      new Float64Array(i % 500),
    );
    await expect(using(second)).rejects.toThrow(`lost ${i % 1000}`);
    first.dispose();
  },
  "that are cancelled before they run": async (i) => {
    const abort = new AbortController();
    const task = spawnWith(
      { signal: abort.signal },
      (xs: Float64Array) => xs.length,
      new Float64Array(i % 900),
    );
    abort.abort();
    await task.wait();
    task.dispose();
  },
  "that spawn children of their own": async (i) => {
    const parent = spawn(async (n: number) => {
      const child = spawn((k: number) => new Float64Array(k), n);
      const { length } = await child.fetch();
      child.dispose();
      return length;
    }, i % 700);
    expect(await using(parent)).toBe(i % 700);
  },
  "that get chunks inside of objects": async (i) => {
    const chunk: Chunk<Float64Array> = tochunk(new Float64Array(1 + (i % 300)).fill(2));
    const task = spawn(
      async (box: { inner: Chunk<Float64Array> }) => {
        const got = await box.inner.fetch();
        box.inner.dispose();
        return got[0];
      },
      { inner: chunk },
    );
    expect(await using(task)).toBe(2);
    chunk.dispose();
  },
  "that change mutable data": async (i) => {
    const chunk = mutable(() => new Float64Array(10));
    const task = spawn((xs: Float64Array, k: number) => void xs.fill(k), chunk, i);
    await using(task);
    expect((await chunk.fetch())[9]).toBe(i);
    chunk.dispose();
  },
  "that share a buffer": async (i) => {
    const words = new Int32Array(new SharedArrayBuffer(64));
    await using(spawn((w: Int32Array, k: number) => void Atomics.store(w, 3, k), words, i));
    expect(words[3]).toBe(i);
  },
  "whose functions close over arrays": async (i) => {
    const table = new Float64Array(100).fill(i);
    expect(await using(spawn(() => table[0]))).toBe(i);
  },
  "whose functions close over numbers": async (i) => {
    expect(await using(spawn(() => new Float64Array(i % 100).length))).toBe(i % 100);
  },
};

describe(`${TASKS} tasks`, () => {
  it.each(Object.entries(KINDS))(
    "%s end at the starting level",
    { timeout: 600_000 },
    async (_, each) => {
      await many(each, Math.min(TASKS, 2000)); // sources, names and some functions stay
      const before = await level();
      await many(each, TASKS);
      const after = await level();
      // A function may have become one that stays meanwhile; nothing remains of single tasks.
      expect(after.chunks - before.chunks).toBeLessThan(FEW);
      expect(after.bytes - before.bytes).toBeLessThan(FEW * 1000);
    },
  );
});
