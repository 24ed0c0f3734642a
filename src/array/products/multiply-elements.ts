/** Products of many small matrices: each pair of elements is multiplied for all matrices in one pass. */

import type { DType } from "../../memory/dtype.ts";
import { copyInto, copyOf } from "../copy.ts";
import { type Complex, isComplex, isFloat } from "../element.ts";
import { applyInto, scalarArray } from "../elementwise/apply.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import type { Strided } from "../strided.ts";

/** Matrices of one shape, as many as the product of `lengths`. */
export interface Stack {
  readonly lengths: readonly number[];
  readonly strides: readonly number[];
  /** The first. */
  readonly matrix: Strided;
}

const addProduct = (sum: number, a: number, b: number): number => sum + a * b;
const addWrapped = (sum: number, a: number, b: number): number => sum + Math.imul(a, b);
const orBoth = (sum: boolean, a: boolean, b: boolean): boolean => sum || (a && b);
const addComplex = (sum: Complex, a: Complex, b: Complex): Complex => ({
  re: sum.re + a.re * b.re - a.im * b.im,
  im: sum.im + a.re * b.im + a.im * b.re,
});

function stepOf(dtype: DType): ElementFunction {
  if (dtype === "bool") return orBoth as ElementFunction;
  if (isComplex(dtype)) return addComplex as ElementFunction;
  return (isFloat(dtype) ? addProduct : addWrapped) as ElementFunction;
}

export function multiplyElements(out: Stack, a: Stack, b: Stack, add: boolean): void {
  const { dtype, shape } = out.matrix;
  const [m, n] = shape as [number, number];
  const k = a.matrix.shape[1] as number;
  const step = stepOf(dtype);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const target = elements(out, i, j);
      if (!add) copyInto(target, scalarArray(0));
      for (let p = 0; p < k; p++) {
        const factors = [elements(a, i, p), elements(b, p, j)].map((own) =>
          isComplex(dtype) && own.dtype !== dtype ? copyOf(own, dtype) : own,
        );
        applyInto(step, target, [target, ...factors]);
      }
    }
  }
}

/** The element at a place of every matrix. */
function elements({ lengths, strides, matrix }: Stack, row: number, column: number): Strided {
  const [down, across] = matrix.strides as [number, number];
  const offset = matrix.offset + row * down + column * across;
  return { ...matrix, shape: lengths, strides, offset };
}
