import { inspect } from "node:util";
import {
  arange,
  Blocks,
  broadcast,
  type Cluster,
  collect,
  type DArray,
  distribute,
  map,
  ones,
  rand,
  scope,
  spawn,
  spawnWith,
  start,
  sum,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { context } from "../../../src/runtime/context.ts";
import { gate, open } from "../../support/gate.ts";
import { expectSame } from "./support.ts";

describe("distributed arrays", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  it("show their blocks and what is here, and compute nothing to do so", async () => {
    const hold = gate();
    const before = spawn((word: Int32Array) => Atomics.wait(word, 0, 0), hold);
    const blocker = spawn((word: Int32Array) => Atomics.wait(word, 0, 0), hold);
    const DA = arange(Blocks(2, 2), [3, 4]);
    expect(String(DA)).toBe("3×4 DArray<f64> with 2×2 blocks of up to 2×2\n~0% completed");
    open(hold);
    await DA.wait();
    await Promise.all([before.wait(), blocker.wait()]);
    const text =
      "3×4 DArray<f64> with 2×2 blocks of up to 2×2\n[[ 0.  1.  2.  3.]\n [ 4.  5.  6.  7.]\n [ 8.  9. 10. 11.]]";
    expect(String(DA)).toBe(text);
    expect(inspect(DA)).toBe(text);
    expect(`${zeros(Blocks(2), [0])}`).toBe("0-element DArray<f64> with no blocks");
  });

  it("show blocks that are not done yet as dots", async () => {
    const hold = gate();
    const DA = map(
      (x) => {
        if (x === 3) Atomics.wait(hold, 0, 0);
        return x;
      },
      arange(Blocks(2), [4]),
    );
    await DA.chunks[0]?.wait();
    expect(String(DA)).toBe(
      "4-element DArray<f64> with 2 blocks of 2\n~50% completed\n[0. 1. ... ...]",
    );
    open(hold);
    await DA.wait();
  });

  it("give their memory back when they are disposed of", async () => {
    const { heap } = context();
    await sum(arange(Blocks(10), [100]).map((x) => x + 1)); // functions and names stay
    const { bytes } = heap.stats();
    const size = 100_000 * 8;
    {
      using DA = rand(Blocks(10_000), [100_000]);
      using DB = map((x) => x * 2, DA);
      await DB.wait();
      expect(heap.stats().bytes).toBeGreaterThanOrEqual(bytes + 2 * size);
    }
    await expect.poll(() => heap.stats().bytes).toBeLessThan(bytes + size);
  });

  it("keep what tasks were given after they were disposed of", async () => {
    const DA = ones(Blocks(4), [16]);
    const total = sum(DA);
    DA.dispose();
    expect(await total).toBe(16);
    await expect(collect(DA)).rejects.toThrow(/was disposed of/);
    expect(() => map((x) => x, DA)).toThrow(/was disposed of/);
  });

  it("are arguments of tasks by their blocks, and travel inside of other values", async () => {
    const DA = arange(Blocks(4), [10]);
    const sizes = DA.chunks.map((block) => spawn(({ shape, data }) => shape[0]! + data[0]!, block));
    expect(await Promise.all(sizes.map((task) => task.fetch()))).toEqual([4, 8, 10]);
    const inside = spawn(async ({ array }: { array: DArray<"f64"> }) => await sum(array), {
      array: DA,
    });
    expect(await inside.fetch()).toBe(45);
    await DA.wait();
    expect(
      await spawn(
        async (arrays: DArray<"f64">[]) => await arrays[0]!.map((x) => x + 1).sum(),
        [DA],
      ).fetch(),
    ).toBe(55);
    const made = await spawn(() => arange(Blocks(3), [7])).fetch();
    await expectSame(made, arange([7]));
  });

  it("array functions in tasks take local arrays and leave the result there", async () => {
    const A = rand([50], { seed: 5 });
    const B = spawn(broadcast, (a) => a + 3, A);
    const C = spawn(map, (x) => x / 2, B);
    const total = await spawn(sum, C).fetch();
    expect(total).toBeCloseTo(A.map((x) => (x + 3) / 2).sum(), 12);
  });
});

