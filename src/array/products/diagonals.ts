/** Diagonals and triangles of the matrices of the last two axes. */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { DArray } from "../distributed/darray.ts";
import { isComplex } from "../element.ts";
import { arange, broadcast } from "../functions.ts";
import { type AnyArray, checkArray } from "../kinds.ts";
import type { NDArray } from "../ndarray.ts";
import { einsum } from "./einsum.ts";

export interface DiagonalOptions {
  /** Which diagonal: above the main one for positive numbers, below for negative ones. */
  readonly offset?: number;
}

export interface TriangleOptions {
  /** The diagonal up to which, or from which, elements are kept. */
  readonly k?: number;
}

interface Same {
  <D extends DType>(array: DArray<D>, options?: TriangleOptions): DArray<D>;
  <D extends DType>(array: NDArray<D>, options?: TriangleOptions): NDArray<D>;
}

interface Diagonals {
  <D extends DType>(array: DArray<D>, options?: DiagonalOptions): DArray<D>;
  <D extends DType>(array: NDArray<D>, options?: DiagonalOptions): NDArray<D>;
}

/** A copy of a diagonal, as the last axis of the result. */
export const diagonal: Diagonals = ((array: AnyArray, options: DiagonalOptions = {}) =>
  ofDiagonal("diagonal", array, options, "...ii->...i")) as Diagonals;

/** The sum of a diagonal; integers wrap. */
export const trace: Diagonals = ((array: AnyArray, options: DiagonalOptions = {}) =>
  ofDiagonal("trace", array, options, "...ii->...")) as Diagonals;

function ofDiagonal(name: string, array: AnyArray, options: object, text: string): AnyArray {
  const offset = checked(name, array, options, "offset");
  const [rows, columns] = array.shape.slice(-2) as [number, number];
  const [i, j] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.max(0, Math.min(rows - i, columns - j));
  if (length === 0 && (i > rows || j > columns)) {
    throw invalidArgument(
      `${name} with offset ${offset}: matrices of ${rows} rows and ${columns} columns have none`,
    );
  }
  const before = array.shape.slice(0, -2).map(() => null);
  const square = (array as NDArray).slice(...before, [i, i + length], [j, j + length]);
  return einsum(text, square as AnyArray) as AnyArray;
}

/** The elements on and below a diagonal; zeros above. */
export const tril: Same = ((array: AnyArray, options: TriangleOptions = {}) =>
  triangle("tril", array, options, 1)) as Same;

/** The elements on and above a diagonal; zeros below. */
export const triu: Same = ((array: AnyArray, options: TriangleOptions = {}) =>
  triangle("triu", array, options, -1)) as Same;

/** `side` is 1 where columns up to the diagonal are kept, −1 where those from it on are. */
function triangle(name: string, array: AnyArray, options: object, side: number): AnyArray {
  const k = checked(name, array, options, "k");
  const { dtype } = array;
  const [rows, columns] = array.shape.slice(-2) as [number, number];
  const zero = isComplex(dtype) ? { re: 0, im: 0 } : dtype === "bool" ? false : 0;
  const keep = (x: unknown, i: number, j: number): unknown => (side * (j - i - k) <= 0 ? x : zero);
  const down = arange([rows, 1], { dtype: "i32" });
  const across = arange([columns], { dtype: "i32" });
  return broadcast(keep as never, array as NDArray, down, across, { dtype }) as AnyArray;
}

/** The integer option of a function of matrices. */
function checked(name: string, array: AnyArray, options: object, option: string): number {
  checkArray(name, array);
  checkNames(options, [option], name);
  const value = (options as Record<string, unknown>)[option] ?? 0;
  if (array.ndim < 2) {
    throw invalidArgument(`${name} takes arrays of at least two dimensions, not of ${array.ndim}`);
  }
  if (Number.isInteger(value)) return value as number;
  throw invalidArgument(`${name}: ${option} is the number of a diagonal, not ${String(value)}`);
}
