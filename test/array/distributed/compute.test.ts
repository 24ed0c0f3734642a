/** `compute: "dtype"` and `fast`: the numbers of kernels in `map` and `broadcast`, on local and distributed arrays. */

import {
  Blocks,
  broadcast,
  type Cluster,
  type DArray,
  distribute,
  KernelError,
  map,
  type NDArray,
  start,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fromArray } from "../../../src/array/local.ts";
import { times } from "../../support/counts.ts";
import { anyBlocks, expectSame } from "./support.ts";

const BY_DTYPE = { compute: "dtype" } as const;
const { fround, imul } = Math;

/** A function and what it gives by dtype. */
const CASES = {
  f32: [
    [
      (x: number, y: number) => x * 3.1 + y,
      (x: number, y: number) => fround(fround(x * fround(3.1)) + y),
    ],
    [(x: number, y: number) => (x - y) / 3, (x: number, y: number) => fround(fround(x - y) / 3)],
  ],
  i32: [
    [(x: number, y: number) => x * y + 5, (x: number, y: number) => (imul(x, y) + 5) | 0],
    [(x: number, y: number) => x - y * 7, (x: number, y: number) => (x - imul(y, 7)) | 0],
  ],
  u32: [
    [(x: number, y: number) => x * y + 5, (x: number, y: number) => (imul(x, y) + 5) >>> 0],
    [(x: number, y: number) => x - y, (x: number, y: number) => (x - y) >>> 0],
  ],
} as const;

type Case = keyof typeof CASES;
const DTYPES = Object.keys(CASES) as Case[];

const anyArray = (dtype: Case, length: number): fc.Arbitrary<NDArray> =>
  fc
    .array(dtype === "f32" ? fc.float({ noNaN: true }) : fc.integer(), {
      minLength: 1,
      maxLength: 30,
    })
    .map((values) =>
      fromArray(
        Float64Array.from({ length }, (_, i) => values[(i * 7) % values.length] as number),
      ).astype(dtype),
    );

/** What a function of two numbers gives, computed one by one. */
function oneByOne(a: NDArray, b: NDArray, fn: (x: number, y: number) => number): NDArray {
  const [x, y] = [a.copy().data, b.copy().data];
  const values = Float64Array.from(x, (_, i) => fn(x[i] as number, y[i] as number));
  return fromArray(values)
    .reshape(a.shape as number[])
    .astype(a.dtype as "f32");
}

