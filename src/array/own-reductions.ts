/** Reductions with functions of one's own, as functions of arrays: of distributed ones promises of values. */

import type { DType } from "../memory/dtype.ts";
import type { DArray } from "./distributed/darray.ts";
import type { ValueOf } from "./element.ts";
import type { ElementFunction, ResultOf } from "./elementwise/result-type.ts";
import { type AnyArray, checkArray } from "./kinds.ts";
import type { Along, InitOptions, NDArray, Whole } from "./ndarray.ts";
import type { Join } from "./reductions/fold.ts";

/** Joins all elements to one, or those along axes, with an associative function: `reduce((a, b) => a + b, A)`. */
export function reduce<D extends DType>(
  join: (a: ValueOf<D>, b: ValueOf<D>) => ValueOf<D>,
  array: DArray<D>,
  options: InitOptions<ValueOf<D>> & Along,
): DArray<D>;
export function reduce<D extends DType>(
  join: (a: ValueOf<D>, b: ValueOf<D>) => ValueOf<D>,
  array: DArray<D>,
  options?: InitOptions<ValueOf<D>> & Whole,
): Promise<ValueOf<D>>;
export function reduce<D extends DType>(
  join: (a: ValueOf<D>, b: ValueOf<D>) => ValueOf<D>,
  array: NDArray<D>,
  options: InitOptions<ValueOf<D>> & Along,
): NDArray<D>;
export function reduce<D extends DType>(
  join: (a: ValueOf<D>, b: ValueOf<D>) => ValueOf<D>,
  array: NDArray<D>,
  options?: InitOptions<ValueOf<D>> & Whole,
): ValueOf<D>;
export function reduce(join: Join, array: AnyArray, options?: object): unknown {
  return (checkArray("reduce", array) as NDArray).reduce(join as never, options as never);
}

/** Joins what `fn` makes of the elements: `mapReduce((x) => x * x, (a, b) => a + b, A)`. */
export function mapReduce<D extends DType, R>(
  fn: (value: ValueOf<D>) => R,
  join: (a: R, b: R) => R,
  array: DArray<D>,
  options: InitOptions<R> & Along,
): DArray<ResultOf<D, R>>;
export function mapReduce<D extends DType, R>(
  fn: (value: ValueOf<D>) => R,
  join: (a: R, b: R) => R,
  array: DArray<D>,
  options?: InitOptions<R> & Whole,
): Promise<R>;
export function mapReduce<D extends DType, R>(
  fn: (value: ValueOf<D>) => R,
  join: (a: R, b: R) => R,
  array: NDArray<D>,
  options: InitOptions<R> & Along,
): NDArray<ResultOf<D, R>>;
export function mapReduce<D extends DType, R>(
  fn: (value: ValueOf<D>) => R,
  join: (a: R, b: R) => R,
  array: NDArray<D>,
  options?: InitOptions<R> & Whole,
): R;
export function mapReduce(
  fn: ElementFunction,
  join: Join,
  array: AnyArray,
  options?: object,
): unknown {
  const own = checkArray("mapReduce", array) as NDArray;
  return own.mapReduce(fn as never, join as never, options as never);
}
