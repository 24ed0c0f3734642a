import {
  arange,
  Blocks,
  type Cluster,
  collect,
  type DArray,
  distribute,
  fromArray,
  map,
  type NDArray,
  ones,
  rand,
  spawn,
  spawnBulk,
  spawnSequential,
  start,
  sum,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { context } from "../../../src/runtime/context.ts";
import { gate, open } from "../../support/gate.ts";
import { expectSame } from "./support.ts";

describe("writes to distributed arrays", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  it("set elements, and what is read after the call has them", async () => {
    const DA = zeros(Blocks(2, 3), [5, 7]);
    const done = DA.set(4, -1, 9);
    expect(await DA.get(4, 6)).toBe(9);
    expect(await DA.get(-1, -1)).toBe(9);
    expect(await DA.get(0, 0)).toBe(0);
    expect(await done).toBeUndefined();
    expect(await sum(DA)).toBe(9);
  });

  it("leave what was submitted before as it was", async () => {
    const hold = gate();
    const DA = map(
      (x) => {
        Atomics.wait(hold, 0, 0);
        return x;
      },
      arange(Blocks(4), [8]),
    );
    const before = [sum(DA), collect(DA), sum(DA.slice([2, 6]))] as const;
    DA.slice(null).assign(1);
    const after = [sum(DA), collect(DA)] as const;
    open(hold);
    expect(await before[0]).toBe(28);
    expect((await before[1]).toArray()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await before[2]).toBe(14);
    expect(await after[0]).toBe(8);
    expect((await after[1]).toArray()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  it("go through views to the array, and views see what is written to the array", async () => {
    const DA = arange(Blocks(3, 2), [4, 5]);
    const A = arange([4, 5]);
    const [row, column, back] = [
      DA.slice(1),
      DA.slice(null, 2),
      DA.slice([null, null, -1], [4, 0, -2]),
    ];
    row.assign(fromArray([10, 11, 12, 13, 14]));
    A.slice(1).assign([10, 11, 12, 13, 14]);
    await expectSame(column, A.slice(null, 2));
    back.transpose().slice(0).assign([7, 8, 9, 10]);
    A.slice([null, null, -1], [4, 0, -2]).transpose().slice(0).assign([7, 8, 9, 10]);
    await expectSame(DA, A);
    await expectSame(row, A.slice(1));
    await expectSame(back, A.slice([null, null, -1], [4, 0, -2]).copy());
  });

  it("take what broadcasts, of any dtype that becomes the array's", async () => {
    const DA = zeros(Blocks(2, 2), [3, 4], { dtype: "i32" });
    DA.assign([[1.9], [2], [3]]);
    await expectSame(
      DA,
      fromArray(
        [
          [1, 1, 1, 1],
          [2, 2, 2, 2],
          [3, 3, 3, 3],
        ],
        { dtype: "i32" },
      ),
    );
    DA.assign(ones(Blocks(3), [4], { dtype: "bool" }));
    await expectSame(DA, ones([3, 4], { dtype: "i32" }));
    const DC = zeros(Blocks(2), [3], { dtype: "c128" });
    DC.slice([0, 2]).assign({ re: 1, im: 2 });
    await DC.set(2, 4);
    expect(await DC.get(2)).toEqual({ re: 4, im: 0 });
    expect(await DC.get(1)).toEqual({ re: 1, im: 2 });
  });

  it("take an overlapping part of the same array as it was", async () => {
    const DA = arange(Blocks(3), [10]);
    DA.slice([1, null]).assign(DA.slice([null, -1]));
    await expectSame(DA, fromArray([0, 0, 1, 2, 3, 4, 5, 6, 7, 8]));
    DA.slice(null).assign(DA.slice([null, null, -1]));
    await expectSame(DA, fromArray([8, 7, 6, 5, 4, 3, 2, 1, 0, 0]));
  });

  it("are steps of a sequence, and parts of a bulk", async () => {
    const DA = zeros(Blocks(2), [4]);
    spawnBulk(() => {
      DA.set(0, 1);
      DA.set(0, 2);
      DA.slice([1, 3]).assign(DA.slice([0, 2]));
    });
    await expectSame(DA, fromArray([2, 2, 0, 0]));
    spawnSequential(() => {
      DA.set(3, 5);
      DA.assign(map((x) => x + 1, DA));
    });
    await expectSame(DA, fromArray([3, 3, 1, 6]));
  });

  it.each<[string, (array: DArray<"f64">) => unknown, string]>([
    ["an index outside", (array) => array.set(9, 0, 1), "index 9 is outside of axis 0"],
    ["too few indices", (array) => array.get(1), "1 indices for an array of shape [3, 4]; give 2"],
    [
      "a shape that does not fit",
      (array) => array.slice(0).assign([1, 2, 3]),
      "do not fit together",
    ],
    [
      "more dimensions",
      (array) => array.slice(0).assign([[1, 2, 3, 4]]),
      "[1, 4] cannot be assigned to one of shape [4]",
    ],
    [
      "lengths that grow",
      (array) => array.slice([0, 1]).assign(zeros([3, 4])),
      "cannot be assigned",
    ],
    ["complex values", (array) => array.assign({ re: 1, im: 1 }), "c128 has no conversion to f64"],
    ["what is no value", (array) => array.set(0, 0, "1" as never), "1 is not an element"],
  ])("refuse %s at the call", (_name, write, message) => {
    const DA = zeros(Blocks(2, 2), [3, 4]);
    expect(() => write(DA)).toThrow(message);
  });

  it("fail with what made the block fail, and leave the other blocks", async () => {
    const DA = map(
      (x) => {
        if (x === 3) throw new Error("three");
        return x;
      },
      arange(Blocks(2), [4]),
    );
    await expect(DA.set(3, 1)).rejects.toThrow("three");
    await DA.set(0, 5);
    expect(await sum(DA.slice([0, 2]))).toBe(6);
    await expect(sum(DA)).rejects.toThrow("three");
    DA.assign(1);
    expect(await sum(DA)).toBe(4);
  });

  it("are refused in a task that got the array from outside", async () => {
    const DA = zeros(Blocks(2), [4]);
    const inside = spawn(
      ({ array }: { array: DArray<"f64"> }) => {
        array.slice([0, 1]).assign(1);
      },
      { array: DA },
    );
    await expect(inside.fetch()).rejects.toThrow(/can only be read here/);
    const own = spawn(async () => {
      const array = zeros(Blocks(2), [4]);
      array.slice([1, 3]).assign(2);
      return await sum(array);
    });
    expect(await own.fetch()).toBe(4);
  });

  it("do not change an array that travelled before", async () => {
    const hold = gate();
    const DA = ones(Blocks(2), [4]);
    const later = spawn(
      async ({ array, word }: { array: DArray<"f64">; word: Int32Array }) => {
        Atomics.wait(word, 0, 0);
        return await sum(array);
      },
      { array: DA, word: hold },
    );
    DA.assign(7);
    await DA.wait();
    open(hold);
    expect(await later.fetch()).toBe(4);
    expect(await sum(DA)).toBe(28);
  });
});

describe("on one thread", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1 });
  });
  afterAll(() => cluster.close());

  it("writes keep no old blocks, and write to a block in place that nobody else has", async () => {
    const { heap } = context();
    const DA = rand(Blocks(50_000), [100_000]);
    await DA.set(0, 1);
    const { chunks } = heap.stats();
    const placeOf = (): number =>
      heap.get((DA.chunks[0] as unknown as { outcome: { word: number } }).outcome.word, "address");
    const place = placeOf();
    for (let i = 0; i < 200; i++) await DA.set(i, i);
    expect(placeOf()).toBe(place);
    const view = (await DA.chunks[0]?.fetch({ copy: false })) as NDArray<"f64"> & Disposable;
    await DA.set(0, -1);
    expect(view.get(0)).toBe(0);
    view[Symbol.dispose]();
    expect(placeOf()).not.toBe(place);
    expect(heap.stats().chunks).toBeLessThanOrEqual(chunks + 8);
  });
});

describe("on further workers", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1, workers: 2 });
  });
  afterAll(() => cluster.close());

  it("writes are seen by every later reader, wherever it runs", async () => {
    const A = rand([100, 80]);
    const DA = distribute(A, Blocks(30, 30));
    for (let i = 0; i < 20; i++) {
      const row = (i * 37) % 100;
      DA.slice(row).assign(DA.slice((row + 41) % 100));
      A.slice(row).assign(A.slice((row + 41) % 100));
      DA.set(row, i, i);
      A.set(row, i, i);
      if (i % 7 === 0) await expectSame(DA, A);
    }
    await expectSame(DA, A);
  });
});
