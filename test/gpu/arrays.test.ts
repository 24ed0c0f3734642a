/** Functions of arrays under the scope of a GPU. */

import "./software.ts";
import {
  arange,
  Blocks,
  broadcast,
  collect,
  type DArray,
  distribute,
  fromArray,
  map,
  myid,
  type NDArray,
  ones,
  rand,
  scope,
  spawn,
  start,
  sum,
  withOptions,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceStatistics } from "../../src/gpu/statistics.ts";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const gpu = scope({ gpu: 1 });
const onGpu = <T>(body: () => T): T => withOptions({ scope: gpu }, body);
const statistics = () => onGpu(() => spawn(deviceStatistics).fetch());

describe("the talk's cell of array programming on a GPU", () => {
  it("gives what it gives on the CPU, with one upload and nothing moved between the steps", async () => {
    const A = rand([64, 64], { dtype: "f32", seed: 1 });
    const before = await statistics();
    const C = onGpu(() => {
      const B = spawn(broadcast, (a: number) => a + 3, A);
      return spawn(map, (x: number) => x / 2, B);
    });
    await C.wait();
    const between = await statistics();
    expect(between.uploads - before.uploads).toBe(1);
    expect(between.downloads - before.downloads).toBe(0);
    const total = await spawn(sum, C).fetch();
    const after = await statistics();
    expect(after.uploads).toBe(between.uploads);
    expect(after.downloads - between.downloads).toBe(1);
    const expected = A.data.reduce((all, a) => all + Math.fround(Math.fround(a + 3) / 2), 0);
    expect(total).toBeCloseTo(expected, 6);
  });

  it("runs for distributed arrays too, whose blocks stay on the device until they are needed", async () => {
    const DA = distribute(rand([64, 64], { dtype: "f32", seed: 2 }), Blocks(16, 32));
    await DA.wait();
    const before = await statistics();
    const B = onGpu(() => map((x) => (x + 3) / 2, DA));
    const D = onGpu(() => map((x) => x * x, B));
    await D.wait();
    const between = await statistics();
    expect(between.uploads - before.uploads).toBe(8);
    expect(between.downloads - before.downloads).toBe(0);
    const [a, d] = [await collect(DA), await collect(D)];
    const expected = a.data.map((x) => Math.fround(((x + 3) / 2) ** 2));
    expect(d.data.every((x, i) => Math.abs(x - (expected[i] as number)) < 1e-6)).toBe(true);
    expect(await sum(B)).toBeCloseTo(
      a.data.reduce((all, x) => all + Math.fround((x + 3) / 2), 0),
      3,
    );
  });
});