describe('compute: "dtype"', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  it("rounds each operation to the dtype, in blocks small and large, local and distributed", async () => {
    const arrays = fc
      .tuple(fc.constantFrom(...DTYPES), fc.constantFrom(0, 1, 7, 300, 4001), fc.nat(1))
      .chain(([dtype, length, which]) =>
        fc.tuple(
          fc.constant([dtype, which] as const),
          anyArray(dtype, length),
          anyArray(dtype, length),
          anyBlocks([length]),
        ),
      );
    await fc.assert(
      fc.asyncProperty(arrays, async ([[dtype, which], a, b, blocks]) => {
        const [fn, meaning] = CASES[dtype][which] as (typeof CASES)[Case][0];
        const expected = oneByOne(a, b, meaning);
        const local = broadcast(fn as never, a, b, BY_DTYPE) as NDArray;
        expect(local.toArray()).toEqual(expected.toArray());
        const [A, B] = [distribute(a, blocks), distribute(b, blocks)];
        await expectSame(broadcast(fn as never, A, B, BY_DTYPE) as DArray, expected);
      }),
      { numRuns: times(3000), seed: 1 },
    );
  });

  it("takes views of any strides", async () => {
    const a = fromArray(Int32Array.from({ length: 12 }, (_, i) => i * 1e9)).reshape([3, 4]);
    const b = a.transpose().copy();
    const fn = (x: number, y: number) => x * 3 + y;
    const expected = oneByOne(a.transpose().copy(), b, (x, y) => (imul(x, 3) + y) | 0);
    expect(broadcast(fn, a.transpose(), b, BY_DTYPE).toArray()).toEqual(expected.toArray());
    const D = distribute(a, Blocks(2, 3));
    const own = D.map((x) => x * 3, BY_DTYPE);
    await expectSame(
      own,
      oneByOne(a, a, (x) => imul(x, 3)),
    );
  });

  it("gives single numbers the dtype of the arrays beside them", async () => {
    const a = fromArray(Float32Array.from({ length: 500 }, (_, i) => i / 7));
    const fn = (x: number, k: number) => x * k;
    const expected = oneByOne(a, a, (x) => fround(x * fround(0.1)));
    expect(broadcast(fn, a, 0.1, BY_DTYPE).toArray()).toEqual(expected.toArray());
    await expectSame(broadcast(fn, distribute(a, Blocks(499)), 0.1, BY_DTYPE), expected);
    const n = fromArray(Int32Array.of(2 ** 30, -5));
    expect(broadcast(fn, n, 5, BY_DTYPE).toArray()).toEqual([imul(2 ** 30, 5), -25]);
    expect(broadcast(fn, n, 0.5, BY_DTYPE).toArray()).toEqual([2 ** 29, -2]);
  });

  it("is not the default: numbers are JavaScript's then", async () => {
    const a = fromArray(Int32Array.of(2 ** 30));
    const half = (x: number) => (x * 4) / 8;
    expect(map(half, a).toArray()).toEqual([2 ** 29]);
    expect(map(half, a, BY_DTYPE).toArray()).toEqual([0]);
    await expectSame(distribute(a, Blocks(1)).map(half), fromArray(Int32Array.of(2 ** 29)));
  });

  it("refuses what kernels cannot say, at the call and with the place", () => {
    const a = fromArray(Float32Array.of(1));
    const text = (x: number) => Number(`${x}`);
    expect(() => map(text, a, BY_DTYPE)).toThrow(KernelError);
    expect(() => map(text, distribute(a, Blocks(1)), BY_DTYPE)).toThrow(/line 1, column \d+/);
    const z = a.astype("c64");
    expect(() => map((x) => x, z, BY_DTYPE)).toThrow(/takes real numbers, not c64/);
    expect(() => distribute(z, Blocks(1)).map((x) => x, BY_DTYPE)).toThrow(/real numbers/);
  });
});

describe("options of map and broadcast", () => {
  const a = fromArray(Float64Array.of(1, 2));

  it("are refused where there are none such", () => {
    const wrong =
      (options: object): (() => unknown) =>
      () =>
        map((x) => x, a, options as never);
    expect(wrong({ compute: "f32" })).toThrow(/map: compute is "dtype"/);
    expect(wrong({ fast: 1 })).toThrow(/map: fast is true or false/);
    expect(wrong({ quick: true })).toThrow(/map has no option 'quick'/);
    expect(wrong({ fats: true })).toThrow(/did you mean 'fast'/);
    expect(() => a.map((x) => x, { compute: 1 } as never)).toThrow(/compute is "dtype"/);
    expect(() => a.map((x) => x, { fsat: true } as never)).toThrow(/did you mean 'fast'/);
  });

  it("fast changes nothing but roundings", async () => {
    await using _cluster = await start({ threads: 1 });
    const x = fromArray(Float64Array.from({ length: 3000 }, (_, i) => 1 + i * 2 ** -30));
    const fn = (v: number) => v * v - 1 - (v - 1) * (v + 1);
    const plain = await distribute(x, Blocks(1000)).map(fn).collect();
    expect(plain.toArray()).toEqual(map(fn, x).toArray());
    const fast = await distribute(x, Blocks(1000)).map(fn, { fast: true }).collect();
    for (const value of fast.toArray() as number[]) expect(Math.abs(value)).toBeLessThan(2 ** -50);
  });
});
