/** Arithmetic of shapes and axes. Errors name the shapes as the user wrote them. */

import { invalidArgument } from "../wire/errors.ts";

export type Shape = readonly number[];

/** One axis or several; negative ones count from the last. */
export type Axes = number | readonly number[];

export const shapeText = (shape: Shape): string => `[${shape.join(", ")}]`;

/** A frozen copy. @throws where `shape` is not a list of non-negative integers. */
export function checkShape(shape: unknown): Shape {
  if (!Array.isArray(shape)) {
    throw invalidArgument(
      `a shape is a list of lengths, such as [2, 3]; got ${typeof shape === "number" ? `${shape}, for a vector write [${shape}]` : String(shape)}`,
    );
  }
  for (const length of shape) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw invalidArgument(
        `shape [${shape.join(", ")}]: ${String(length)} is not a length; use integers from 0`,
      );
    }
  }
  return Object.freeze([...shape]);
}

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** Strides of an array without gaps whose last axis is the innermost; `entry` is the stride of that one. */
export function rowMajorStrides(shape: Shape, entry: number = 1): number[] {
  const strides = new Array<number>(shape.length);
  let stride = entry;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}

/**
 * The shape that arrays of these shapes have in common: aligned at the last axis, an axis of length 1 or a
 * missing one repeats.
 */
export function broadcastShapes(...shapes: readonly Shape[]): number[] {
  const ndim = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(ndim).fill(1);
  for (const shape of shapes) {
    const missing = ndim - shape.length;
    shape.forEach((length, axis) => {
      const at = axis + missing;
      if (result[at] === 1) result[at] = length;
      else if (length !== 1 && length !== result[at]) {
        throw invalidArgument(
          `shapes ${shapes.map(shapeText).join(" and ")} do not fit together: from the last axis on, lengths must be equal or 1`,
        );
      }
    });
  }
  return result;
}

/** @throws where the array has no such axis. */
export function normalizeAxis(axis: number, ndim: number): number {
  const at = axis < 0 ? axis + ndim : axis;
  if (Number.isInteger(axis) && at >= 0 && at < ndim) return at;
  throw invalidArgument(
    ndim === 0
      ? `axis ${axis}: an array without dimensions has no axes; leave 'axis' out`
      : `axis ${axis} does not exist in an array of ${ndim} dimensions; use ${-ndim} to ${ndim - 1}`,
  );
}

/** Axes in ascending order; all of them for undefined. @throws on one that does not exist or comes twice. */
export function normalizeAxes(axes: Axes | undefined, ndim: number): number[] {
  if (axes === undefined) return Array.from({ length: ndim }, (_, axis) => axis);
  const list = (typeof axes === "number" ? [axes] : [...axes]).map((axis) =>
    normalizeAxis(axis, ndim),
  );
  if (new Set(list).size < list.length) {
    throw invalidArgument(`axes ${shapeText(list)}: the same axis comes twice`);
  }
  return list.sort((a, b) => a - b);
}

/** A complete order of the axes; from none given, the reverse. */
export function normalizePermutation(axes: readonly number[], ndim: number): number[] {
  if (axes.length === 0) return Array.from({ length: ndim }, (_, axis) => ndim - 1 - axis);
  const order = axes.map((axis) => normalizeAxis(axis, ndim));
  if (order.length !== ndim || new Set(order).size !== ndim) {
    throw invalidArgument(
      `axes ${shapeText(axes)} are not an order of all ${ndim} dimensions; name each axis once`,
    );
  }
  return order;
}

/** The shape to which `size` elements are brought; one length may be −1, for what remains. */
export function inferShape(wanted: unknown, from: Shape): Shape {
  const size = sizeOf(from);
  const open = Array.isArray(wanted) ? wanted.indexOf(-1) : -1;
  if (open >= 0 && (wanted as number[]).lastIndexOf(-1) !== open) {
    throw invalidArgument(`shape ${shapeText(wanted as Shape)}: only one length may be -1`);
  }
  const shape = [...checkShape(open < 0 ? wanted : (wanted as number[]).with(open, 1))];
  const known = sizeOf(shape);
  if (open >= 0) shape[open] = known === 0 ? 0 : size / known;
  if (sizeOf(shape) !== size || !Number.isInteger(shape[open] ?? 0)) {
    throw invalidArgument(
      `an array of shape ${shapeText(from)} has ${size} elements and cannot become ${shapeText(wanted as Shape)}`,
    );
  }
  return Object.freeze(shape);
}

/** The shape that is left when axes are reduced. */
export function reducedShape(shape: Shape, axes: readonly number[], keepdims: boolean): number[] {
  return keepdims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));
}

/** @throws where places along an axis of this length do not fit dtype i32, in which functions give them */
export function checkPositions(name: string, length: number = 0): void {
  if (length <= 2 ** 31) return;
  throw invalidArgument(
    `${name} along an axis of ${length} elements: positions are i32, below 2^31`,
  );
}