describe("elementwise functions on a GPU", () => {
  const rows = arange(0, 12, { dtype: "i32" }).reshape([3, 4]);

  it.each<[string, () => DArray | NDArray, () => DArray | NDArray]>([
    [
      "broadcast a row, a column and a number",
      () =>
        broadcast(
          (a, b, c) => a * 2 + b - c,
          distribute(rows, Blocks(2, 2)),
          fromArray(Int32Array.of(1, 2, 3, 4)),
          5,
        ),
      () => broadcast((a, b, c) => a * 2 + b - c, rows, fromArray(Int32Array.of(1, 2, 3, 4)), 5),
    ],
    [
      "take arrays of other partitionings",
      () =>
        broadcast((a, b) => a * b, distribute(rows, Blocks(2, 2)), distribute(rows, Blocks(3, 1))),
      () => broadcast((a, b) => a * b, rows, rows),
    ],
    [
      "give booleans",
      () => map((a) => a % 3 === 0, distribute(rows, Blocks(2, 4))),
      () => map((a) => a % 3 === 0, rows),
    ],
    [
      "take booleans and small integers",
      () =>
        map(
          (a) => (a ? 2 : 1),
          distribute(
            rows.map((x) => x > 4),
            Blocks(2, 2),
          ),
          { dtype: "i32" },
        ),
      () =>
        map(
          (a) => (a ? 2 : 1),
          rows.map((x) => x > 4),
          { dtype: "i32" },
        ),
    ],
    [
      "change the dtype",
      () =>
        distribute(rows, Blocks(2, 2))
          .astype("f32")
          .map((x) => x / 4),
      () => rows.astype("f32").map((x) => x / 4),
    ],
    ["cut anew", () => distribute(rows, Blocks(2, 3)).rechunk(Blocks(3, 2)), () => rows],
    [
      "work on no elements",
      () => map((x) => x + 1, distribute(new Float32Array(0), Blocks(4))),
      () => fromArray(new Float32Array(0)),
    ],
    [
      "begin with arrays made there",
      () =>
        broadcast(
          (a, b) => a + b,
          ones(Blocks(4), [9], { dtype: "f32" }),
          rand(Blocks(4), [9], { dtype: "f32", seed: 4 }),
        ),
      () => rand([9], { dtype: "f32", seed: 4 }).map((x) => x + 1),
    ],
  ])("%s", async (_, make, makeHere) => {
    const made = await collect(onGpu(make) as DArray);
    const expected = await collect(makeHere() as NDArray);
    expect(made.dtype).toBe(expected.dtype);
    expect(made.shape).toEqual(expected.shape);
    expect([...made.data]).toEqual([...expected.data]);
  });

  it("make the random numbers of threads, for whole arrays and for blocks", async () => {
    const options = { dtype: "f32", seed: 2 ** 52 + 3 } as const;
    const make = rand as (shape: readonly number[], given: typeof options) => NDArray<"f32">;
    const before = await statistics();
    const whole = onGpu(() => spawn(make, [37, 11], options));
    const blocks = onGpu(() => rand(Blocks(10, 4), [37, 11], options));
    await Promise.all([whole.wait(), blocks.wait()]);
    expect((await statistics()).uploads).toBe(before.uploads);
    const expected = [...rand([37, 11], options).data];
    expect([...(await whole.fetch()).data]).toEqual(expected);
    expect([...(await blocks.collect()).data]).toEqual(expected);
  });

  it("compute in the numbers of the dtype", async () => {
    const big = fromArray(Int32Array.of(2 ** 31 - 1));
    const sum = await onGpu(() => spawn(map, (x: number) => x + 1, big)).fetch();
    expect([...(sum as NDArray<"i32">).data]).toEqual([-(2 ** 31)]);
  });

  it("refuse f64, and say what to do", async () => {
    const A = distribute(rand([8]), Blocks(8));
    const failed = onGpu(() => map((x) => x + 1, A)).collect();
    await expect(failed).rejects.toThrow('Choose the task option { f64: "downcast" }');
    const B = withOptions({ scope: gpu, f64: "downcast" }, () => map((x) => x + 1, A));
    const [a, b] = [await collect(A), await collect(B)];
    expect(b.dtype).toBe("f64");
    expect([...b.data]).toEqual([...a.data.map((x) => Math.fround(Math.fround(x) + 1))]);
  });

  it("refuse what a GPU cannot do, before anything runs there", async () => {
    const A = distribute(ones([4], { dtype: "f32" }), Blocks(2));
    await expect(onGpu(() => map(() => myid(), A)).collect()).rejects.toThrow(/myid/);
    await expect(onGpu(() => map((x) => x, A, { dtype: "i8" })).collect()).rejects.toThrow(
      '{ dtype: "i32" }',
    );
    await expect(
      onGpu(() => map((x) => ({ re: x, im: 0 }), A, { dtype: "c64" })).collect(),
    ).rejects.toThrow();
  });
});

describe("reductions on a GPU", () => {
  const values = Float32Array.from({ length: 30_000 }, (_, i) => ((i * 7919) % 1001) / 8 - 60);

  it("give what they give on the CPU", async () => {
    const A = fromArray(values);
    const DA = distribute(A, Blocks(7000));
    const close = (a: unknown, b: unknown) => expect(a as number).toBeCloseTo(b as number, 1);
    await onGpu(async () => {
      close(await DA.sum(), A.sum());
      expect(await DA.min()).toBe(A.min());
      expect(await DA.max()).toBe(A.max());
      close(await DA.mean(), A.mean());
      close(await DA.std(), A.std());
      expect(await DA.any()).toBe(true);
      close(await DA.reduce((a, b) => Math.max(a, b)), A.max());
      close(await spawn(sum, A).fetch(), A.sum());
    });
  });

  it("along an axis, and of integers, are exact", async () => {
    const A = arange(0, 60, { dtype: "i32" }).reshape([5, 12]);
    const DA = distribute(A, Blocks(2, 5));
    const rows = await onGpu(() => DA.sum({ axis: 1 })).collect();
    expect([...rows.data]).toEqual([...A.sum({ axis: 1 }).data]);
    expect(await onGpu(() => DA.sum())).toBe(59 * 30);
  });
});
