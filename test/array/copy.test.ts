import fc from "fast-check";
import { expect, test } from "vitest";
import { copyInto, copyOf, packed } from "../../src/array/copy.ts";
import { DTYPES, isComplexValue, type Value } from "../../src/array/element.ts";
import { zeros } from "../../src/array/functions.ts";
import { fromArray } from "../../src/array/local.ts";
import { isContiguous } from "../../src/array/strided.ts";
import type { DType } from "../../src/memory/dtype.ts";
import { anyArray, anyDType } from "./helpers.ts";

const isComplexType = (dtype: DType) => dtype === "c64" || dtype === "c128";

/** What a value in range becomes in another dtype. */
function converted(value: Value, dtype: DType): Value {
  const { re, im } = isComplexValue(value) ? value : { re: +value, im: 0 };
  if (isComplexType(dtype)) return { re, im };
  return dtype === "bool" ? re !== 0 || im !== 0 : re;
}

test("every dtype converts to every other, views of any strides included", () => {
  fc.assert(
    fc.property(
      anyArray(),
      anyDType,
      fc.boolean(),
      fc.boolean(),
      (array, dtype, turned, backwards) => {
        const view = backwards
          ? array.slice(...array.shape.map(() => [null, null, -1] as const))
          : array;
        const source = turned ? view.transpose() : view;
        if (isComplexType(array.dtype) && !isComplexType(dtype) && dtype !== "bool") {
          if (array.size > 0) expect(() => copyOf(source, dtype)).toThrow("has no conversion");
          return;
        }
        const target = zeros(source.shape, { dtype });
        copyInto(target, source);
        expect([...target]).toEqual(
          ([...source] as Value[]).map((value) => converted(value, dtype)),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test("numbers out of range wrap and lose their fraction, as in typed arrays", () => {
  const numbers = fromArray([-1.9, 300.5, Number.NaN, 4294967297, -129]);
  for (const dtype of ["i32", "u32", "i16", "u16", "i8", "u8"] as const) {
    const copy = copyOf(numbers, dtype);
    const expected = copy.data.slice();
    expected.set(numbers.data);
    expect(copy.data).toEqual(expected);
  }
  expect(copyOf(numbers, "bool").data).toEqual(Uint8Array.of(1, 1, 1, 1, 1));
});

test("a source broadcasts into its target", () => {
  const target = zeros([2, 3], { dtype: "i32" });
  copyInto(target, fromArray([[1], [2]]));
  expect(target.toArray()).toEqual([
    [1, 1, 1],
    [2, 2, 2],
  ]);
});

test("large transposed copies go by tiles", () => {
  const source = fromArray(Float64Array.from({ length: 70 * 90 }, (_, i) => i)).reshape([70, 90]);
  const copy = source.transpose().copy();
  for (const [i, j] of [
    [0, 0],
    [31, 32],
    [33, 64],
    [89, 69],
  ] as const) {
    expect(copy.get(i, j)).toBe(source.get(j, i));
  }
  expect(copy.transpose().toArray()).toEqual(source.toArray());
});

test("packed copies only what has gaps", () => {
  for (const dtype of DTYPES) {
    const array = zeros([3, 4], { dtype });
    expect(packed(array)).toBe(array);
    const part = array.slice([1, null]);
    expect(packed(part)).toBe(part);
    const gaps = packed(array.slice(null, [1, null]));
    expect(gaps.data).not.toBe(array.data);
    expect(isContiguous(gaps)).toBe(true);
  }
});
