/**
 * What a new array is filled with, as plain data, and the filling of any region of it. Each element depends on its
 * place in the whole array alone, so blocks made apart are those of the undivided array.
 */

import { type DType, elementOf, type TypedArray } from "../memory/dtype.ts";
import { copyInto } from "./copy.ts";
import type { Value } from "./element.ts";
import { scalarArray } from "./elementwise/apply.ts";
import type { Region } from "./grid.ts";
import { fillExponential } from "./random/exponential.ts";
import { fillIntegers } from "./random/integers.ts";
import { fillNormal } from "./random/normal.ts";
import { fillUniform } from "./random/uniform.ts";
import { forEachRun } from "./region.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { rowMajor, type Strided } from "./strided.ts";

export type Filling =
  | { readonly kind: "constant"; readonly value: Value }
  /** `start + i · step` for element `i` in row-major order; `last`, where given, is that of the last one. */
  | {
      readonly kind: "range";
      readonly start: number;
      readonly step: number;
      readonly last?: number | undefined;
    }
  /** 1 on a diagonal of a matrix, `offset` above the main one, 0 elsewhere. */
  | { readonly kind: "identity"; readonly offset: number }
  /** Random numbers from 0 to 1. */
  | { readonly kind: "uniform"; readonly seed: number }
  /** Random numbers of mean 0 and variance 1. */
  | { readonly kind: "normal"; readonly seed: number }
  /** Random integers from `low` to before `high`. */
  | {
      readonly kind: "integers";
      readonly seed: number;
      readonly low: number;
      readonly high: number;
    }
  /** Random numbers of the exponential distribution, whose mean is `scale`. */
  | { readonly kind: "exponential"; readonly seed: number; readonly scale: number };

/** Fills `out` with the elements of a region of an array of shape `whole`, in row-major order. */
export function fillRegion(
  out: TypedArray,
  dtype: DType,
  filling: Filling,
  whole: Shape,
  region: Region,
): void {
  switch (filling.kind) {
    case "constant":
      copyInto(viewOf(out, dtype, region.shape), scalarArray(filling.value));
      break;
    case "range":
      fillRange(out, dtype, filling, whole, region);
      break;
    case "identity":
      fillIdentity(out, dtype, fromDiagonal(region.start, filling.offset), region.shape);
      break;
    case "uniform":
      fillUniform(out, dtype, filling.seed, whole, region);
      break;
    case "normal":
      fillNormal(out, dtype, filling.seed, whole, region);
      break;
    case "integers":
      fillIntegers(out, filling, whole, region);
      break;
    case "exponential":
      fillExponential(out, filling, whole, region);
      break;
  }
}

const viewOf = (out: TypedArray, dtype: DType, shape: Shape, offset: number = 0): Strided =>
  rowMajor(out as Strided["data"], shape, dtype, offset);

const numbers = new Float64Array(1024);

function fillRange(
  out: TypedArray,
  dtype: DType,
  { start, step, last }: Filling & { kind: "range" },
  whole: Shape,
  region: Region,
): void {
  const end = sizeOf(whole) - 1;
  const { lanes } = elementOf(dtype);
  forEachRun(whole, region, (index, at, count) => {
    for (let done = 0; done < count; done += numbers.length) {
      const n = Math.min(numbers.length, count - done);
      for (let i = 0; i < n; i++) numbers[i] = start + (index + done + i) * step;
      if (last !== undefined && index + done + n > end) numbers[n - 1] = last;
      const target = viewOf(out, dtype, [n], (at + done) * lanes);
      copyInto(target, viewOf(numbers, "f64", [n]));
    }
  });
}

/** The place of a region's first element in a matrix of which that diagonal is the main one. */
export function fromDiagonal(start: readonly number[], offset: number): [number, number] {
  const [row = 0, column = 0] = start;
  return [row + Math.max(0, offset), column + Math.max(0, -offset)];
}

function fillIdentity(
  out: TypedArray,
  dtype: DType,
  [row, column]: readonly [number, number],
  shape: Shape,
): void {
  const [rows, columns] = shape as readonly [number, number];
  copyInto(viewOf(out, dtype, shape), scalarArray(0));
  const first = Math.max(row, column);
  const count = Math.min(row + rows, column + columns) - first;
  if (count <= 0) return;
  const { lanes } = elementOf(dtype);
  const diagonal: Strided = {
    data: out as Strided["data"],
    shape: [count],
    strides: [(columns + 1) * lanes],
    offset: ((first - row) * columns + (first - column)) * lanes,
    dtype,
  };
  copyInto(diagonal, scalarArray(1));
}
