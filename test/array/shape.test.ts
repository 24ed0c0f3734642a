import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  broadcastShapes,
  checkShape,
  inferShape,
  normalizeAxes,
  normalizePermutation,
  reducedShape,
  rowMajorStrides,
  sizeOf,
} from "../../src/array/shape.ts";
import { anyShape, reference } from "./helpers.ts";

describe("broadcastShapes", () => {
  test("gives what NumPy gives", () => {
    for (const [shapes, result] of reference<[number[][], number[] | null][]>("broadcasting")) {
      if (result) expect(broadcastShapes(...shapes)).toEqual(result);
      else expect(() => broadcastShapes(...shapes)).toThrow("do not fit together");
    }
  });

  test("names the shapes that do not fit", () => {
    expect(() => broadcastShapes([2, 3], [4])).toThrow("shapes [2, 3] and [4] do not fit together");
  });

  test("of one shape is that shape", () => {
    fc.assert(
      fc.property(anyShape, (shape) => {
        expect(broadcastShapes(shape)).toEqual(shape);
        expect(broadcastShapes(shape, [])).toEqual(shape);
      }),
    );
  });
});

test("checkShape gives a frozen copy of a list of lengths", () => {
  const given = [2, 0, 3];
  const shape = checkShape(given);
  expect(shape).toEqual(given);
  expect(shape).not.toBe(given);
  expect(Object.isFrozen(shape)).toBe(true);
});

test.each([
  [5, "for a vector write [5]"],
  ["2", "a shape is a list of lengths"],
  [[2, -1], "-1 is not a length"],
  [[1.5], "1.5 is not a length"],
  [[Number.NaN], "NaN is not a length"],
])("checkShape refuses %j", (shape, message) => {
  expect(() => checkShape(shape)).toThrow(message);
});

test("strides of an array without gaps", () => {
  expect(rowMajorStrides([2, 3, 4])).toEqual([12, 4, 1]);
  expect(rowMajorStrides([2, 3, 4], 2)).toEqual([24, 8, 2]);
  expect(rowMajorStrides([])).toEqual([]);
  expect(sizeOf([])).toBe(1);
});

describe("axes", () => {
  test("negative ones count from the last; the result ascends", () => {
    expect(normalizeAxes(-1, 3)).toEqual([2]);
    expect(normalizeAxes([2, 0], 3)).toEqual([0, 2]);
    expect(normalizeAxes(undefined, 2)).toEqual([0, 1]);
    expect(normalizeAxes([], 2)).toEqual([]);
  });

  test.each([
    [3, 3, "axis 3 does not exist in an array of 3 dimensions; use -3 to 2"],
    [-4, 3, "axis -4 does not exist"],
    [0, 0, "has no axes"],
    [[0, -2], 2, "the same axis comes twice"],
    [0.5, 2, "axis 0.5 does not exist"],
  ])("refuses %j of %d dimensions", (axes, ndim, message) => {
    expect(() => normalizeAxes(axes, ndim)).toThrow(message);
  });

  test("an order names each axis once; without one it is the reverse", () => {
    expect(normalizePermutation([], 3)).toEqual([2, 1, 0]);
    expect(normalizePermutation([0, -1, 1], 3)).toEqual([0, 2, 1]);
    expect(() => normalizePermutation([0, 1], 3)).toThrow("not an order of all 3 dimensions");
    expect(() => normalizePermutation([0, 0], 2)).toThrow("not an order");
  });

  test("reduced axes go or stay with length 1", () => {
    expect(reducedShape([2, 3, 4], [0, 2], false)).toEqual([3]);
    expect(reducedShape([2, 3, 4], [0, 2], true)).toEqual([1, 3, 1]);
  });
});

describe("inferShape", () => {
  test("fills in one open length", () => {
    expect(inferShape([3, -1], [2, 6])).toEqual([3, 4]);
    expect(inferShape([-1], [])).toEqual([1]);
    expect(inferShape([], [1, 1])).toEqual([]);
    expect(inferShape([-1, 2], [0])).toEqual([0, 2]);
    expect(inferShape([0, -1], [0, 5])).toEqual([0, 0]);
  });

  test.each([
    [[4], "has 6 elements and cannot become [4]"],
    [[4, -1], "cannot become [4, -1]"],
    [[-1, -1], "only one length may be -1"],
    [[0, -1], "cannot become [0, -1]"],
  ])("refuses %j for six elements", (wanted, message) => {
    expect(() => inferShape(wanted, [2, 3])).toThrow(message);
  });
});
