import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { DTYPES } from "../../src/array/element.ts";
import { arange, full, ones, zeros } from "../../src/array/functions.ts";
import { fromArray } from "../../src/array/local.ts";
import { broadcastTo } from "../../src/array/manipulation/axes.ts";
import { isNDArray, ndarray } from "../../src/array/ndarray.ts";

describe("elements", () => {
  test.each(DTYPES)("get and set of %s", (dtype) => {
    const array = zeros([2, 3], { dtype });
    const [value, read] =
      dtype === "bool"
        ? [true, true]
        : dtype.startsWith("c")
          ? [
              { re: 1, im: 2 },
              { re: 1, im: 2 },
            ]
          : [7, 7];
    expect(array.set(1, -1, value)).toBe(array);
    expect(array.get(1, 2)).toEqual(read);
    expect(array.iget(5)).toEqual(read);
    array.iset(0, 1);
    expect(array.get(0, 0)).toEqual(
      dtype === "bool" ? true : dtype.startsWith("c") ? { re: 1, im: 0 } : 1,
    );
  });

  test("an array without dimensions has one", () => {
    const scalar = zeros([]);
    scalar.set(5);
    expect(scalar.get()).toBe(5);
    expect([...scalar]).toEqual([5]);
    expect(scalar.toArray()).toBe(5);
  });

  test.each<[() => unknown, string]>([
    [() => ones([2, 3]).get(2, 0), "index 2 is outside of axis 0, which has 2 elements"],
    [() => ones([2, 3]).get(0, -4), "index -4 is outside of axis 1"],
    [() => ones([2, 3]).get(0), "1 indices for an array of shape [2, 3]; give 2"],
    [() => ones([2]).get(0.5), "index 0.5 of axis 0 is not an integer"],
    [() => ones([2]).set(0, "2" as never), "2 is not an element; elements are numbers"],
    [() => ones([2]).fill(undefined as never), "undefined is not an element"],
    [() => broadcastTo(ones([2]), [3, 2]).set(0, 0, 5), "a view that repeats elements can only be"],
    [() => broadcastTo(ones([1]), [3]).assign(zeros([3])), "copy() gives an array with elements"],
    [() => broadcastTo(ones([]), [3]).fill(5), "can only be read"],
    [() => ones([2]).iget(2), "element 2 of an array of 2 does not exist"],
    [
      () => ones([2]).set(0, { re: 1, im: 1 } as unknown as number),
      "cannot be an element of an array of real numbers",
    ],
  ])("refuses %#", (act, message) => {
    expect(act).toThrow(message);
  });

  test("come in row-major order, also from views", () => {
    expect([...arange([2, 3]).transpose()]).toEqual([0, 3, 1, 4, 2, 5]);
  });
});

describe("wrapping a typed array", () => {
  test("shares it", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const array = ndarray(data, { dtype: "f32", shape: [2, 3] });
    array.set(0, 0, 9);
    expect(data[0]).toBe(9);
    const column = ndarray(data, { dtype: "f32", shape: [2], strides: [3], offset: 1 });
    expect(column.toArray()).toEqual([2, 5]);
    const pairs = ndarray(data, { dtype: "c64", shape: [3] });
    expect(pairs.get(1)).toEqual({ re: 3, im: 4 });
    expect(isNDArray(array)).toBe(true);
    expect(isNDArray({ data, shape: [6], strides: [1], offset: 0 })).toBe(false);
  });

  test.each([
    [{ shape: [7] }],
    [{ shape: [2, 3], offset: 1 }],
    [{ shape: [3], strides: [-1] }],
    [{ shape: [2], strides: [6] }],
    [{ shape: [2], strides: [1, 1] }],
  ])("refuses elements outside of it: %j", (options) => {
    expect(() => ndarray(new Float64Array(6), { dtype: "f64", ...options })).toThrow(
      "6 entries are too few",
    );
  });

  test("refuses a typed array of another dtype", () => {
    const data = new Float32Array(2) as unknown as Float64Array;
    expect(() => ndarray(data, { dtype: "f64", shape: [2] })).toThrow(
      "elements of dtype f64 are in a Float64Array",
    );
  });

  test("no elements need no entries", () => {
    expect(ndarray(new Float64Array(0), { dtype: "f64", shape: [3, 0] }).size).toBe(0);
  });
});

