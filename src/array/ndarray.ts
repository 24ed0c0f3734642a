/**
 * An n-dimensional array in the memory of its own process: a typed array, and the shape and strides under which
 * it is seen. Fields and methods have the names by which functions for arrays of `@stdlib/ndarray` and
 * `ndarray` know them. Knows nothing of distributed arrays, which are made of it and turn into it.
 */

import { type DType, elementOf } from "../memory/dtype.ts";
import type { TextOptions } from "../show/array-text.ts";
import { invalidArgument } from "../wire/errors.ts";
import { DenseArray } from "./dense-array.ts";
import { checkDType, type DataOf, type InputOf, type ValueOf } from "./element.ts";
import type { ElementwiseOptions } from "./elementwise/operand-types.ts";
import type { ResultOf } from "./elementwise/result-type.ts";
import type { ArraySource } from "./from-source.ts";
import type { RealOf, SumOf } from "./promotion.ts";
import type { SelectEntry } from "./selection.ts";
import { type Axes, checkShape, rowMajorStrides, type Shape, shapeText, sizeOf } from "./shape.ts";
import { isWithin, type Strided } from "./strided.ts";

/** Along which axes a reduction goes; without `axis` along all. */
export interface ReduceOptions {
  readonly axis?: Axes;
  /** Keeps reduced axes with length 1. */
  readonly keepdims?: boolean;
}

export interface InitOptions<V> extends ReduceOptions {
  /** What elements are added to; once for each result. */
  readonly init?: V;
}

export interface SpreadOptions extends ReduceOptions {
  /** The sum of squares is divided by `n − ddof`: 0 for all values there are, 1 for a sample of more. */
  readonly ddof?: number;
}

/** Options with which the result is an array. */
export type Along = { readonly axis: Axes } | { readonly keepdims: true };

/** Options with which the result is one value. */
export interface Whole {
  readonly axis?: undefined;
  readonly keepdims?: false;
  /** Ends the wait for the value of a distributed array. */
  readonly signal?: AbortSignal;
}

export interface NDArray<D extends DType = DType> extends Strided<D>, Iterable<ValueOf<D>> {
  /** Elements in the order of `strides` and `offset`; complex ones as two entries each. Shared by views. */
  readonly data: DataOf<D>;
  readonly shape: Shape;
  /** Entries of `data` between neighbours along each axis. */
  readonly strides: readonly number[];
  readonly stride: readonly number[];
  readonly offset: number;
  readonly dtype: D;
  /**
   * As `@stdlib/ndarray` has it. Functions of `ndarray` that want a list of axes here, those of `ndarray-ops` among
   * them, take `ndarray(x.data, x.shape, x.strides, x.offset)`, which shares the elements.
   */
  readonly order: "row-major";
  /** Number of elements. */
  readonly size: number;
  readonly length: number;
  /** Number of dimensions. */
  readonly ndim: number;
  readonly ndims: number;
  readonly flags: ArrayFlags;

  /**
   * The element at these indices, one an axis; negative ones count from the end.
   * @throws where there is none.
   */
  get(...indices: number[]): ValueOf<D>;
  /** Sets the element at these indices: `set(i, j, value)`. */
  set(...indicesAndValue: [...indices: number[], value: InputOf<D>]): this;
  /** The element at a position in row-major order. */
  iget(index: number): ValueOf<D>;
  iset(index: number, value: InputOf<D>): this;

  /**
   * A view of a part: one entry an axis, as in Python. `null` takes all, an integer one index (and drops the
   * axis), `[start, stop, step]` a range, each of which may be null or negative, `"..."` all axes without an entry,
   * `"newaxis"` makes one of length 1. In the place of one entry a vector of indices or a mask (see `SelectEntry`)
   * gives a copy, and assigning to that assigns to the elements of this array.
   */
  slice(...entries: SelectEntry[]): NDArray<D>;
  /** A view with the axes in another order; without arguments in reverse. */
  transpose(...axes: number[]): NDArray<D>;
  /** The elements in row-major order under another shape; one length may be −1. A view where it can be. */
  reshape(shape: Shape): NDArray<D>;
  /** A row-major copy. */
  copy(): NDArray<D>;
  /** This array if it is row-major without gaps, otherwise a copy that is. */
  contiguous(): NDArray<D>;
  /**
   * A copy with another dtype. Numbers are converted as when stored in a typed array; complex ones become only
   * complex or bool.
   */
  astype<E extends DType>(dtype: E): NDArray<E>;
  /** Sets all elements to a value. */
  fill(value: InputOf<D>): this;
  /** Sets the elements to those of an array that broadcasts to this shape. */
  assign(source: ArraySource): this;

  /**
   * The function of each element. The result has this array's dtype, unless the function yields booleans, or
   * numbers of what are not numbers.
   */
  map<R>(fn: (value: ValueOf<D>) => R): NDArray<ResultOf<D, R>>;
  map<R, E extends DType = ResultOf<D, R>>(
    fn: (value: ValueOf<D>) => R,
    options: ElementwiseOptions<E>,
  ): NDArray<E>;

