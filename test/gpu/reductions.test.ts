/** Reductions under the scope of a GPU: what they give on threads, exactly where that can be. */

import "./software.ts";
import {
  Blocks,
  collect,
  type DArray,
  distribute,
  fromArray,
  mean,
  type NDArray,
  norm,
  scope,
  spawn,
  start,
  std,
  sum,
  variance,
  withOptions,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deviceStatistics } from "../../src/gpu/statistics.ts";

let cluster: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const onGpu = <T>(body: () => T): T => withOptions({ scope: scope({ gpu: 1 }) }, body);
const launches = async () => (await onGpu(() => spawn(deviceStatistics).fetch())).launches;

const noise = (i: number): number => Math.fround(((i * 7919) % 1009) / 64 - 5);
const floats = (shape: number[]) =>
  fromArray(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => noise(i)),
  ).reshape(shape);

/** Equal, but for what f32 can tell. */
function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, scale = 1): void {
  expect(found.length).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [found[i] as number, expected[i] as number];
    expect(Math.abs(a - b)).toBeLessThanOrEqual(2e-5 * Math.max(scale, Math.abs(b)));
  }
}

type Reducing = (options: object) => DArray | NDArray;
/** A reduction along axes as a method that is not told which array it is of. */
const along = (array: DArray | NDArray, name: string, options: object) =>
  (array as unknown as Record<string, Reducing>)[name]!(options);

const NAMES = ["sum", "mean", "min", "max", "var", "std", "norm"] as const;
const AXES = [[0], [1], [2], [0, 2], [1, 2], [0, 1], [-1, 0, 1]] as const;

describe("reductions of f32 on a GPU", () => {
  it.each(NAMES)("%s goes along any axes, in one block and in many", async (name) => {
    const A = floats([5, 130, 7]);
    const blocks = [distribute(A, Blocks(5, 130, 7)), distribute(A, Blocks(2, 70, 4))];
    for (const axis of AXES) {
      const options = { axis: [...axis], keepdims: axis.length === 1 };
      const expected = along(A, name, options) as NDArray;
      for (const DA of blocks) {
        const found = await collect(onGpu(() => along(DA, name, options) as DArray));
        expect(found.shape).toEqual(expected.shape);
        expect(found.dtype).toBe(expected.dtype);
        expectClose(
          found.data as Float32Array,
          expected.data as Float32Array,
          name === "sum" ? 50 : 1,
        );
      }
    }
  });

  it("min and max are exact, and NaN wins", async () => {
    const A = floats([300, 3]);
    A.set(7, 1, Number.NaN);
    const DA = distribute(A, Blocks(120, 3));
    for (const name of ["min", "max"] as const) {
      const found = await collect(onGpu(() => DA[name]({ axis: 0 })));
      expect([...found.data]).toEqual([...A[name]({ axis: 0 }).data]);
      expect(await onGpu(() => DA[name]())).toBeNaN();
    }
  });

  it("sums stay close to the exact one, however many elements there are", async () => {
    const n = 2 ** 20;
    const value = Math.fround(1.84147);
    const DA = distribute(fromArray(new Float32Array(n).fill(value)), Blocks(n));
    const found = await onGpu(() => DA.sum());
    expect(Math.abs(found - n * value)).toBeLessThan(3e-6 * n * value);
  });

  it("variances do not cancel, and norms neither overflow nor vanish", async () => {
    const far = fromArray(Float32Array.from({ length: 5000 }, (_, i) => 10_000 + (i % 7)));
    const { data } = far;
    const exact = Array.from(data).reduce((all, x) => all + x, 0) / 5000;
    const expected = Array.from(data).reduce((all, x) => all + (x - exact) ** 2, 0) / 5000;
    expect(await onGpu(() => spawn(variance, far).fetch())).toBeCloseTo(expected, 5);
    expect(await onGpu(() => spawn(std, far).fetch())).toBeCloseTo(Math.sqrt(expected), 5);
    for (const [x, length] of [
      [1e30, 400],
      [1e-30, 400],
      [0, 70],
    ] as const) {
      const A = fromArray(new Float32Array(length).fill(x));
      const found = (await onGpu(() => spawn(norm, A).fetch())) as number;
      const root = Math.fround(x) * Math.sqrt(length);
      expect(Math.abs(found - root)).toBeLessThanOrEqual(1e-6 * root);
    }
    const infinite = fromArray(Float32Array.of(1, Number.NEGATIVE_INFINITY, 2));
    expect(await onGpu(() => spawn(norm, infinite).fetch())).toBe(Number.POSITIVE_INFINITY);
  });

  it("take an initial value once, and have one of no elements", async () => {
    const A = floats([90, 4]);
    const DA = distribute(A, Blocks(40, 4));
    const found = await collect(onGpu(() => DA.sum({ axis: 0, init: 1000 })));
    expectClose(found.data, A.sum({ axis: 0, init: 1000 }).data);
    const none = distribute(new Float32Array(0), Blocks(4));
    expect(await onGpu(() => none.sum())).toBe(0);
    expect(await onGpu(() => none.max({ init: 3 }))).toBe(3);
    expect(() => onGpu(() => none.max())).toThrow("no elements");
    const some = distribute(floats([0, 3]), Blocks(2, 3));
    expect([...(await collect(onGpu(() => some.prod({ axis: 0 })))).data]).toEqual([1, 1, 1]);
  });

  it("run on the device: a whole block comes to a few numbers there", async () => {
    const DA = distribute(floats([50_000]), Blocks(50_000));
    await onGpu(() => DA.sum());
    const before = await launches();
    await onGpu(() => DA.var());
    expect((await launches()) - before).toBeGreaterThanOrEqual(5);
  });
});

