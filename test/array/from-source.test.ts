import { describe, expect, expectTypeOf, test } from "vitest";
import { ones } from "../../src/array/functions.ts";
import { fromArray } from "../../src/array/local.ts";
import type { NDArray } from "../../src/array/ndarray.ts";

describe("nested arrays", () => {
  test("take shape and dtype from what they hold", () => {
    expect(
      fromArray([
        [1, 2],
        [3, 4],
      ]),
    ).toMatchObject({ shape: [2, 2], dtype: "f64" });
    expect(fromArray([true, false])).toMatchObject({ shape: [2], dtype: "bool" });
    expect(fromArray([[{ re: 1, im: 2 }]])).toMatchObject({ shape: [1, 1], dtype: "c128" });
    expect(fromArray([1, { re: 0, im: 1 }]).toArray()).toEqual([
      { re: 1, im: 0 },
      { re: 0, im: 1 },
    ]);
    expect(fromArray([true, 2]).toArray()).toEqual([1, 2]);
    expect(fromArray([[], []])).toMatchObject({ shape: [2, 0], dtype: "f64" });
    expect(fromArray([])).toMatchObject({ shape: [0], dtype: "f64" });
    expect(fromArray([[1, 2]], { dtype: "u8" }).data).toEqual(Uint8Array.of(1, 2));
    expect(fromArray([new Float32Array([1, 2]), new Float32Array([3, 4])])).toMatchObject({
      shape: [2, 2],
      dtype: "f32",
    });
    expect(fromArray([Int8Array.of(1), Uint8Array.of(2)]).dtype).toBe("i16");
  });

  test.each<[unknown, string]>([
    [[[1, 2], [3]], "element [1] has 1 elements, but others beside it have 2"],
    [[[1, 2], 3], "element [1] is a value, but others beside it are arrays"],
    [[1, [2]], "element [1] is an array, but others beside it are values"],
    [["a"], "element [0] is of type string"],
    [[[1], [null]], "element [1][0] is null"],
    [[undefined], "element [0] is of type undefined"],
    ["text", "the value is of type string"],
    [[1n], "element [0] is of type bigint"],
  ])("refuses %#", (source, message) => {
    expect(() => fromArray(source as number[])).toThrow(message);
  });
});

test("typed arrays keep their dtype and are copied", () => {
  const data = Float32Array.of(1, 2);
  const array = fromArray(data);
  expect(array).toMatchObject({ dtype: "f32", shape: [2] });
  array.set(0, 9);
  expect(data[0]).toBe(1);
  expect(fromArray(Uint8ClampedArray.of(1)).dtype).toBe("u8");
  expect(fromArray(Uint8Array.of(0, 2), { dtype: "bool" }).toArray()).toEqual([false, true]);
  expect(() => fromArray(BigInt64Array.of(1n))).toThrow("a BigInt64Array has no dtype");
  expect(() => fromArray(new DataView(new ArrayBuffer(2)) as unknown as Uint8Array)).toThrow(
    "a DataView has no dtype",
  );
});

test("single values have no dimensions", () => {
  expect(fromArray(3)).toMatchObject({ shape: [], dtype: "f64" });
  expect(fromArray(true).toArray()).toBe(true);
  expect(fromArray({ re: 1, im: 2 }).toArray()).toEqual({ re: 1, im: 2 });
});

test("arrays of this library, views among them", () => {
  const view = fromArray(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { dtype: "i16" },
  )
    .transpose()
    .slice([null, null, -2]);
  const copy = fromArray(view);
  expect(copy.toArray()).toEqual([
    [3, 6],
    [1, 4],
  ]);
  expect(copy.dtype).toBe("i16");
  expect(
    fromArray(ones([2], { dtype: "c64" }).slice([null, null, -1]), { dtype: "c128" }).toArray(),
  ).toEqual([
    { re: 1, im: 0 },
    { re: 1, im: 0 },
  ]);
});