  sum(options: InitOptions<InputOf<D>> & Along): NDArray<SumOf<D>>;
  sum(options?: InitOptions<InputOf<D>> & Whole): ValueOf<SumOf<D>>;
  prod(options: InitOptions<InputOf<D>> & Along): NDArray<SumOf<D>>;
  prod(options?: InitOptions<InputOf<D>> & Whole): ValueOf<SumOf<D>>;
  /** NaN where any element is. @throws where there is none and no `init`. */
  min(options: InitOptions<InputOf<D>> & Along): NDArray<D>;
  min(options?: InitOptions<InputOf<D>> & Whole): ValueOf<D>;
  max(options: InitOptions<InputOf<D>> & Along): NDArray<D>;
  max(options?: InitOptions<InputOf<D>> & Whole): ValueOf<D>;
  mean(options: ReduceOptions & Along): NDArray<SumOf<D>>;
  mean(options?: ReduceOptions & Whole): ValueOf<SumOf<D>>;
  var(options: SpreadOptions & Along): NDArray<RealOf<SumOf<D>>>;
  var(options?: SpreadOptions & Whole): number;
  std(options: SpreadOptions & Along): NDArray<RealOf<SumOf<D>>>;
  std(options?: SpreadOptions & Whole): number;
  /** Whether any element is other than zero. */
  any(options: InitOptions<InputOf<D> | boolean> & Along): NDArray<"bool">;
  any(options?: InitOptions<InputOf<D> | boolean> & Whole): boolean;
  all(options: InitOptions<InputOf<D> | boolean> & Along): NDArray<"bool">;
  all(options?: InitOptions<InputOf<D> | boolean> & Whole): boolean;
  /** The square root of the sum of squares. */
  norm(options: ReduceOptions & Along): NDArray<RealOf<SumOf<D>>>;
  norm(options?: ReduceOptions & Whole): number;

  /** Joins all elements to one with an associative function. */
  reduce(
    join: (a: ValueOf<D>, b: ValueOf<D>) => ValueOf<D>,
    options: InitOptions<ValueOf<D>> & Along,
  ): NDArray<D>;
  reduce(
    join: (a: ValueOf<D>, b: ValueOf<D>) => ValueOf<D>,
    options?: InitOptions<ValueOf<D>> & Whole,
  ): ValueOf<D>;
  /** Joins what `fn` makes of the elements. */
  mapReduce<R>(
    fn: (value: ValueOf<D>) => R,
    join: (a: R, b: R) => R,
    options: InitOptions<R> & Along,
  ): NDArray<ResultOf<D, R>>;
  mapReduce<R>(
    fn: (value: ValueOf<D>) => R,
    join: (a: R, b: R) => R,
    options?: InitOptions<R> & Whole,
  ): R;

  /** Nested JavaScript arrays; the value itself for an array without dimensions. */
  toArray(): NestedValues<ValueOf<D>>;
  /** A line that says what it is, then the elements. */
  toString(options?: TextOptions): string;
}

export type NestedValues<V> = V | NestedValues<V>[];

export interface ArrayFlags {
  readonly READONLY: boolean;
  readonly ROW_MAJOR_CONTIGUOUS: boolean;
  readonly COLUMN_MAJOR_CONTIGUOUS: boolean;
}

export interface WrapOptions<D extends DType> {
  readonly dtype: D;
  readonly shape: Shape;
  /** Row-major without gaps unless given. */
  readonly strides?: readonly number[];
  readonly offset?: number;
}

/**
 * An array over a typed array, which is not copied.
 * @throws where the typed array is not one for the dtype, or an element would lie outside of it.
 */
export function ndarray<D extends DType>(data: DataOf<D>, options: WrapOptions<D>): NDArray<D> {
  const dtype = checkDType(options.dtype) as D;
  const { array: Class, lanes } = elementOf(dtype);
  if (!(data instanceof Class)) {
    throw invalidArgument(`elements of dtype ${dtype} are in a ${Class.name}`);
  }
  const shape = checkShape(options.shape);
  const { strides = rowMajorStrides(shape, lanes), offset = 0 } = options;
  const view = { data, shape, strides, offset, dtype };
  if (strides.length !== shape.length || !isWithin(view)) {
    throw invalidArgument(
      `${data.length} entries are too few for ${sizeOf(shape)} elements of dtype ${dtype} with shape ${shapeText(shape)} and strides ${shapeText(strides)} from ${offset}`,
    );
  }
  return DenseArray.of(view);
}

/** The array whose elements a view describes. */
export const arrayOf = <D extends DType>(view: Strided<D>): NDArray<D> => DenseArray.of(view);

export const isNDArray = (value: unknown): value is NDArray => value instanceof DenseArray;
