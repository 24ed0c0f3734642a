/** Reference results of NumPy, and arrays for property tests. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type Complex, DTYPES, type Value } from "../../src/array/element.ts";
import { type BlockGrid, gridOfCuts } from "../../src/array/grid.ts";
import { fromArray } from "../../src/array/local.ts";
import type { NDArray } from "../../src/array/ndarray.ts";
import { rowMajorStrides, sizeOf } from "../../src/array/shape.ts";
import type { DType } from "../../src/memory/dtype.ts";

/** What `reference/make.py` wrote. */
export function reference<T>(name: string): T {
  const url = new URL(`./reference/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T;
}

export type Plain = number | boolean | string | [Plain, Plain];

export interface ReferenceArray {
  readonly dtype: DType;
  readonly shape: number[];
  /** A count stands for 0, 1, 2, … */
  readonly data: Plain[] | number;
}

const NAMED: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};

export function fromPlain(plain: Plain): Value {
  if (typeof plain === "string") return NAMED[plain] as number;
  if (!Array.isArray(plain)) return plain;
  return { re: fromPlain(plain[0]) as number, im: fromPlain(plain[1]) as number };
}

export function arrayOfReference({ dtype, shape, data }: ReferenceArray): NDArray {
  const values =
    typeof data === "number"
      ? Array.from({ length: data }, (_, index) => index)
      : data.map(fromPlain);
  return fromArray(values, { dtype }).reshape(shape);
}

/** All elements of nested arrays. */
export function flatten(nested: unknown): Value[] {
  return Array.isArray(nested) ? nested.flatMap(flatten) : [nested as Value];
}

/** Every index of a shape in row-major order. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (paths, length) => paths.flatMap((path) => Array.from({ length }, (_, at) => [...path, at])),
    [[]],
  );
}

export const isComplex = (value: Value): value is Complex => typeof value === "object";

export const anyDType: fc.Arbitrary<DType> = fc.constantFrom(...DTYPES);

/** Shapes of up to four axes, with lengths 0, 1, odd and even. */
export const anyShape: fc.Arbitrary<number[]> = fc.array(fc.integer({ min: 0, max: 5 }), {
  maxLength: 4,
});

/** Values that every numeric dtype holds. */
const small = fc.integer({ min: 0, max: 100 });

export function valueFor(dtype: DType): fc.Arbitrary<Value> {
  if (dtype === "bool") return fc.boolean();
  return dtype === "c64" || dtype === "c128" ? fc.record({ re: small, im: small }) : small;
}

/** A row-major array with elements of its dtype. */
export function anyArray(
  dtypes: fc.Arbitrary<DType> = anyDType,
  shapes: fc.Arbitrary<number[]> = anyShape,
): fc.Arbitrary<NDArray> {
  return fc.tuple(dtypes, shapes).chain(([dtype, shape]) => {
    const size = sizeOf(shape);
    return fc
      .array(valueFor(dtype), { minLength: size, maxLength: size })
      .map((values) => fromArray(values, { dtype }).reshape(shape));
  });
}

/** The elements by their indices: an array as plain as can be. */
export interface Model {
  readonly shape: readonly number[];
  readonly at: (indices: readonly number[]) => Value;
}

export function modelOf(array: NDArray): Model {
  const values = [...array] as Value[];
  const strides = rowMajorStrides(array.shape);
  return {
    shape: array.shape,
    at: (indices) =>
      values[
        indices.reduce((sum, index, axis) => sum + index * (strides[axis] as number), 0)
      ] as Value,
  };
}

export const valuesOf = ({ shape, at }: Model): Value[] => indicesOf(shape).map(at);

const anyCuts = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }).map((lengths) => {
  const cuts = [0];
  for (const length of lengths) cuts.push((cuts.at(-1) as number) + length);
  return cuts;
});

/** Grids with unequal blocks, of up to three axes, some of length 0. */
export const anyGrid: fc.Arbitrary<BlockGrid> = fc.array(anyCuts, { maxLength: 3 }).map(gridOfCuts);
