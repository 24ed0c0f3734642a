/**
 * Copies between views of any strides and dtypes. Real numbers become integers as when stored in a typed array
 * (towards zero, modulo the size), anything becomes a bool by being other than zero, complex numbers become
 * real only by a function that says how.
 */

import type { DType } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import type { Piece } from "./alignment.ts";
import { type Complex, isComplex } from "./element.ts";
import { applyInto } from "./elementwise/apply.ts";
import { elementwiseKernel } from "./elementwise/kernel.ts";
import { realOf } from "./promotion.ts";
import { type Shape, sameShape } from "./shape.ts";
import {
  elementsOf,
  empty,
  isContiguous,
  type Operand,
  operandOf,
  part,
  type Strided,
} from "./strided.ts";

const same = (value: number): number => value;
const asNumber = (value: boolean): number => +value;
const isNotZero = (value: number): boolean => value !== 0;
const isNotZeroComplex = (value: Complex): boolean => value.re !== 0 || value.im !== 0;

/** Sets the elements of `target` to those of `source`, which broadcasts to its shape. */
export function copyInto(target: Strided, source: Strided): void {
  if (target.dtype === source.dtype && sameShape(target.shape, source.shape)) {
    if (isContiguous(target) && isContiguous(source)) {
      elementsOf(target).set(elementsOf(source));
      return;
    }
  }
  if (isComplex(target.dtype) && isComplex(source.dtype)) copyParts(target, source);
  else if (target.dtype === source.dtype) copyEntries(target.dtype, target, source);
  else applyInto(conversion(source.dtype, target.dtype), target, [source]);
}

/** Brings the elements of a piece from its block to their place in what is made of the pieces. */
export function copyPiece(target: Strided, piece: Piece, block: Strided): void {
  const { from, steps, to, shape } = piece;
  copyInto(part(target, to, shape), part(block, from, shape, steps));
}

/** @throws where elements of one dtype do not become those of another */
export function checkConversion(from: DType, to: DType): void {
  if (!isComplex(to)) conversion(from, to);
}

function conversion(from: DType, to: DType): (value: never) => unknown {
  if (to === "bool") return isComplex(from) ? isNotZeroComplex : isNotZero;
  if (from === "bool") return asNumber;
  if (!isComplex(from)) return same;
  throw invalidArgument(
    `${from} has no conversion to ${to}; choose the part you mean, as in map(z => z.re)`,
  );
}

/** Entries of the typed arrays as they are. */
function copyEntries(dtype: DType, target: Strided, source: Strided): void {
  const type = dtype === "bool" ? "u8" : dtype;
  const kernel = elementwiseKernel(same, [type], type);
  kernel.run(target.shape, target, [operandOf(source, target.shape)]);
}

/** Complex numbers as pairs of real ones, along a further axis. */
function copyParts(target: Strided, source: Strided): void {
  const shape: Shape = [...target.shape, 2];
  const pairs = ({ data, offset, strides }: Operand): Operand => ({
    data,
    offset,
    strides: [...strides, 1],
  });
  const kernel = elementwiseKernel(same, [realOf(source.dtype)], realOf(target.dtype));
  kernel.run(shape, pairs(target), [pairs(operandOf(source, target.shape))]);
}

/** The elements as a new array in row-major order. */
export function copyOf<D extends DType>(source: Strided, dtype: D): Strided<D> {
  const copy = empty(source.shape, dtype);
  copyInto(copy, source);
  return copy;
}

/** The same elements in row-major order without gaps: the view itself where it is so already. */
export function packed<D extends DType>(source: Strided<D>): Strided<D> {
  return isContiguous(source) ? source : copyOf(source, source.dtype);
}
