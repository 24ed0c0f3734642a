import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  addWorkers,
  Blocks,
  broadcast,
  type Cluster,
  collect,
  map,
  mutable,
  rand,
  type StorageUse,
  scope,
  spawn,
  spawnWith,
  start,
  storageUse,
  sum,
} from "bodkin";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive, pidOf, until } from "../cluster/inside.ts";
import { times } from "../support/counts.ts";
import { script } from "../support/script.ts";

const MIB = 2 ** 20;
let cluster: Cluster | undefined;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bodkin-test-spill-"));
});
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

const use = (worker: number): Promise<StorageUse> =>
  spawnWith({ scope: scope({ worker }) }, storageUse).fetch();

const filled = (n: number, value: number): Float64Array => new Float64Array(n).fill(value);
const total = (xs: Float64Array): number => xs.reduce((all, x) => all + x, 0);

describe("an array four times as large as the memory of its worker", () => {
  it.each([
    ["the first one", 0],
    ["another one", 1],
  ])("gives right results on %s, within the bound and a chunk a thread", async (_, others) => {
    const threads = 2;
    cluster = await start({ threads, memory: 8 * MIB, spillDir: folder });
    if (others > 0) await addWorkers(1, { threads });
    const n = 4 * MIB; // 32 MiB of f64
    const block = 2 ** 16; // 512 KiB
    const A = rand(Blocks(block), [n], { seed: 5 });
    const B = map((x) => 2 * x + 1, A);
    const C = broadcast((a, b) => a + b, A, B);
    const D = C.rechunk(Blocks(50_000));
    const local = rand([n], { seed: 5 });
    const expected = 3 * (local.sum() as number) + n;
    expect(await sum(C)).toBeCloseTo(expected, 3);
    expect(await sum(D)).toBeCloseTo(expected, 3);
    for (const [array, size] of [
      [C, block],
      [D, 50_000],
    ] as const) {
      for (let at = 0; at < n; at += 7 * size + 1) {
        const stop = Math.min(n, at + 100);
        const part = await collect(array.slice([at, stop]));
        for (let i = 0; i < stop - at; i++) {
          const x = local.get(at + i) as number;
          expect(part.get(i)).toBe(x + (2 * x + 1));
        }
      }
    }
    const { bound, peak, disk, writes, reads } = await use(1 + others);
    expect(bound).toBe(8 * MIB);
    expect(peak).toBeLessThanOrEqual(8 * MIB + (threads + 1) * 8 * block);
    expect(disk).toBeGreaterThan(3 * 24 * MIB);
    expect(Math.min(writes, reads)).toBeGreaterThan(100);
  });

  it("is collected within the bound, although the views of its blocks are not collected meanwhile", async () => {
    cluster = await start({ threads: 1, memory: MIB, spillDir: folder });
    const A = rand(Blocks(2 ** 12), [2 ** 19], { seed: 5 }); // 4 MiB
    const all = await collect(A);
    expect(all.sum()).toBe(rand([2 ** 19], { seed: 5 }).sum());
    expect((await use(1)).peak).toBeLessThanOrEqual(MIB + 2 ** 15);
  });

  it("does not make the process larger than that", async () => {
    const { stdout, stderr } = await script(
      `const cluster = await start({ threads: 2, memory: "32MiB", spillDir: ${JSON.stringify(folder)} });
       const { rand, map, sum, Blocks, storageUse } = bodkin;
       await sum(map((x) => x + 1, rand(Blocks(1 << 16), [1 << 20]))); // what takes memory once
       const before = process.resourceUsage().maxRSS / 1024;
       const A = rand(Blocks(1 << 16), [1 << 24]); // 128 MiB
       await sum(map((x) => x + 1, A));
       await sum(map((x) => x * 2, A).rechunk(Blocks(100_000)));
       const grown = process.resourceUsage().maxRSS / 1024 - before;
       print(JSON.stringify({ grown, ...storageUse() }));
       await cluster.close();`,
    ).ended;
    expect(stderr).toBe("");
    const { grown, peak, disk } = JSON.parse(stdout);
    expect(peak).toBeLessThan(34 * MIB);
    expect(disk).toBeGreaterThan(256 * MIB);
    // The heap and what the engines of three threads took meanwhile; without a bound it would be 500.
    expect(grown).toBeLessThan(32 + 64);
  });
});

