import { type DType, einsum, fromArray, matmul, type NDArray, ndarray, rand, zeros } from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { multiplyInto } from "../../../src/array/products/multiply.ts";
import type { Strided } from "../../../src/array/strided.ts";
import { times } from "../../support/counts.ts";
import { BACKENDS, useBackend } from "./support.ts";

/** Whole small numbers that depend on the place. */
const numbers = (rows: number, columns: number, dtype: DType, seed: number): NDArray =>
  zeros([rows, columns], { dtype }).assign(
    Array.from({ length: rows }, (_, i) =>
      Array.from({ length: columns }, (_, j) => (seed + 7 * i + 3 * j + i * j) % 11),
    ),
  ) as NDArray;

/** The elements of a matrix in some layout: as they are, by columns, with gaps, or backwards. */
function laidOut(matrix: NDArray, layout: string): NDArray {
  const { dtype } = matrix;
  const [rows, columns] = matrix.shape as [number, number];
  switch (layout) {
    case "columns":
      return zeros([columns, rows], { dtype }).assign(matrix.transpose()).transpose() as NDArray;
    case "gaps": {
      const wide = zeros([2 * rows + 1, 3 * columns + 1], { dtype });
      const own = wide.slice([1, null, 2], [1, null, 3]);
      return own.slice([0, rows], [0, columns]).assign(matrix) as NDArray;
    }
    case "backwards": {
      const own = zeros([rows, columns], { dtype }).slice([null, null, -1], [null, null, -1]);
      return own.assign(matrix) as NDArray;
    }
    default:
      return matrix;
  }
}

function expected(a: NDArray, b: NDArray, before: number): number[][] {
  const [x, y] = [a.toArray(), b.toArray()] as [number[][], number[][]];
  const columns = b.shape[1] as number;
  return x.map((row) =>
    Array.from({ length: columns }, (_, j) =>
      row.reduce((sum, value, p) => sum + value * (y[p]?.[j] as number), before),
    ),
  );
}

const layout = fc.constantFrom("rows", "columns", "gaps", "backwards");
const length = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(191, 193, 257));

describe.each(BACKENDS)("the product of two matrices by $backend", ({ blas }) => {
  beforeAll(() => useBackend(blas));
  afterAll(() => useBackend(""));

  it("is the sum of products, in whatever layout and of whatever sizes", () => {
    fc.assert(
      fc.property(
        fc.record({ m: length, n: length, k: length, seed: fc.nat(100) }),
        fc.constantFrom<DType>("f64", "f32", "i32", "i16", "c128"),
        fc.tuple(layout, layout, layout),
        fc.boolean(),
        ({ m, n, k, seed }, dtype, [first, second, third], add) => {
          const real = (array: NDArray): NDArray =>
            dtype === "c128" ? (array.astype("c128") as NDArray) : array;
          const type = dtype === "c128" ? "f64" : dtype;
          const a = numbers(m, k, type, seed);
          const b = numbers(k, n, type, seed + 1);
          const out = laidOut(real(zeros([m, n], { dtype: type }).fill(5) as NDArray), third);
          multiplyInto(
            out as Strided,
            laidOut(real(a), first) as Strided,
            laidOut(real(b), second) as Strided,
            add,
          );
          const made = dtype === "c128" ? out.map((z) => (z as unknown as { re: number }).re) : out;
          const wanted = expected(a, b, add ? 5 : 0);
          const wrapped = dtype === "i16" ? fromArray(wanted).astype("i16").toArray() : wanted;
          expect(made.toArray()).toEqual(wrapped);
        },
      ),
      { numRuns: times(6000), seed: 1 },
    );
  });

  it.each([
    [1700, 3, 2],
    [2, 1100, 3],
    [3, 2, 2100],
    [1600, 1, 70000],
    [1, 66000, 2],
    [66000, 1, 2],
    [1, 1, 70000],
  ])("takes sizes above those of its parts: %i × %i, %i products each", (m, n, k) => {
    // The sums are known: i + 1 in row i of the first times 1 in all of the second.
    const rows = fromArray(Float64Array.from({ length: m }, (_, i) => (i % 100) + 1));
    const a = zeros([m, k]).assign(rows.reshape([m, 1])) as NDArray;
    const b = zeros([k, n]).fill(1);
    const product = matmul(a, b) as NDArray<"f64">;
    const wanted = Float64Array.from({ length: m * n }, (_, at) => {
      return ((Math.floor(at / n) % 100) + 1) * k;
    });
    expect(Buffer.compare(Buffer.from(product.data.buffer), Buffer.from(wanted.buffer))).toBe(0);
  });

  it("keeps infinities and NaN where they belong", () => {
    const a = fromArray([
      [1, Number.POSITIVE_INFINITY],
      [2, 3],
    ]);
    const b = fromArray([
      [Number.NaN, 1, 0],
      [1, 1, 0],
    ]);
    expect(matmul(a, b).toArray()).toEqual([
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NaN],
      [Number.NaN, 5, 0],
    ]);
  });

  it("is accurate to the rounding of its sums", () => {
    for (const [dtype, unit] of [
      ["f64", 2 ** -53],
      ["f32", 2 ** -24],
    ] as const) {
      const k = 700;
      const a = rand([5, k], { dtype, seed: 1 });
      const b = rand([k, 9], { dtype, seed: 2 });
      const exact = matmul(a.astype("f64"), b.astype("f64"));
      const made = matmul(a, b);
      for (let i = 0; i < 5; i++) {
        for (let j = 0; j < 9; j++) {
          const error = Math.abs((made.get(i, j) as number) - (exact.get(i, j) as number));
          expect(error).toBeLessThanOrEqual(k * unit * (exact.get(i, j) as number));
        }
      }
    }
  });

  it("leaves its operands as they are, and takes the same array twice", () => {
    const a = numbers(9, 9, "f64", 3);
    const copy = a.copy();
    expect(matmul(a, a).toArray()).toEqual(expected(copy, copy, 0));
    expect(matmul(a, a.transpose()).toArray()).toEqual(expected(copy, copy.transpose(), 0));
    expect(a.toArray()).toEqual(copy.toArray());
  });

  it("does not read what it writes over", () => {
    for (const [m, n] of [
      [3, 4],
      [3, 1],
      [1, 4],
      [1, 1],
    ] as const) {
      const a = numbers(m, 5, "f64", 2);
      const b = numbers(5, n, "f64", 3);
      const out = zeros([m, n]).fill(Number.NaN);
      multiplyInto(out as Strided, a as Strided, b as Strided, false);
      expect(out.toArray()).toEqual(expected(a, b, 0));
    }
  });

  it("reads elements that repeat", () => {
    const ones = ndarray(new Float64Array([2]), { dtype: "f64", shape: [3, 4], strides: [0, 0] });
    const b = numbers(4, 2, "f64", 1);
    expect(matmul(ones, b).toArray()).toEqual(expected(ones.copy(), b, 0));
  });

  it("multiplies many small matrices", () => {
    const a = fromArray(Float64Array.from({ length: 400 }, (_, i) => i % 7)).reshape([100, 2, 2]);
    const products = matmul(a, a).toArray() as number[][][];
    products.forEach((product, at) => {
      expect(product).toEqual(expected(a.slice(at) as NDArray, a.slice(at) as NDArray, 0));
    });
    expect(einsum("bij,bij->b", a, a).get(3)).toBe(
      [...a.slice(3)].reduce((sum, x) => sum + x * x, 0),
    );
  });
});
