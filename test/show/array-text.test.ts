import { describe, expect, test } from "vitest";
import type { Value } from "../../src/array/element.ts";
import type { DType } from "../../src/memory/dtype.ts";
import { arrayText, scalarText } from "../../src/show/array-text.ts";
import { arrayOfReference, type ReferenceArray, reference } from "../array/helpers.ts";

/** What differs from NumPy on purpose: names of booleans, the sign of the imaginary unit. */
const inOurWords = (text: string, dtype: DType): string => {
  if (dtype === "bool") return text.replaceAll("True", "true").replaceAll("False", "false");
  return dtype.startsWith("c") ? text.replaceAll("j", "i") : text;
};

const cases = reference<(ReferenceArray & { text: string })[]>("printing");

describe("arrays are laid out as by NumPy", () => {
  test.each(cases.map((own, at) => [at, own.dtype, own.shape.join("×"), own] as const))(
    "case %i: %s %s",
    (_at, dtype, _shape, own) => {
      const array = arrayOfReference(own);
      const at = (indices: readonly number[]) => array.get(...indices) as Value;
      expect(arrayText({ shape: own.shape, dtype, at })).toBe(inOurWords(own.text, dtype));
    },
  );
});

test("reads no more elements than it shows", () => {
  let reads = 0;
  const at = () => {
    reads++;
    return 1;
  };
  const text = arrayText({ shape: [1e6, 1e6], dtype: "f64", at });
  expect(text.split("\n")).toHaveLength(7);
  expect(reads).toBeLessThan(100);
});

test("options change width, threshold, edge and precision", () => {
  const at = ([index = 0]: readonly number[]) => index + 1 / 3;
  const array = { shape: [5], dtype: "f64", at } as const;
  expect(arrayText(array, { precision: 2 })).toBe("[0.33 1.33 2.33 3.33 4.33]");
  expect(arrayText(array, { precision: 2, width: 12 })).toBe("[0.33 1.33\n 2.33 3.33\n 4.33]");
  expect(arrayText(array, { precision: 0, threshold: 4, edge: 1 })).toBe("[0. ... 4.]");
});

test("single values", () => {
  expect(scalarText(5, "f64")).toBe("5");
  expect(scalarText(-0, "f64")).toBe("-0");
  expect(scalarText(Math.fround(0.1), "f32")).toBe("0.1");
  expect(scalarText(0.1, "f64")).toBe("0.1");
  expect(scalarText(Number.NaN, "f64")).toBe("nan");
  expect(scalarText(Number.NEGATIVE_INFINITY, "f32")).toBe("-inf");
  expect(scalarText(true, "bool")).toBe("true");
  expect(scalarText({ re: 1, im: -2 }, "c128")).toBe("1-2i");
  expect(scalarText({ re: 0.5, im: Number.POSITIVE_INFINITY }, "c64")).toBe("0.5+infi");
});
