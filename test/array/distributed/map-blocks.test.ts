import {
  arange,
  type Block,
  Blocks,
  type Cluster,
  collect,
  type DArray,
  distribute,
  fromArray,
  mapBlocks,
  type NDArray,
  ones,
  start,
  zeros,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { times } from "../../support/counts.ts";
import { anyArray } from "../helpers.ts";
import { distributed, expectSame } from "./support.ts";

describe("mapBlocks", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2, workers: 1 });
  });
  afterAll(() => cluster.close());

  it("gives each block as it is, whatever its shape and dtype", async () => {
    await fc.assert(
      fc.asyncProperty(distributed(anyArray()), ({ local, distributed: own }) =>
        expectSame(mapBlocks((block: NDArray) => block.copy(), own) as DArray, local),
      ),
      { numRuns: times(2000), seed: 1 },
    );
  });

  it("says where the block lies", async () => {
    const places = (a: NDArray<"f64">, { index, start, position }: Block) =>
      a.map((x) => x + 1000 * index + 10 * (start[0] ?? 0) + (position[1] ?? 0));
    const made = mapBlocks(places, zeros(Blocks(2, 3), [4, 5]));
    expect((await collect(made)).toArray()).toEqual([
      [0, 0, 0, 1001, 1001],
      [0, 0, 0, 1001, 1001],
      [2020, 2020, 2020, 3021, 3021],
      [2020, 2020, 2020, 3021, 3021],
    ]);
  });

  it("cuts other arrays to fit, repeats axes of length 1, and passes single values on", async () => {
    const add = (a: NDArray<"f64">, b: NDArray<"f64">, row: NDArray<"f64">, k: number) => {
      const sum = a.copy();
      for (let i = 0; i < a.shape[0]!; i++) {
        for (let j = 0; j < a.shape[1]!; j++) {
          sum.set(i, j, a.get(i, j) + b.get(i, j) + row.get(0, j) * k);
        }
      }
      return sum;
    };
    const a = arange([4, 6]);
    const made = mapBlocks(
      add,
      distribute(a, Blocks(3, 4)),
      distribute(a, Blocks(1, 5)),
      arange([1, 6]),
      100,
    );
    expectTypeOf(made).toEqualTypeOf<DArray<"f64">>();
    const wanted = a.map((x) => 2 * x + 100 * (x % 6));
    await expectSame(made, wanted);
  });

  it("takes async functions, and converts to the dtype that is named", async () => {
    const half = async (a: NDArray<"f64">) => a.map((x) => x / 2);
    const made = mapBlocks(half, arange(Blocks(2), [5]), { dtype: "i32" });
    expectTypeOf(made).toEqualTypeOf<DArray<"i32">>();
    await expectSame(made, fromArray([0, 0, 1, 1, 2], { dtype: "i32" }));
  });

  it("takes a local array as one block", async () => {
    const made = mapBlocks(
      (a: NDArray<"f32">, place) => a.map((x) => x + place.index),
      ones([3], { dtype: "f32" }),
    );
    expectTypeOf(made).toEqualTypeOf<Promise<NDArray<"f32">>>();
    expect((await made).toArray()).toEqual([1, 1, 1]);
    expect((await mapBlocks((a: NDArray<"f64">) => a, zeros([0, 3]))).shape).toEqual([0, 3]);
  });

  it("refuses what cannot be, before anything runs", () => {
    const own = ones(Blocks(2), [4]);
    expect(() => mapBlocks(3 as never, own)).toThrow("mapBlocks takes a function first");
    expect(() => mapBlocks(() => own as never, 3)).toThrow("at least one");
    expect(() => mapBlocks(() => own as never, [1, 2] as never)).toThrow("at least one");
    expect(() => mapBlocks((a) => a, own, { dtpe: "f64" } as never)).toThrow("dtype");
    expect(() => mapBlocks((a) => a, own, ones([3]))).toThrow("shape");
  });

  it("fails where the function gives something else than its block", async () => {
    const own = ones(Blocks(2), [4]);
    await expect(collect(mapBlocks(() => 3 as never, own))).rejects.toThrow("not number 3");
    await expect(collect(mapBlocks(() => ones([3]), own))).rejects.toThrow(
      /gave shape \[3\] for the block at \[[02]\], whose shape is \[2\]/,
    );
  });
});
