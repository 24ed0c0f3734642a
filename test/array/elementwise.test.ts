import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { Complex, Value } from "../../src/array/element.ts";
import { elementwiseKernel } from "../../src/array/elementwise/kernel.ts";
import { resultType } from "../../src/array/elementwise/result-type.ts";
import { arange, broadcast, full, map, ones, zeros } from "../../src/array/functions.ts";
import { fromArray } from "../../src/array/local.ts";
import type { NDArray } from "../../src/array/ndarray.ts";
import { broadcastShapes } from "../../src/array/shape.ts";
import type { DType } from "../../src/memory/dtype.ts";
import { anyArray, anyDType, indicesOf } from "./helpers.ts";

describe("map", () => {
  test("keeps the dtype, computes in f64 and rounds when stored", () => {
    const third = fromArray([1, 2], { dtype: "f32" }).map((x) => x / 3);
    expect(third.dtype).toBe("f32");
    expect(third.toArray()).toEqual([Math.fround(1 / 3), Math.fround(2 / 3)]);
    expect(
      fromArray([200, 100], { dtype: "u8" })
        .map((x) => x * 2)
        .toArray(),
    ).toEqual([144, 200]);
    expect(
      fromArray([5, 7], { dtype: "i32" })
        .map((x) => x / 2)
        .toArray(),
    ).toEqual([2, 3]);
    expect(
      fromArray([5, 7], { dtype: "i32" })
        .map((x) => x / 2, { dtype: "f64" })
        .toArray(),
    ).toEqual([2.5, 3.5]);
  });

  test("gives booleans, complex numbers and their parts", () => {
    const positive = fromArray([-1, 2]).map((x) => x > 0);
    expect(positive.toArray()).toEqual([false, true]);
    expect(positive.map((x) => !x).toArray()).toEqual([true, false]);
    expect(positive.map((x) => (x ? 10 : 20)).toArray()).toEqual([20, 10]);
    const turned = fromArray([1, 2]).map((x) => ({ re: 0, im: x }));
    expect(turned.toArray()).toEqual([
      { re: 0, im: 1 },
      { re: 0, im: 2 },
    ]);
    expect(turned.map((z) => z.im * 2).toArray()).toEqual([2, 4]);
    expect(turned.map((z) => z.im * 2).dtype).toBe("f64");
  });

  test("a chosen dtype takes booleans as numbers and numbers as booleans", () => {
    const array = arange(3);
    const isOne = (x: number) => x === 1;
    expect(array.map((x) => x > 0, { dtype: "u8" }).toArray()).toEqual([0, 1, 1]);
    expect(array.map((x) => isOne(x), { dtype: "bool" }).toArray()).toEqual([false, true, false]);
    expect(array.map((x) => x, { dtype: "bool" }).toArray()).toEqual([false, true, true]);
    expect(array.map((x) => x, { dtype: "c64" }).get(2)).toEqual({ re: 2, im: 0 });
    const either = (x: number) => (x > 1 ? { re: x, im: 1 } : x);
    expect(array.map((x) => either(x), { dtype: "c128" }).toArray()).toEqual([
      { re: 0, im: 0 },
      { re: 1, im: 0 },
      { re: 2, im: 1 },
    ]);
  });

  const hidden = {
    boolean: (x: number) => x > 1,
    complex: (x: number) => ({ re: x, im: 0 }),
    nothing: (_: number) => undefined,
    text: (_: number) => "1",
  };

  test.each<[(x: number) => unknown, string]>([
    [
      (x) => hidden.boolean(x),
      'gave a boolean for an element of dtype f64; say which dtype you mean, such as { dtype: "bool" }',
    ],
    [
      (x) => hidden.complex(x),
      'gave an object for an element of dtype f64; say which dtype you mean, such as { dtype: "c128" }',
    ],
    [
      (x) => hidden.nothing(x),
      "gave undefined for an element of dtype f64; does it lack a return?",
    ],
    [(x) => hidden.text(x), "gave a string for an element of dtype f64; let it return a number"],
  ])("refuses what the source did not tell and the dtype does not hold: %s", (fn, message) => {
    expect(() => ones([2]).map(fn as (x: number) => number)).toThrow(message);
  });

  test("refuses numbers of unknown source for complex elements", () => {
    const size = (z: Complex) => Math.hypot(z.re, z.im);
    expect(() => full([1], { re: 3, im: 4 }).map((z) => size(z))).toThrow(
      "gave a number for an element of dtype c128",
    );
    expect(
      full([1], { re: 3, im: 4 })
        .map((z) => size(z), { dtype: "f64" })
        .toArray(),
    ).toEqual([5]);
    expect(() => ones([1]).map((x) => ({ re: x, im: 0 }), { dtype: "f32" })).toThrow(
      "gave an object for an element of dtype f32",
    );
  });

  test("of no elements never calls the function", () => {
    const fail = () => {
      throw new Error("called");
    };
    expect(zeros([3, 0]).map(fail, { dtype: "f32" })).toMatchObject({
      shape: [3, 0],
      dtype: "f32",
    });
  });

  test("visits each element once, in row-major order where the array is contiguous", () => {
    const seen: number[] = [];
    arange([2, 2]).map((x) => seen.push(x));
    expect(seen).toEqual([0, 1, 2, 3]);
  });
});

