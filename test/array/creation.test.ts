import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { Blocks } from "../../src/array/blocks.ts";
import * as creation from "../../src/array/creation.ts";
import { allocate, DTYPES } from "../../src/array/element.ts";
import { fillRegion } from "../../src/array/filling.ts";
import { arange, eye, full, linspace, ones, rand, zeros } from "../../src/array/functions.ts";
import { blocksOf } from "../../src/array/grid.ts";
import { arrayOf, type NDArray } from "../../src/array/ndarray.ts";
import { sizeOf } from "../../src/array/shape.ts";
import { rowMajor } from "../../src/array/strided.ts";
import { anyDType, anyGrid } from "./helpers.ts";

describe("constants", () => {
  test.each(DTYPES)("%s", (dtype) => {
    const zero = dtype === "bool" ? false : dtype.startsWith("c") ? { re: 0, im: 0 } : 0;
    const one = dtype === "bool" ? true : dtype.startsWith("c") ? { re: 1, im: 0 } : 1;
    expect(zeros([2, 2], { dtype }).toArray()).toEqual([
      [zero, zero],
      [zero, zero],
    ]);
    expect(ones([3], { dtype }).toArray()).toEqual([one, one, one]);
    expect(ones([], { dtype }).toArray()).toEqual(one);
    expect(ones([2, 0], { dtype }).toArray()).toEqual([[], []]);
    expect(full([2], 7, { dtype }).dtype).toBe(dtype);
  });

  test("the dtype of full follows from the value", () => {
    expect(full([2], 1.5).dtype).toBe("f64");
    expect(full([2], true).toArray()).toEqual([true, true]);
    expect(full([1], { re: 1, im: -1 }).toArray()).toEqual([{ re: 1, im: -1 }]);
    expect(full([2], 300, { dtype: "u8" }).toArray()).toEqual([44, 44]);
    expectTypeOf(full([2], 1)).toEqualTypeOf<NDArray<"f64">>();
    expectTypeOf(full([2], true)).toEqualTypeOf<NDArray<"bool">>();
    expectTypeOf(full([2], 7, { dtype: "i8" })).toEqualTypeOf<NDArray<"i8">>();
    expectTypeOf(zeros([2])).toEqualTypeOf<NDArray<"f64">>();
    expectTypeOf(rand([2], { dtype: "f32" })).toEqualTypeOf<NDArray<"f32">>();
  });
});