describe("arrays of other libraries", () => {
  test("typed arrays with strides and offset", () => {
    const foreign = {
      data: Int32Array.of(0, 1, 2, 3, 4, 5, 6),
      shape: [2, 3],
      stride: [1, 2],
      offset: 1,
      dtype: "int32",
    };
    expect(fromArray(foreign)).toMatchObject({ dtype: "i32" });
    expect(fromArray(foreign).toArray()).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
    expect(fromArray({ ...foreign, stride: [1, -2], offset: 5 }).toArray()).toEqual([
      [5, 3, 1],
      [6, 4, 2],
    ]);
  });

  test("row-major unless they say otherwise", () => {
    expect(fromArray({ data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(
      fromArray({ data: Float64Array.of(7), shape: [], strides: [0], offset: 0 }).toArray(),
    ).toBe(7);
  });

  test("plain arrays and containers that must be asked", () => {
    expect(
      fromArray({
        data: [1, 2, 3],
        shape: [3],
        strides: [1],
        offset: 0,
        dtype: "generic",
      }).toArray(),
    ).toEqual([1, 2, 3]);
    const get = (at: number) => ({ re: at, im: -at });
    const source = {
      data: { get, length: 3 },
      shape: [2],
      strides: [1],
      offset: 1,
      dtype: "complex64",
    };
    expect(fromArray(source)).toMatchObject({ dtype: "c64" });
    expect(fromArray(source).toArray()).toEqual([
      { re: 1, im: -1 },
      { re: 2, im: -2 },
    ]);
    const flags = {
      data: { get: (at: number) => at % 2 === 0 },
      shape: [2],
      strides: [1],
      offset: 0,
      dtype: "bool",
    };
    expect(fromArray(flags).toArray()).toEqual([true, false]);
  });

  test("refuses objects that are no arrays", () => {
    expect(() => fromArray({} as number[])).toThrow("no array can be made from this object");
    expect(() => fromArray(null as unknown as number[])).toThrow("the value is null");
    expect(() => fromArray({ data: Float64Array.of(1), shape: [1], strides: [] })).toThrow(
      "shape [1] has strides []",
    );
  });
});

test("types follow from the source", () => {
  expectTypeOf(
    fromArray([
      [1, 2],
      [3, 4],
    ]),
  ).toEqualTypeOf<NDArray<"f64">>();
  expectTypeOf(fromArray([true])).toEqualTypeOf<NDArray<"bool">>();
  expectTypeOf(fromArray([[{ re: 1, im: 2 }]])).toEqualTypeOf<NDArray<"c128">>();
  expectTypeOf(fromArray(new Int16Array(2))).toEqualTypeOf<NDArray<"i16">>();
  expectTypeOf(fromArray(5)).toEqualTypeOf<NDArray<"f64">>();
  expectTypeOf(fromArray([])).toEqualTypeOf<NDArray<"f64">>();
  expectTypeOf(fromArray([1], { dtype: "f32" })).toEqualTypeOf<NDArray<"f32">>();
  expectTypeOf(fromArray(ones([2], { dtype: "u8" }))).toEqualTypeOf<NDArray<"u8">>();
});

describe("an array without a copy", () => {
  test("has the memory of a typed array, or of an array over one", () => {
    const data = Float32Array.of(1, 2, 3, 4, 5, 6);
    const A = fromArray(data, { copy: false });
    expect(A.data).toBe(data);
    data[1] = 9;
    expect(A.get(1)).toBe(9);
    const every = fromArray({ data, shape: [3], strides: [2], offset: 1 }, { copy: false });
    every.set(0, 7);
    expect([...data]).toEqual([1, 7, 3, 4, 5, 6]);
    expect(fromArray(A.slice([2, 4]), { copy: false, dtype: "f32" }).toArray()).toEqual([3, 4]);
  });

  test("is refused where there would be one", () => {
    expect(() => fromArray([1, 2], { copy: false })).toThrow("leave { copy: false } out");
    expect(() => fromArray(Int8Array.of(1), { copy: false, dtype: "f64" })).toThrow(
      "the elements are i8",
    );
    expect(() => fromArray([1], { copied: false } as never)).toThrow("copied");
  });
});
