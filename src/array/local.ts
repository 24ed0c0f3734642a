/** Arrays in local memory: made by creation functions, from what users have, or of other local arrays. */

import type { DType } from "../memory/dtype.ts";
import * as creation from "./creation.ts";
import { allocate, checkDType, type Value } from "./element.ts";
import { applyElementwise } from "./elementwise/apply.ts";
import type {
  AnyOperand,
  CommonOf,
  ElementsOf,
  ElementwiseOptions,
} from "./elementwise/operand-types.ts";
import type { ElementFunction, ResultOf } from "./elementwise/result-type.ts";
import { fillRegion } from "./filling.ts";
import { type ArraySource, type DTypeOfSource, fromSource } from "./from-source.ts";
import { arrayOf, type NDArray } from "./ndarray.ts";
import type { DTypeOfValue } from "./promotion.ts";
import { wholeRegion } from "./region.ts";
import { type Shape, sizeOf } from "./shape.ts";
import { rowMajor, type Strided } from "./strided.ts";

/** What a creation function asked for, in local memory. */
export function createLocal<D extends DType>(asked: creation.Creation<D>): NDArray<D> {
  const { shape, dtype, filling } = asked;
  const data = allocate(dtype, sizeOf(shape));
  const isZero = filling.kind === "constant" && Object.is(filling.value, 0);
  if (!isZero) fillRegion(data, dtype, filling, shape, wholeRegion(shape));
  return arrayOf(rowMajor(data, shape, dtype));
}

export const zeros = <D extends DType = "f64">(
  shape: Shape,
  options?: creation.CreateOptions<D>,
): NDArray<D> => createLocal(creation.zeros(shape, options));

export const ones = <D extends DType = "f64">(
  shape: Shape,
  options?: creation.CreateOptions<D>,
): NDArray<D> => createLocal(creation.ones(shape, options));

export const full = <V extends Value, D extends DType = DTypeOfValue<V>>(
  shape: Shape,
  value: V,
  options?: creation.CreateOptions<D>,
): NDArray<D> => createLocal(creation.full(shape, value, options));

export const arange = <D extends DType = "f64">(...args: creation.ArangeArguments<D>): NDArray<D> =>
  createLocal(creation.arange(...args));

export const linspace = <D extends DType = "f64">(
  shape: Shape,
  start: number,
  stop: number,
  options?: creation.CreateOptions<D>,
): NDArray<D> => createLocal(creation.linspace(shape, start, stop, options));

export const eye = <D extends DType = "f64">(
  shape: Shape,
  options?: creation.CreateOptions<D>,
): NDArray<D> => createLocal(creation.eye(shape, options));

export const rand = <D extends creation.RandomDType = "f64">(
  shape: Shape,
  options?: creation.RandomOptions<D>,
): NDArray<D> => createLocal(creation.rand(shape, options));

export const randn = <D extends creation.RandomDType = "f64">(
  shape: Shape,
  options?: creation.RandomOptions<D>,
): NDArray<D> => createLocal(creation.randn(shape, options));

/**
 * A new array of the elements of nested arrays, a typed array, a single value, or an array of this or another
 * library. Numbers become f64, booleans bool, `{ re, im }` c128; typed arrays keep their dtype.
 * @throws where nested arrays are ragged or hold something else.
 */
export function fromArray<S extends ArraySource, D extends DType = DTypeOfSource<S>>(
  source: S,
  options: creation.CreateOptions<D> = {},
): NDArray<D> {
  const { dtype } = options;
  return arrayOf(fromSource(source, dtype && checkDType(dtype)) as Strided<D>);
}

/** Local arrays and single values; arrays broadcast to their common shape. */
export type LocalOperand = NDArray | Value;

/**
 * The function of the elements at each index of the operands' common shape, in one pass. Options may follow the
 * operands.
 */
export function broadcast<A extends readonly LocalOperand[], R>(
  fn: (...elements: ElementsOf<A>) => R,
  ...operands: A
): NDArray<ResultOf<CommonOf<A>, R>>;
export function broadcast<A extends readonly LocalOperand[], R, E extends DType>(
  fn: (...elements: ElementsOf<A>) => R,
  ...operands: [...A, ElementwiseOptions<E>]
): NDArray<E>;
export function broadcast(
  fn: ElementFunction,
  ...operands: (AnyOperand | ElementwiseOptions)[]
): NDArray {
  const last = operands.at(-1);
  const options = isElementwiseOptions(last) ? last : undefined;
  const inputs = (options ? operands.slice(0, -1) : operands) as (Strided | Value)[];
  const dtype = options?.dtype;
  return arrayOf(applyElementwise(fn, inputs, dtype && checkDType(dtype)));
}

/** Options come last and are no operand: neither an array nor a complex number. */
export function isElementwiseOptions(value: unknown): value is ElementwiseOptions {
  return typeof value === "object" && value !== null && !("shape" in value) && !("re" in value);
}