describe("in a small heap", () => {
  it("arrays that nobody can reach make room for others", async () => {
    await using _cluster = await start({ threads: 1, memory: "64MiB", spillDir: false });
    let DA = zeros(Blocks(1 << 18), [1 << 20]); // 8 MiB
    for (let i = 0; i < 40; i++) {
      DA = map((x) => x + 1, DA);
      await DA.wait();
    }
    expect(await DA.max()).toBe(40);
  });

  it("what is left of arrays along an axis does not hold them", async () => {
    await using _cluster = await start({ threads: 1, memory: "64MiB", spillDir: false });
    const totals: DArray[] = [];
    for (let i = 0; i < 20; i++) {
      const DA = zeros(Blocks(1 << 9, 1 << 9), [1 << 10, 1 << 10]); // 8 MiB
      await DA.wait();
      totals.push(
        sum(DA, { axis: 0 }),
        sum(
          map((x) => x + i, DA),
          { axis: 1 },
        ),
      );
      await Promise.all(totals.slice(-2).map((total) => total.wait()));
    }
    const ends = await Promise.all(totals.slice(-2).map((total) => total.get(0)));
    expect(ends).toEqual([0, 19 << 10]);
  });

  it("arrays that are held until there is no room fail, and the error says what holds it", async () => {
    await using _cluster = await start({ threads: 1, memory: "16MiB", spillDir: false });
    const held = Array.from({ length: 5 }, () => zeros(Blocks(1 << 19), [1 << 19])); // 4 MiB each
    for (const array of held) await array.wait();
    const failure = await sum(held.at(-1) as DArray<"f64">).catch((reason: unknown) => reason);
    expect(String(failure)).toMatch(/no room for 4\.0 MiB in the heap of 16\.0 MiB.*'zeros'/s);
  });
});

describe("on further workers", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1, workers: 2 });
  });
  afterAll(() => cluster.close());

  it("are made there, and say so", async () => {
    const DA = rand(Blocks(64, 64), [128, 128]);
    await DA.wait();
    const workers = await Promise.all(
      DA.chunks.map((block) =>
        spawnWith(
          { meta: true },
          (chunk: { processor: { worker: number } }) => chunk.processor.worker,
          block as never,
        ).fetch(),
      ),
    );
    expect(workers.every((worker) => worker === 2 || worker === 3)).toBe(true);
    expect(String(DA)).toMatch(/^128×128 DArray<f64> with 2×2 blocks of 64×64\non workers? [23]/);
  });

  it("stay on the workers that have their blocks", async () => {
    const DA = distribute(rand([1 << 20]), Blocks(1 << 17));
    const homes = (array: DArray<"f64">): (number | undefined)[] => {
      const own = context();
      return array.chunks.map((chunk) => {
        const { word } = (chunk as unknown as { outcome: { word: number } }).outcome;
        return own.heap.get(word, "worker");
      });
    };
    await DA.wait();
    const DB = map((x) => x + 1, DA);
    await DB.wait();
    expect(homes(DB)).toEqual(homes(DA));
    expect(new Set(homes(DA)).size).toBe(2);
  });

  it("are gone when they were disposed of, for all that is called then", async () => {
    const gone = zeros(Blocks(2), [4]);
    const before = collect(gone);
    gone.dispose();
    expect((await before).toArray()).toEqual([0, 0, 0, 0]);
    await expect(collect(gone)).rejects.toMatchObject({ code: "CLOSED" });
    expect(() => map((x) => x, gone)).toThrow("was disposed of");
  });

  it("run where a scope says", async () => {
    const { withOptions, myid } = await import("bodkin");
    const own = withOptions({ scope: scope({ worker: 3 }) }, () =>
      map(() => myid(), arange(Blocks(2), [8])),
    );
    expect(new Set((await collect(own)).data)).toEqual(new Set([3]));
  });
});