const number = (value: Value): number =>
  typeof value === "object" ? value.re + 10 * value.im : +value;
// The functions are known by identity: each has loops for all dtypes and layouts that it meets here.
const functions = {
  weigh: (a: Value, b: Value) => number(a) - 3 * number(b),
  less: (a: Value, b: Value) => number(a) < number(b),
  pair: (a: Value, b: Value) => ({ re: number(a), im: number(b) }),
};

/** Shapes that fit together: parts of one shape with some axes of length 1. */
const fittingShapes = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 2,
    }),
    fc.tuple(fc.nat(3), fc.nat(3)),
  )
  .map(([shape, single, missing]) =>
    single.map((flags, k) =>
      shape.slice(missing[k]).map((length, axis) => (flags[axis] ? 1 : length)),
    ),
  );

/** A view with the elements of an array, laid out in some other way. */
function relaid(array: NDArray, how: number): NDArray {
  if (how === 0 || array.ndim === 0) return array;
  if (how === 1) return array.transpose().copy().transpose();
  const backwards = array.shape.map(() => [null, null, -1] as const);
  return array
    .slice(...backwards)
    .copy()
    .slice(...backwards);
}

test("broadcast is the loop over all indices, whatever the dtypes, shapes and layouts", () => {
  const operands = fittingShapes.chain(([a = [], b = []]) =>
    fc.tuple(anyArray(anyDType, fc.constant(a)), anyArray(anyDType, fc.constant(b))),
  );
  const name = fc.constantFrom("weigh", "less", "pair");
  fc.assert(
    fc.property(operands, name, fc.nat(2), fc.nat(2), ([a, b], key, layoutA, layoutB) => {
      const fn = functions[key as keyof typeof functions];
      const dtype: DType = key === "less" ? "bool" : key === "pair" ? "c128" : "f64";
      const result = broadcast(
        fn as (a: Value, b: Value) => Value,
        relaid(a, layoutA),
        relaid(b, layoutB),
        { dtype },
      );
      const shape = broadcastShapes(a.shape, b.shape);
      const at = (array: NDArray, indices: readonly number[]): Value =>
        array.get(
          ...array.shape.map((length, axis) =>
            length === 1 ? 0 : (indices[axis + shape.length - array.ndim] as number),
          ),
        ) as Value;
      expect(result.shape).toEqual(shape);
      expect([...result]).toEqual(
        indicesOf(shape).map((indices) => fn(at(a, indices), at(b, indices))),
      );
    }),
    { numRuns: 600 },
  );
});