describe("values", () => {
  it("of every kind go to disk and come back, and what tasks change is kept", async () => {
    cluster = await start({ threads: 2, memory: MIB, spillDir: folder });
    const arrays = Array.from({ length: 12 }, (_, i) => spawn(filled, 30_000, i));
    const texts = Array.from({ length: 6 }, (_, i) =>
      spawn((k: number) => "ab".repeat(50_000) + k, i),
    );
    const changing = mutable(() => new Float64Array(30_000));
    const add = (xs: Float64Array, k: number): void => {
      for (let i = 0; i < xs.length; i++) xs[i] = (xs[i] as number) + k;
    };
    for (let k = 1; k <= 5; k++) {
      await spawn(add, changing, k).fetch();
      for (const [i, task] of arrays.entries()) {
        expect(await spawn(total, task).fetch()).toBe(30_000 * i);
      }
    }
    expect((await changing.fetch())[29_999]).toBe(15);
    for (const [i, task] of texts.entries()) {
      expect((await task.fetch()).endsWith(`b${i}`)).toBe(true);
    }
    expect((await use(1)).reads).toBeGreaterThan(20);
    expect((await use(1)).peak).toBeLessThanOrEqual(MIB + 3 * 240_000);
  });

  it("that are looked at in place stay where they are", async () => {
    cluster = await start({ threads: 1, memory: MIB, spillDir: folder });
    const task = spawn(filled, 50_000, 7);
    const view = (await task.fetch({ copy: false })) as unknown as { readonly data: Float64Array };
    for (let i = 0; i < 10; i++) await spawn(filled, 50_000, i).wait();
    expect(view.data.every((x) => x === 7)).toBe(true);
  });

  it("of one task that is larger than memory are all there while it runs", async () => {
    cluster = await start({ threads: 2, memory: MIB, spillDir: folder });
    const parts = Array.from({ length: 20 }, (_, i) => spawn(filled, 20_000, i));
    const all = spawn(
      (...each: Float64Array[]) => each.reduce((sum, xs) => sum + (xs[9999] as number), 0),
      ...parts,
    );
    expect(await all.fetch()).toBe(190);
    const waiting = spawn(
      async (...each: Float64Array[]) => {
        await new Promise((resolve) => setImmediate(resolve));
        return each.map((xs) => xs[0]);
      },
      ...parts,
    );
    expect(await waiting.fetch()).toEqual(parts.map((_, i) => i));
    await spawn(filled, 100_000, 1).wait();
    const { memory } = await use(1);
    expect(memory).toBeLessThanOrEqual(MIB);
  });

  it("are in memory or on disk as their tasks say", async () => {
    cluster = await start({ threads: 1, memory: MIB, spillDir: folder });
    const onDisk = spawnWith({ storage: "disk" }, filled, 50_000, 1);
    await onDisk.wait();
    expect((await use(1)).writes).toBe(1);
    expect(total(await onDisk.fetch())).toBe(50_000);
    const kept = spawnWith({ storage: "memory" }, filled, 50_000, 2);
    await kept.wait();
    for (let i = 0; i < 10; i++) await spawn(filled, 50_000, i).wait();
    const { reads } = await use(1);
    expect(total(await kept.fetch())).toBe(100_000);
    expect((await use(1)).reads).toBe(reads);
    expect(() => spawnWith({ storage: "tape" as never }, filled, 1, 1)).toThrow(
      'storage can be "memory" or "disk"',
    );
  });

  it(`of ${times(10_000)} tasks leave nothing in memory or on disk`, {
    timeout: 600_000,
  }, async () => {
    cluster = await start({ threads: 2, memory: MIB, spillDir: folder });
    const round = async (count: number): Promise<void> => {
      for (let from = 0; from < count; from += 50) {
        const made = Array.from({ length: 50 }, (_, i) => spawn(filled, 10_000, i));
        const used = made.map((task) => spawn(total, task));
        for (const [i, task] of used.entries()) expect(await task.fetch()).toBe(10_000 * i);
        for (const task of [...made, ...used]) task.dispose();
      }
    };
    await round(100);
    // What stays are the functions: 4 KiB is the least that something on disk takes.
    const small = async (): Promise<boolean> => {
      const { memory, disk } = await use(1);
      return memory < 100_000 && disk < 16_384;
    };
    await until(small);
    await round(times(10_000));
    await until(small);
    expect((await use(1)).writes).toBeGreaterThan(50);
  });
});

describe("a disk", () => {
  it("that is full fails the tasks that need room, with the folder and the remedy, and loses nothing", async () => {
    const file = JSON.stringify(folder);
    const { stdout, stderr } = await limited(
      `const cluster = await start({ threads: 1, memory: "1MiB", spillDir: ${file} });
       const fill = (n, x) => new Float64Array(n).fill(x);
       const tasks = [];
       for (let i = 0; i < 12; i++) {
         tasks.push(spawn(fill, 50_000, i));
         await tasks[i].wait();
       }
       const ended = await Promise.allSettled(tasks.map((task, i) =>
         spawn((xs, i) => xs.every((x) => x === i), task, i).fetch()));
       const failed = ended.filter(({ status }) => status === "rejected").map(({ reason }) => reason.cause);
       const right = ended.filter(({ value }) => value === true).length;
       print(JSON.stringify({ right, failed: failed.length, codes: [...new Set(failed.map((e) => e.code))], message: failed.at(-1).message }));
       await cluster.close();`,
    );
    expect(stderr).toBe("");
    const { right, failed, codes, message } = JSON.parse(stdout);
    expect(right).toBeGreaterThan(1);
    expect(right + failed).toBe(12);
    expect(codes).toEqual(["SPILL"]);
    expect(message).toContain(`cannot write to its file in ${folder}: EFBIG`);
    expect(message).toContain("Nothing is lost. Free space there, or start with another folder");
  });

  it("has nothing left of a worker that was killed", async () => {
    cluster = await start({ threads: 1, workers: 1, memory: MIB, spillDir: folder });
    const tasks = Array.from({ length: 10 }, (_, i) =>
      spawnWith({ scope: scope({ worker: 2 }) }, filled, 50_000, i),
    );
    for (const task of tasks) await task.wait();
    expect((await use(2)).disk).toBeGreaterThan(2 * MIB);
    expect(readdirSync(folder)).toEqual([]); // it has no name
    const pid = await pidOf(2);
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid));
    await expect(tasks[0]?.fetch()).rejects.toMatchObject({ code: "WORKER_LOST" });
  });
});

/** Runs a script that may write no file larger than 1 MiB. */
async function limited(body: string): Promise<{ stdout: string; stderr: string }> {
  const own = script(body, { shell: "ulimit -f 1024" });
  return own.ended;
}
