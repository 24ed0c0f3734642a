import {
  Blocks,
  broadcast,
  type Cluster,
  type DArray,
  distribute,
  type NDArray,
  rand,
  start,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromArray } from "../../../src/array/local.ts";
import type { DType } from "../../../src/memory/dtype.ts";
import { times } from "../../support/counts.ts";
import { expectSame } from "./support.ts";

/** Blocks large enough for compiled loops; local arrays, which are not in the heap, have the others. */
const SIZE = 5000;
const DTYPES: readonly DType[] = ["f64", "f32", "i32", "u32", "i16", "u16", "i8", "u8", "bool"];

const special = [0, -0, 1, -1, 0.5, 1e300, -1e-300, 5e-324, 255, 256, -129, 2 ** 31, 2 ** 32 + 5];
const value = fc.oneof(
  fc.constantFrom(...special, Number.NaN, Number.POSITIVE_INFINITY),
  fc.double(),
);

/** An array of some dtype, of values that repeat themselves. */
const anyLong = (dtypes: readonly DType[]): fc.Arbitrary<NDArray> =>
  fc
    .tuple(fc.constantFrom(...dtypes), fc.array(value, { minLength: 1, maxLength: 40 }))
    .map(([dtype, values]) =>
      fromArray(
        Float64Array.from({ length: SIZE }, (_, i) => values[(i * 7) % values.length] as number),
      ).astype(dtype),
    );

const k = 3;
const FUNCTIONS: readonly ((x: never, y: never) => unknown)[] = [
  (x: number, y: number) => x * 2 + y,
  (x: number, y: number) => (x - y) / k,
  (x: number, y: number) => x > y,
  (x: number, y: number) => (x > 0 ? y : -x),
  (x: number, y: number) => Math.max(x, Math.min(y, 10)) % 7,
  (x: number, y: number) => (x | 0) ^ (y >>> 3),
  (x: number, y: number) => Math.floor(x) + Math.sqrt(Math.abs(y)),
  (x: number, y: number) => {
    let sum = 0;
    for (let i = 0; i < 4; i++) sum += x * i - y;
    return sum;
  },
  // What kernels cannot do, other loops can.
  (x: number, y: number) => [x, y][1],
  (x: number, y: number) => Number(`${(x % 10) | 0}`) + y,
];

describe("arrays in the heap", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  it("give what JavaScript gives, whatever the dtypes", async () => {
    const longs = anyLong(DTYPES);
    await fc.assert(
      fc.asyncProperty(longs, longs, fc.constantFrom(...FUNCTIONS), async (a, b, fn) => {
        const blocks = Blocks(1999);
        const own = broadcast(fn as never, distribute(a, blocks), distribute(b, blocks)) as DArray;
        let expected: NDArray;
        try {
          expected = broadcast(fn as never, a, b) as NDArray;
        } catch (error) {
          // A boolean, say, where no dtype was named.
          await expect(own.collect()).rejects.toThrow((error as Error).message);
          return;
        }
        await expectSame(own, expected);
      }),
      { numRuns: times(4000), seed: 1 },
    );
  });

  it("give what JavaScript gives with rows, columns and single values beside them", async () => {
    const A = rand([40, 300], { seed: 1 });
    const row = rand([300], { seed: 2 });
    const column = rand([40, 1], { seed: 3 });
    const fn = (a: number, b: number, c: number, d: number) => a * b + c - d;
    await expectSame(
      broadcast(fn, distribute(A, Blocks(13, 300)), row, distribute(column, Blocks(13, 1)), 2.5),
      broadcast(fn, A, row, column, 2.5),
    );
    await expectSame(
      broadcast((a, b) => a - b, distribute(A, Blocks(7, 150)), 1),
      broadcast((a, b) => a - b, A, 1),
    );
  });

  it("refuse booleans that nobody asked to have as numbers, as others do", async () => {
    const A = rand([SIZE]);
    const fn = (x: number) => {
      let isLarge = x > 2;
      if (x > 3) isLarge = false;
      return isLarge as unknown as number;
    };
    const message = /gave a boolean for an element of dtype f64/;
    expect(() => A.map(fn)).toThrow(message);
    await expect(distribute(A, Blocks(1000)).map(fn).collect()).rejects.toThrow(message);
  });

  it("come to the same reductions, bit by bit", async () => {
    const reals = anyLong(DTYPES);
    const names = ["sum", "prod", "min", "max", "mean", "var", "std", "norm"] as const;
    await fc.assert(
      fc.asyncProperty(reals, fc.constantFrom(...names), async (a, name) => {
        const call = (array: object): unknown =>
          (array as Record<string, () => unknown>)[name]?.call(array);
        expect(await call(distribute(a, Blocks(SIZE)))).toEqual(call(a));
      }),
      { numRuns: times(4000), seed: 2 },
    );
  });

  it("have functions of Math within two units of the last place", async () => {
    const A = rand([SIZE], { seed: 4 }).map((x) => 40 * x - 20);
    const functions = { exp: Math.exp, sin: Math.sin, tanh: Math.tanh, cbrt: Math.cbrt };
    const results = {
      exp: await distribute(A, Blocks(SIZE))
        .map((x) => Math.exp(x))
        .collect(),
      sin: await distribute(A, Blocks(SIZE))
        .map((x) => Math.sin(x))
        .collect(),
      tanh: await distribute(A, Blocks(SIZE))
        .map((x) => Math.tanh(x))
        .collect(),
      cbrt: await distribute(A, Blocks(SIZE))
        .map((x) => Math.cbrt(x))
        .collect(),
    };
    for (const [name, fn] of Object.entries(functions)) {
      const { data } = results[name as keyof typeof results];
      data.forEach((y, i) => {
        const expected = fn(A.data[i] as number);
        // Math.* itself is within one unit.
        expect(Math.abs(y - expected)).toBeLessThanOrEqual(3 * 2 ** -52 * Math.abs(expected));
      });
    }
  });
});
