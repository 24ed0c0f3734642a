/**
 * What every operation on local data sees of an array: a typed array, and where in it each element begins.
 * Positions and strides count entries of the typed array; strides may be negative or, where an axis
 * repeats, zero.
 */

import { type DType, elementOf, type TypedArray } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { allocate, type DataOf, type Value, writeElement } from "./element.ts";
import { rowMajorStrides, type Shape, shapeText, sizeOf } from "./shape.ts";

export interface Strided<D extends DType = DType> {
  readonly data: DataOf<D>;
  readonly shape: Shape;
  readonly strides: readonly number[];
  /** Where the element at index 0, 0, … begins. */
  readonly offset: number;
  readonly dtype: D;
}

/** An operand of a loop over some shape, with one stride an axis of that shape. */
export interface Operand {
  readonly data: TypedArray;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Elements in row-major order without gaps. */
export function rowMajor<D extends DType>(
  data: DataOf<D>,
  shape: Shape,
  dtype: D,
  offset: number = 0,
): Strided<D> {
  const strides = rowMajorStrides(shape, elementOf(dtype).lanes);
  return { data, shape, strides, offset, dtype };
}

/** A new array of zeros. */
export const empty = <D extends DType>(shape: Shape, dtype: D): Strided<D> =>
  rowMajor(allocate(dtype, sizeOf(shape)), shape, dtype);

/** A new array of these elements, given in row-major order. */
export function arrayOfValues<D extends DType>(
  values: readonly Value[],
  shape: Shape,
  dtype: D,
): Strided<D> {
  const view = empty(shape, dtype);
  const { lanes } = elementOf(dtype);
  values.forEach((value, index) => {
    writeElement(view.data, dtype, index * lanes, value);
  });
  return view;
}

/** Whether the elements follow one another in row-major order without gaps. */
export function isContiguous({ shape, strides, dtype }: Strided): boolean {
  if (sizeOf(shape) === 0) return true;
  const packed = rowMajorStrides(shape, elementOf(dtype).lanes);
  return strides.every((stride, axis) => stride === packed[axis] || shape[axis] === 1);
}

/** The first and the last entry of a view's elements; nothing for no elements. */
function extentOf({
  shape,
  strides,
  offset,
  dtype,
}: Strided): readonly [number, number] | undefined {
  if (sizeOf(shape) === 0) return undefined;
  let [first, last] = [offset, offset + elementOf(dtype).lanes - 1];
  shape.forEach((length, axis) => {
    const reach = (length - 1) * (strides[axis] as number);
    if (reach < 0) first += reach;
    else last += reach;
  });
  return [first, last];
}

/** Whether every element lies inside of the typed array. */
export function isWithin(view: Strided): boolean {
  const [first, last] = extentOf(view) ?? [0, -1];
  return first >= 0 && last < view.data.length;
}

/** Whether two views may have elements in common. */
export function mayOverlap(a: Strided, b: Strided): boolean {
  if (a.data.buffer !== b.data.buffer) return false;
  const [one, two] = [a, b].map((view) => {
    const { byteOffset, BYTES_PER_ELEMENT } = view.data;
    const [first, last] = extentOf(view) ?? [0, -1];
    return [byteOffset + first * BYTES_PER_ELEMENT, byteOffset + (last + 1) * BYTES_PER_ELEMENT];
  }) as [[number, number], [number, number]];
  return one[0] < two[1] && two[0] < one[1];
}

/** A view of the elements at `start`, `start + step`, … along each axis. */
export function part<D extends DType>(
  view: Strided<D>,
  start: readonly number[],
  shape: Shape,
  steps?: readonly number[],
): Strided<D> {
  const { data, strides, dtype } = view;
  return {
    data,
    shape,
    strides: steps ? strides.map((stride, axis) => stride * (steps[axis] as number)) : strides,
    offset: start.reduce((at, index, axis) => at + index * (strides[axis] as number), view.offset),
    dtype,
  };
}

/** The elements of a contiguous array as a typed array that starts with the first. */
export function elementsOf<D extends DType>({ data, shape, offset, dtype }: Strided<D>): DataOf<D> {
  const length = sizeOf(shape) * elementOf(dtype).lanes;
  if (offset === 0 && data.length === length) return data;
  return data.subarray(offset, offset + length) as DataOf<D>;
}

/** The strides with which a view runs over `shape`, to which it broadcasts. */
export function broadcastStrides(view: Strided, shape: Shape): number[] {
  const missing = shape.length - view.shape.length;
  return shape.map((length, axis) => {
    const own = view.shape[axis - missing];
    if (own === undefined || (own === 1 && length !== 1)) return 0;
    if (own === length) return view.strides[axis - missing] as number;
    throw invalidArgument(
      `an array of shape ${shapeText(view.shape)} does not broadcast to ${shapeText(shape)}`,
    );
  });
}

/** A view as an operand of a loop over `shape`, to which it broadcasts. */
export const operandOf = (view: Strided, shape: Shape): Operand => ({
  data: view.data,
  offset: view.offset,
  strides: broadcastStrides(view, shape),
});

export interface Nest {
  readonly shape: readonly number[];
  /** One list an operand. */
  readonly strides: readonly (readonly number[])[];
}

/** The same loop with as few axes as possible: drops axes of length 1, joins those that all operands run through evenly. */
export function coalesce(shape: Shape, strides: readonly (readonly number[])[]): Nest {
  const lengths: number[] = [];
  const joined: number[][] = strides.map(() => []);
  for (let axis = 0; axis < shape.length; axis++) {
    const length = shape[axis] as number;
    if (length === 1) continue;
    const last = lengths.length - 1;
    const even =
      last >= 0 && strides.every((own, k) => joined[k]?.[last] === (own[axis] as number) * length);
    if (even) lengths[last] = (lengths[last] as number) * length;
    else lengths.push(length);
    strides.forEach((own, k) => {
      (joined[k] as number[])[even ? last : last + 1] = own[axis] as number;
    });
  }
  return { shape: lengths, strides: joined };
}

/**
 * Visits every index of a nest in row-major order. During a visit `at[k]` is where operand `k` is; afterwards
 * it is what it was.
 */
export function walk(nest: Nest, at: number[], visit: () => void, axis: number = 0): void {
  const length = nest.shape[axis];
  if (length === undefined) {
    visit();
    return;
  }
  for (let i = 0; i < length; i++) {
    walk(nest, at, visit, axis + 1);
    for (let k = 0; k < at.length; k++) (at[k] as number) += nest.strides[k]?.[axis] as number;
  }
  for (let k = 0; k < at.length; k++) {
    (at[k] as number) -= length * (nest.strides[k]?.[axis] as number);
  }
}