describe("arange", () => {
  test("of a shape goes on from start by step", () => {
    expect(arange([2, 3]).toArray()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(arange([3], 5).toArray()).toEqual([5, 6, 7]);
    expect(arange([3], 5, -2, { dtype: "i8" }).toArray()).toEqual([5, 3, 1]);
    expect(arange([]).toArray()).toBe(0);
  });

  test("of numbers ends before stop", () => {
    expect(arange(4).toArray()).toEqual([0, 1, 2, 3]);
    expect(arange(2, 5).toArray()).toEqual([2, 3, 4]);
    expect(arange(5, 0, -2).toArray()).toEqual([5, 3, 1]);
    expect(arange(5, 0).toArray()).toEqual([]);
    expect(arange(0, 1, 0.25, { dtype: "f32" }).toArray()).toEqual([0, 0.25, 0.5, 0.75]);
    expect(arange(3, { dtype: "c64" }).toArray()).toEqual([0, 1, 2].map((re) => ({ re, im: 0 })));
  });

  test("each element comes from its place, without adding up errors", () => {
    const values = arange([100_000], 0, 0.1);
    expect(values.get(99_999)).toBe(99_999 * 0.1);
  });

  test("refuses what has no end", () => {
    expect(() => arange(0, 1, 0)).toThrow("step 0 has no end");
    expect(() => arange(0, Number.POSITIVE_INFINITY)).toThrow("use finite numbers");
  });
});

test("linspace ends with stop", () => {
  expect(linspace([5], 0, 1).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
  expect(linspace([50], 0.1, 0.7).get(-1)).toBe(0.7);
  expect(linspace([1], 3, 9).toArray()).toEqual([3]);
  expect(linspace([0], 3, 9).toArray()).toEqual([]);
  expect(linspace([2, 2], 0, 3).toArray()).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(() => linspace([2], 0, Number.NaN)).toThrow("use finite numbers");
});

test("eye is 1 on the diagonal", () => {
  expect(eye([2, 3]).toArray()).toEqual([
    [1, 0, 0],
    [0, 1, 0],
  ]);
  expect(eye([3, 2], { dtype: "bool" }).toArray()).toEqual([
    [true, false],
    [false, true],
    [false, false],
  ]);
  expect(() => eye([3])).toThrow("give the shape of a matrix");
});

describe("shapes and dtypes are checked", () => {
  test.each([
    [() => zeros(5 as unknown as number[]), "for a vector write [5]"],
    [() => zeros([2, -1]), "-1 is not a length"],
    [() => ones([2], { dtype: "float64" as "f64" }), "'float64' is not a dtype; use one of f64"],
  ])("%#", (make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

test("blocks filled apart are those of the undivided array", () => {
  const fillings = [
    creation.full([], 3),
    creation.arange([], 2, 3),
    creation.linspace([9], 0, 4),
    creation.rand([], { seed: 9 }),
    creation.randn([], { seed: 9 }),
  ].map((asked) => asked.filling);
  fc.assert(
    fc.property(anyGrid, anyDType, fc.constantFrom(...fillings), (grid, anyOf, filling) => {
      const dtype = filling.kind === "uniform" || filling.kind === "normal" ? "c64" : anyOf;
      const fill = (start: readonly number[], shape: readonly number[]) => {
        const data = allocate(dtype, sizeOf(shape));
        fillRegion(data, dtype, filling, grid.shape, { start, shape });
        return arrayOf(rowMajor(data, shape, dtype));
      };
      const whole = fill(
        grid.shape.map(() => 0),
        grid.shape,
      );
      for (const { start, shape } of blocksOf(grid)) {
        const part = whole.slice(
          ...start.map((at, axis) => [at, at + (shape[axis] as number)] as const),
        );
        expect(fill(start, shape).toArray()).toEqual(part.toArray());
      }
    }),
  );
});

test.each([0, 2, -3, 9])("blocks of a matrix with ones on diagonal %i", (k) => {
  const { filling } = creation.eye([7, 5], { k });
  const whole = eye([7, 5], { k });
  for (const start of [
    [0, 0],
    [2, 1],
    [1, 3],
    [5, 0],
    [0, 4],
  ] as const) {
    const data = allocate("f64", 4);
    fillRegion(data, "f64", filling, [7, 5], { start, shape: [2, 2] });
    if (start[0] + 2 <= 7 && start[1] + 2 <= 5) {
      const part = whole.slice([start[0], start[0] + 2], [start[1], start[1] + 2]);
      expect(arrayOf(rowMajor(data, [2, 2], "f64")).toArray()).toEqual(part.toArray());
    }
  }
});

test("numbers in steps up to before the end, and diagonals, are asked for by integers and names", () => {
  expect(linspace([4], 0, 1, { endpoint: false }).toArray()).toEqual([0, 0.25, 0.5, 0.75]);
  expect(linspace([1], 2, 5, { endpoint: false }).toArray()).toEqual([2]);
  expect(() => eye([2, 2], { k: 0.5 })).toThrow("k is the number of a diagonal, an integer");
  expect(() => eye([2, 2], { offset: 1 } as never)).toThrow("no option 'offset'");
});

test("arrays that cannot be are refused with what to do instead", () => {
  expect(() => zeros([1e9, 1e9])).toThrow("for which there is no memory here; a distributed one");
  expect(() => zeros(Blocks(1, 1), [1e5, 1e5])).toThrow("in 10000000000 blocks: each is a task");
  expect(() => zeros(Blocks(1), [1e15])).toThrow("so give larger ones, of about a megabyte");
  expect(() => zeros(2 as never, 3 as never)).toThrow("a shape is a list of lengths");
});