describe("broadcast", () => {
  test("takes arrays and single values", () => {
    const rows = arange([2, 3]);
    expect(broadcast((a, b) => a * 2 + b, rows, fromArray([10, 20, 30])).toArray()).toEqual([
      [10, 22, 34],
      [16, 28, 40],
    ]);
    expect(broadcast((a, b) => a * b, rows, 2).toArray()).toEqual([
      [0, 2, 4],
      [6, 8, 10],
    ]);
    expect(
      broadcast((a, z) => ({ re: a * z.re, im: a * z.im }), rows, { re: 0, im: 1 }).get(1, 0),
    ).toEqual({ re: 0, im: 3 });
    expect(broadcast((a, b) => a && b, fromArray([true, false]), true).toArray()).toEqual([
      true,
      false,
    ]);
    expect(broadcast((a, b) => a + b, 1, 2).toArray()).toBe(3);
    expect(broadcast((a) => a + 1, arange(2), { dtype: "i8" }).dtype).toBe("i8");
    expect(broadcast(() => 7, arange(2)).toArray()).toEqual([7, 7]);
  });

  test("takes more than two", () => {
    const sum = broadcast(
      (a, b, c, d) => a + b + c + d,
      arange([2, 1]),
      arange([3]),
      10,
      ones([1, 1]),
    );
    expect(sum.toArray()).toEqual([
      [11, 12, 13],
      [12, 13, 14],
    ]);
  });

  test("names shapes that do not fit", () => {
    expect(() => broadcast((a, b) => a + b, ones([2, 3]), ones([4]))).toThrow(
      "shapes [2, 3] and [4] do not fit together",
    );
  });

  test("types follow from the operands", () => {
    const [f, i, b, c] = [
      ones([1], { dtype: "f32" }),
      ones([1], { dtype: "i32" }),
      ones([1], { dtype: "bool" }),
      ones([1], { dtype: "c64" }),
    ];
    expectTypeOf(map((x) => x > 1, f, { fast: true })).toEqualTypeOf<NDArray<"bool">>();
    expectTypeOf(broadcast((x, y) => x + y, i, i, { compute: "dtype" })).toEqualTypeOf(i);
    expectTypeOf(broadcast((x, y) => x + y, f, i)).toEqualTypeOf<NDArray<"f64">>();
    expectTypeOf(broadcast((x, y) => x * y, f, 2)).toEqualTypeOf<NDArray<"f32">>();
    expectTypeOf(broadcast((x, y) => x < y, f, i)).toEqualTypeOf<NDArray<"bool">>();
    expectTypeOf(broadcast((x) => (x ? 1 : 2), b)).toEqualTypeOf<NDArray<"f64">>();
    expectTypeOf(broadcast((z) => z.re * z.im, c)).toEqualTypeOf<NDArray<"f32">>();
    expectTypeOf(broadcast((z, x) => ({ re: z.re * x, im: z.im }), c, f)).toEqualTypeOf<
      NDArray<"c64">
    >();
    expectTypeOf(broadcast((x) => ({ re: x, im: x }), i)).toEqualTypeOf<NDArray<"c128">>();
    expectTypeOf(broadcast((x, y) => x + y, f, i, { dtype: "f32" })).toEqualTypeOf<
      NDArray<"f32">
    >();
    expectTypeOf(f.map((x) => x * 2)).toEqualTypeOf<NDArray<"f32">>();
    expectTypeOf(f.map((x) => x > 2)).toEqualTypeOf<NDArray<"bool">>();
    expectTypeOf(f.map((x) => x, { dtype: "i8" })).toEqualTypeOf<NDArray<"i8">>();
    expectTypeOf(c.map((z) => z)).toEqualTypeOf<NDArray<"c64">>();
    // @ts-expect-error: elements of an f32 array are numbers
    expect(() => f.map((x: Complex) => x.re)).toThrow("gave undefined");
  });
});

describe("kernels", () => {
  test("of closures with one source text keep their values apart", () => {
    const scaleBy = (factor: number) => (x: number) => x * factor;
    const add = (k: number) => (a: number, b: number) => a + b + k;
    for (const factor of [2, 3, 2, 5]) {
      const scale = scaleBy(factor);
      for (const dtype of ["f64", "i16"] as const) {
        expect(ones([2], { dtype }).map(scale).toArray()).toEqual([factor, factor]);
      }
      expect(ones([3]).reduce(add(factor))).toBe(3 + 2 * factor);
    }
  });

  test("write in place and inside of a larger array", () => {
    const data = Float64Array.of(0, 1, 2, 3, 4, 5);
    const inner = { data, offset: 1, strides: [2] };
    const twice = (x: number) => 2 * x;
    elementwiseKernel(twice, ["f64"], resultType(twice, ["f64"])).run([3], inner, [inner]);
    expect([...data]).toEqual([0, 2, 2, 6, 4, 10]);
  });

  test("see what the function closes over at each call", () => {
    let factor = 2;
    const scale = (x: number) => x * factor;
    expect(ones([1]).map(scale).get(0)).toBe(2);
    factor = 5;
    expect(ones([1]).map(scale).get(0)).toBe(5);
  });
});
