import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import {
  addWorkers,
  type Cluster,
  fetchAll,
  scope,
  spawnWith,
  start,
  type Task,
  tochunk,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { script } from "../support/script.ts";
import { collectEverywhere, heapOf, isAlive, until } from "./inside.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 1 });
  await addWorkers(2, { threads: 2 });
});
afterAll(() => cluster.close());

const on = (worker: number) => ({ scope: scope({ worker }) });
const ones = (n: number): Float64Array => new Float64Array(n).fill(1);
const length = (xs: { readonly length: number }): number => xs.length;
const pass = <T>(x: T): T => x;

const WORKERS = [1, 2, 3];
async function chunks(): Promise<number[]> {
  collectEverywhere();
  return (await Promise.all(WORKERS.map(heapOf))).map((stats) => stats.chunks);
}

/** Does something twice and sees that the second time leaves nothing, in any process. */
async function leavesNothing(use: () => Promise<void>): Promise<void> {
  await chunks();
  for (let i = 0; i < 3; i++) await use(); // functions and names stay for good
  await chunks();
  await settled();
  const before = await settled();
  for (let i = 0; i < 10; i++) await use();
  // What is given back travels; a leak would be ten times something.
  await until(async () => (await chunks()).every((count, i) => count < (before[i] as number) + 5));
}

/** The levels once they change no more. */
async function settled(): Promise<number[]> {
  let last = await chunks();
  for (let same = 0; same < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = await chunks();
    same = String(now) === String(last) ? same + 1 : 0;
    last = now;
  }
  return last;
}

describe("every heap is back at its level when what was made is given up", () => {
  it("results that moved through all processes, large and small", () =>
    leavesNothing(async () => {
      const tasks: Task<unknown>[] = [];
      for (const n of [10, 100_000]) {
        const made = spawnWith(on(2), ones, n);
        const passed = spawnWith(on(3), pass<Float64Array>, made);
        const back = spawnWith(on(1), length, passed);
        tasks.push(made, passed, back, spawnWith(on(2), length, passed));
        expect(await made.fetch()).toHaveLength(n);
        expect(await back.fetch()).toBe(n);
      }
      await fetchAll(tasks);
      for (const task of tasks) task.dispose();
    }));

  it("values that hold others, and the tree of references through them", () =>
    leavesNothing(async () => {
      const inner = tochunk(ones(50_000));
      const outer = spawnWith(on(2), (held: unknown) => ({ held }), [inner]);
      const asked = spawnWith(
        on(3),
        async ({ held }: { held: unknown }) => {
          const [chunk] = held as { fetch(): Promise<Float64Array>; dispose(): void }[];
          const count = (await chunk?.fetch())?.length;
          chunk?.dispose();
          return count;
        },
        outer,
      );
      expect(await asked.fetch()).toBe(50_000);
      for (const each of [inner, outer, asked]) each.dispose();
    }));

  it("failures, cancellations and functions with captured values", () =>
    leavesNothing(async () => {
      const big = ones(10_000);
      const failing = spawnWith(on(2), () => {
        throw new Error(`with ${big.length}`);
      });
      const after = spawnWith(on(3), pass, failing);
      const cancelled = spawnWith(on(3), () => new Promise(() => {}));
      cancelled.cancel();
      await Promise.allSettled([failing, after, cancelled].map((task) => task.fetch()));
      for (const task of [failing, after, cancelled]) task.dispose();
    }));

  it("data a worker was pulling from one that is removed", async () => {
    const before = (await settled()).slice(0, 3);
    for (let round = 0; round < 2; round++) {
      const [extra] = await addWorkers(1);
      const made = spawnWith(on(extra as number), ones, 100_000);
      expect(await spawnWith(on(2), length, made).fetch()).toBe(100_000);
      await cluster.removeWorker(extra as number);
      expect(await spawnWith(on(3), length, made).fetch()).toBe(100_000);
      made.dispose();
    }
    await until(async () =>
      (await chunks()).every((count, i) => count < (before[i] as number) + 15),
    );
  });
});

it("what nobody reaches any more is given back by the collector, in every process", async () => {
  const { stdout, stderr } = await script(
    `await start({ threads: 1, workers: 2 });
     const on = (worker) => ({ scope: scope({ worker }) });
     const { createRequire } = await import("node:module");
     const level = (file) => {
       const { createRequire } = process.getBuiltinModule("node:module");
       const { context } = createRequire(file)(file);
       globalThis.gc();
       return context().heap.stats().bytes;
     };
     const file = ${JSON.stringify(new URL("../../src/runtime/context.ts", import.meta.url).pathname)};
     const levels = async () => {
       globalThis.gc();
       return Promise.all([1, 2, 3].map((worker) => spawnWith(on(worker), level, file).fetch()));
     };
     const use = async () => {
       const made = spawnWith(on(2), (n) => new Float64Array(n), 1_000_000);
       const used = spawnWith(on(3), (xs) => xs.length, made);
       await used.fetch();
       await made.fetch();
     };
     await use();
     const before = await levels();
     for (let i = 0; i < 5; i++) await use();
     for (let i = 0; i < 100; i++) {
       const after = await levels();
       if (after.every((bytes, i) => bytes < before[i] + 4_000_000 && bytes < 12_000_000)) {
         print("level");
         break;
       }
       await new Promise((resolve) => setTimeout(resolve, 20));
     }`,
    { flags: ["--expose-gc"] },
  ).ended;
  expect(`${stderr}${stdout}`).toBe("level\n");
});

/** Gives 128 arrays of 4 MiB to tasks of one worker, inside of values: their handles there are dropped, not disposed of. */
const handsOut = (worker: number): string => `
  await start({ threads: 2, memory: "128MiB" });
  if (${worker} > 1) await addWorkers(1, { threads: 2 });
  for (let i = 0; i < 128; i++) {
    const data = bodkin.tochunk(new Float64Array(2 ** 19));
    const used = spawnWith({ scope: scope({ worker: ${worker} }) }, (held) => held.length, [data]);
    if ((await used.fetch()) !== 1) throw new Error("another value");
    data.dispose();
  }
  print("room for all");`;

it.each([1, 2])(
  "handles that tasks left make room where the heap fills: tasks of worker %i",
  async (worker) => {
    const { stdout, stderr } = await script(handsOut(worker)).ended;
    expect(`${stderr}${stdout}`).toBe("room for all\n");
  },
);

const folders = (): string[] => readdirSync(tmpdir()).filter((name) => /^bodkin-[^-]+$/.test(name));

it("processes die with the first one, however it ends, and take the private folder with them", async () => {
  const before = folders();
  const running = script(`
    await start({ threads: 1, workers: 2 });
    const pids = await Promise.all([2, 3].map((worker) =>
      spawnWith({ scope: scope({ worker }) }, () => process.pid).fetch()));
    spawnWith({ scope: scope({ worker: 2 }) }, () => { for (;;); });
    print(JSON.stringify(pids) + " are there");
    await new Promise(() => setInterval(() => {}, 1000));
  `);
  await running.printed(" are there");
  running.process.kill("SIGKILL");
  const { stdout } = await running.ended;
  const pids = JSON.parse(stdout.replace(" are there", "")) as number[];
  expect(pids).toHaveLength(2);
  await until(() => pids.every((pid) => !isAlive(pid)));
  await until(() => folders().every((name) => before.includes(name)));
});
