/** Arrays larger than what a GPU binds at once. */

import "./software.ts";
import {
  arange,
  Blocks,
  broadcast,
  collect,
  type DArray,
  distribute,
  eye,
  globalIndex,
  globalSize,
  kernel,
  map,
  mutable,
  type NDArray,
  rand,
  randn,
  scope,
  spawn,
  start,
  withOptions,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceStatistics } from "../../src/gpu/statistics.ts";

/** Elements that are bound at once; the limit is not a multiple of 256 bytes. */
const MOST = 1024;
/** Sizes around the ends of sections. */
const SIZES = [MOST, MOST + 1, 3 * MOST, 3 * MOST + 7];

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({
    threads: 2,
    gpuLimits: { maxStorageBufferBindingSize: 4 * MOST + 100 },
  });
});
afterAll(() => cluster.close());

const onGpu = <T>(body: () => T): T => withOptions({ scope: scope({ gpu: 1 }) }, body);
const statistics = () => onGpu(() => spawn(deviceStatistics).fetch());
const f32 = { dtype: "f32" } as const;

describe("arrays above the limit of a binding", () => {
  it.each(SIZES)("of %i elements go through functions of elements", async (size) => {
    const A = rand([size], { ...f32, seed: 1 });
    const DA = distribute(A, Blocks(size));
    const before = await statistics();
    const DB = onGpu(() =>
      broadcast(
        (a, b) => a * 2 + b,
        DA,
        map((x) => x - 1, DA),
      ),
    );
    await DB.wait();
    const after = await statistics();
    expect(after.uploads - before.uploads).toBe(1);
    expect(after.uploadedBytes - before.uploadedBytes).toBe(4 * size);
    const found = await collect(DB);
    const expected = A.data.map((x) => Math.fround(Math.fround(x * 2) + Math.fround(x - 1)));
    expect([...found.data]).toEqual([...expected]);
  });

  it.each(SIZES)("of %i elements go through kernels that know their places", async (size) => {
    const [O, A] = [0, 1].map((value) => {
      const make = (n: number) => mutable(() => zeros([n], { dtype: "i32" }).fill(value));
      return make(size);
    }) as [ReturnType<typeof mutable<NDArray<"i32">>>, ReturnType<typeof mutable<NDArray<"i32">>>];
    const k = kernel((O: Int32Array, A: Int32Array, step: number) => {
      const i = globalIndex();
      O[i] = (A[i] as number) + i * step + globalSize() + O.length;
    });
    await onGpu(() => spawn(k, O, A, 3).fetch());
    const found = await O.fetch();
    expect([...found.data]).toEqual(Array.from({ length: size }, (_, i) => 1 + 3 * i + 2 * size));
    // In place, and over a part of the items.
    const doubled = kernel((O: Int32Array) => {
      O[globalIndex()] = 2 * (O[globalIndex()] as number);
    });
    await onGpu(() => spawn(doubled.range(MOST + 1), O).fetch());
    const again = await O.fetch();
    expect(again.data.every((x, i) => x === (found.data[i] as number) * (i <= MOST ? 2 : 1))).toBe(
      true,
    );
  });

  it("are made there", async () => {
    const shape = [5, 700];
    const grid = Blocks(5, 700);
    const CASES: [() => DArray, () => NDArray][] = [
      [() => rand(grid, shape, { ...f32, seed: 9 }), () => rand(shape, { ...f32, seed: 9 })],
      [() => arange(grid, shape, 3, 2, f32), () => arange(shape, 3, 2, f32)],
      [() => eye(grid, shape, f32), () => eye(shape, f32)],
      [() => randn(grid, shape, { ...f32, seed: 9 }), () => randn(shape, { ...f32, seed: 9 })],
    ];
    for (const [make, makeHere] of CASES) {
      expect([...(await collect(onGpu(make))).data]).toEqual([...makeHere().data]);
    }
  });

  it("are reduced, whole and along axes", async () => {
    const A = arange([9, 11, 50], -7, 1, { dtype: "i32" });
    const long = arange([2, 2, 3000], -7, 1, { dtype: "i32" });
    for (const array of [A, long]) {
      const DA = distribute(array, Blocks(...array.shape));
      expect(await onGpu(() => DA.sum())).toBe(array.sum());
      expect(await onGpu(() => DA.max())).toBe(array.max());
      for (const axis of [[0], [1], [2], [0, 1], [1, 2], [0, 2]]) {
        for (const name of ["sum", "min", "any"] as const) {
          const found = await collect(onGpu(() => DA[name]({ axis })));
          expect([...found.data]).toEqual([...array[name]({ axis }).data]);
        }
      }
      const F = DA.astype("f32");
      const found = await collect(onGpu(() => F.var({ axis: [0, 2] })));
      const expected = array.astype("f64").var({ axis: [0, 2] }).data;
      expect(found.data.every((x, i) => Math.abs(x / (expected[i] as number) - 1) < 1e-5)).toBe(
        true,
      );
      expect(await onGpu(() => F.reduce((a, _b) => a))).toBe(-7);
    }
  });

  it("are cut and converted where elements stay beside each other", async () => {
    const A = rand([3000], { ...f32, seed: 5 });
    const DA = distribute(A, Blocks(1700));
    const DB = onGpu(() => DA.rechunk(Blocks(3000)));
    expect([...(await collect(DB)).data]).toEqual([...A.data]);
    const DC = onGpu(() => map((x) => x * 100, DB).astype("i32"));
    expect([...(await collect(DC)).data]).toEqual([
      ...A.map((x) => Math.trunc(Math.fround(x * 100))).data,
    ]);
  });

  it("are refused where a kernel looks at any place of them, and both sizes and a remedy are named", async () => {
    const O = mutable(() => new Float32Array(2000));
    const reversed = kernel((O: Float32Array, A: Float32Array) => {
      const i = globalIndex();
      O[i] = A[A.length - 1 - i] as number;
    });
    const failed = onGpu(() => spawn(reversed, O, O).fetch());
    await expect(failed).rejects.toThrow(
      /looks at any place of an array of 8000 bytes.*binds at most 4096 at once; cut the array/,
    );
    const small = mutable(() => new Float32Array(1000));
    await onGpu(() => spawn(reversed, small, small).fetch());
    expect((await O.fetch())[0]).toBe(0);
  });
});

describe("limits of GPUs", () => {
  it("that are none are refused, and say what is wrong", async () => {
    await cluster.close();
    const wrong = (gpuLimits: object) => start({ gpuLimits } as never);
    await expect(wrong({ maxBuffersize: 1 })).rejects.toThrow("did you mean 'maxBufferSize'?");
    await expect(wrong({ maxBufferSize: 16 })).rejects.toThrow("whole number from 256, not 16");
    await expect(wrong([] as never)).rejects.toThrow("gpuLimits");
  });
});