describe("reductions of integers on a GPU", () => {
  const big = (length: number) =>
    Int32Array.from({ length }, (_, i) => (i % 3 === 2 ? -(2 ** 31) : 2 ** 31 - 1 - i));

  it("sums and means are exact beyond 32 bits", async () => {
    for (const data of [
      big(9000),
      Uint32Array.from({ length: 9000 }, (_, i) => 2 ** 32 - 1 - i),
      Int16Array.from({ length: 9000 }, (_, i) => (i % 2 ? 32767 : -32768)),
      Uint8Array.from({ length: 9000 }, () => 255),
    ]) {
      const A = fromArray(data as Int32Array).reshape([30, 300]);
      const DA = distribute(A, Blocks(20, 300));
      expect(await onGpu(() => DA.sum())).toBe(A.sum());
      expect(await onGpu(() => DA.mean())).toBe(A.mean());
      for (const axis of [0, 1]) {
        const found = await collect(onGpu(() => DA.sum({ axis })));
        expect([...found.data]).toEqual([...A.sum({ axis }).data]);
      }
    }
  });

  it("min, max, any and all are exact; what WGSL could not do runs on the host's side", async () => {
    for (const data of [
      big(200),
      Uint32Array.from({ length: 200 }, (_, i) => 2 ** 32 - 1 - i * i),
    ]) {
      const A = fromArray(data as Int32Array).reshape([2, 100]);
      const DA = distribute(A, Blocks(2, 60));
      for (const name of ["min", "max", "any", "all", "prod", "var", "norm"] as const) {
        const found = await collect(onGpu(() => along(DA, name, { axis: 1 }) as DArray));
        const expected = await collect(along(DA, name, { axis: 1 }) as DArray);
        expect([...found.data]).toEqual([...expected.data]);
      }
    }
  });

  it("any and all look at truth, of which NaN is", async () => {
    const rows = [
      [0, 0, 0],
      [0, Number.NaN, 0],
      [1, 2, 3],
      [1, 0, Number.NaN],
    ];
    const A = fromArray(rows, { dtype: "f32" });
    const DA = distribute(A, Blocks(4, 3));
    expect([...(await collect(onGpu(() => DA.any({ axis: 1 })))).data]).toEqual([
      ...A.any({ axis: 1 }).data,
    ]);
    expect([...(await collect(onGpu(() => DA.all({ axis: 1 })))).data]).toEqual([
      ...A.all({ axis: 1 }).data,
    ]);
    const B = distribute(
      A.map((x) => x > 0),
      Blocks(2, 3),
    );
    expect(await onGpu(() => B.any())).toBe(true);
    expect(await onGpu(() => B.all())).toBe(false);
    expect(await onGpu(() => B.sum())).toBe(4);
  });
});

describe("folds on a GPU", () => {
  it("join in the order of the elements, as kernels of the functions", async () => {
    const A = fromArray(Float32Array.from({ length: 10_000 }, (_, i) => i % 5));
    const DA = distribute(A, Blocks(4500));
    const before = await launches();
    expect(await onGpu(() => DA.reduce((a, _b) => a))).toBe(0);
    expect(await onGpu(() => DA.reduce((_a, b) => b))).toBe(4);
    const shift = 3;
    const square = (x: number): number => x * x;
    expect(
      await onGpu(() =>
        DA.mapReduce(
          (x) => square(x) - shift,
          (a, b) => a + b,
        ),
      ),
    ).toBe(30_000);
    expect((await launches()) - before).toBeGreaterThanOrEqual(9);
    const rows = distribute(floats([40, 90]), Blocks(30, 50));
    const found = await collect(onGpu(() => rows.reduce((a, b) => Math.max(a, b), { axis: 1 })));
    expect([...found.data]).toEqual([...floats([40, 90]).max({ axis: 1 }).data]);
  });

  it("of integers, and with functions that are no kernels, run on the host's side", async () => {
    const A = distribute(
      Int32Array.from({ length: 100 }, () => 2 ** 30),
      Blocks(30),
    );
    expect(await onGpu(() => A.reduce((a, b) => a + b))).toBe(100 * 2 ** 30);
    const B = distribute(Float32Array.of(1, 2, 3), Blocks(2));
    const text = (a: unknown, b: unknown): string => `${a}${b}`;
    expect(await onGpu(() => B.mapReduce((x) => x, text as never))).toBe("123");
  });
});

describe("reductions as the function of a task on a GPU", () => {
  it("take options", async () => {
    const A = floats([20, 70]);
    const rows = (await onGpu(() =>
      spawn(sum as (a: typeof A, o: object) => NDArray<"f32">, A, {
        axis: 1,
        keepdims: true,
      }).fetch(),
    )) as unknown as NDArray<"f32">;
    expect(rows.shape).toEqual([20, 1]);
    expectClose(rows.data, A.sum({ axis: 1 }).data, 50);
    expect(await onGpu(() => spawn(mean, A).fetch())).toBeCloseTo(A.mean(), 5);
  });

  it("refuse f64 unless it may be computed as f32", async () => {
    const A = distribute(Float64Array.of(1, 2, 3), Blocks(3));
    await expect(onGpu(() => A.sum({ axis: [0], keepdims: true })).collect()).rejects.toThrow(
      '{ f64: "downcast" }',
    );
    const gpu = scope({ gpu: 1 });
    expect(await withOptions({ scope: gpu, f64: "downcast" }, () => A.sum())).toBe(6);
  });
});