describe("views and copies", () => {
  const array = () => arange([3, 4]);

  test("share or do not share elements", () => {
    const base = array();
    for (const view of [
      base.slice(null),
      base.transpose(),
      base.reshape([4, 3]),
      base.contiguous(),
    ]) {
      expect(view.data).toBe(base.data);
    }
    for (const copy of [
      base.copy(),
      base.astype("f64"),
      base.transpose().reshape([12]),
      base.transpose().contiguous(),
    ]) {
      expect(copy.data).not.toBe(base.data);
    }
    base.slice(1).fill(-1);
    expect(base.toArray()).toEqual([
      [0, 1, 2, 3],
      [-1, -1, -1, -1],
      [8, 9, 10, 11],
    ]);
  });

  test("assign broadcasts and converts", () => {
    const base = array();
    base.slice(null, [1, 3]).assign([7, 8]);
    expect(base.slice(2).toArray()).toEqual([8, 7, 8, 11]);
    base.assign(true);
    expect(base.get(0, 0)).toBe(1);
    const other = zeros([2], { dtype: "u8" });
    other.assign(Float64Array.of(300, -1));
    expect(other.toArray()).toEqual([44, 255]);
    expect(() => base.assign([1, 2])).toThrow("does not broadcast to [3, 4]");
    expect(() => zeros([1]).assign(full([1], { re: 1, im: 1 }))).toThrow(
      "c128 has no conversion to f64",
    );
  });

  test("assign of an overlapping part takes the elements as they were", () => {
    const base = arange(6);
    base.slice([1, null]).assign(base.slice([null, -1]));
    expect(base.toArray()).toEqual([0, 0, 1, 2, 3, 4]);
    base.assign(base.slice([null, null, -1]));
    expect(base.toArray()).toEqual([4, 3, 2, 1, 0, 0]);
    const square = arange([3, 3]);
    square.assign(square.transpose());
    expect(square.toArray()).toEqual([
      [0, 3, 6],
      [1, 4, 7],
      [2, 5, 8],
    ]);
  });

  test("fill of strided views of all dtypes", () => {
    for (const dtype of DTYPES) {
      const base = zeros([4], { dtype });
      base.slice([null, null, -2]).fill(1);
      expect(base.astype("bool").toArray()).toEqual([false, true, false, true]);
    }
  });

  test("describe themselves", () => {
    const { shape, size, ndim, length, strides, stride, order, offset } = array().slice(
      [1, null],
      [null, null, 2],
    );
    expect({ shape, size, ndim, length, strides, stride, order, offset }).toEqual({
      shape: [2, 2],
      size: 4,
      ndim: 2,
      length: 4,
      strides: [4, 2],
      stride: [4, 2],
      order: "row-major",
      offset: 4,
    });
    expect(array().flags).toEqual({
      READONLY: false,
      ROW_MAJOR_CONTIGUOUS: true,
      COLUMN_MAJOR_CONTIGUOUS: false,
    });
    expect(array().transpose().flags).toMatchObject({
      ROW_MAJOR_CONTIGUOUS: false,
      COLUMN_MAJOR_CONTIGUOUS: true,
    });
  });
});

describe("functions of other libraries", () => {
  test("make views by the constructor, with what @stdlib/ndarray gives to its own", () => {
    const { constructor: make, data } = arange([2, 3]);
    const Class = make as new (...args: unknown[]) => unknown;
    const column = new Class("f64", data, [2], [3], 1, "row-major", { readonly: true });
    expect(isNDArray(column) && column.toArray()).toEqual([1, 4]);
  });

  test("read elements by data, offset and stride", () => {
    const { data, offset, stride, shape } = arange([3, 4]).slice([null, null, -1], [1, null, 2]);
    const read = (i: number, j: number) =>
      data[offset + i * (stride[0] as number) + j * (stride[1] as number)];
    expect([shape, read(0, 0), read(2, 1)]).toEqual([[3, 2], 9, 3]);
  });
});

describe("text", () => {
  test("a summary, then the elements", () => {
    expect(String(arange([2, 2]))).toBe("2×2 NDArray<f64>\n[[0. 1.]\n [2. 3.]]");
    expect(inspect(fromArray([true, false]))).toBe("2-element NDArray<bool>\n[ true false]");
    expect(inspect(zeros([]))).toBe("0-dimensional NDArray<f64>\n0");
    expect(inspect(zeros([0, 3], { dtype: "i8" }))).toBe("0×3 NDArray<i8>\n[]");
    expect(arange([3]).toString({ precision: 0, width: 5 })).toBe(
      "3-element NDArray<f64>\n[0.\n 1.\n 2.]",
    );
  });

  test("inside of other values", () => {
    expect(inspect({ deep: { deeper: { array: ones([2]) } } }, { depth: 1 })).not.toContain(
      "[1. 1.]",
    );
    expect(inspect({ array: ones([2]) }, { depth: 0 })).toBe("{ array: [2-element NDArray<f64>] }");
    expect(inspect({ array: ones([2]) })).toContain("array: 2-element NDArray<f64>\n  [1. 1.]");
  });
});
