/** Products of matrices of any dtype: by BLAS where there is one, else by WebAssembly. */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { copyInto } from "../copy.ts";
import { isComplex, isFloat } from "../element.ts";
import { scalarArray } from "../elementwise/apply.ts";
import { realOf } from "../promotion.ts";
import { empty, type Strided } from "../strided.ts";
import { blasProduct } from "./gemm/blas.ts";
import { multiplyAdd } from "./gemm/multiply-add.ts";
import type { GemmType } from "./gemm/tiles.ts";
import { transposed } from "./gemm/transposed.ts";

/**
 * Sets `out` to `a` · `b`, or adds that to it. Matrices are views of two dimensions; `out` has no elements in common
 * with the others. Integers wrap as the dtype of `out` does, of booleans the product is whether any pair is true.
 */
export function multiplyInto(out: Strided, a: Strided, b: Strided, add: boolean): void {
  const isTurned = out.strides[1] !== elementOf(out.dtype).lanes && out.shape[1] !== 1;
  if (isTurned && out.strides[0] === elementOf(out.dtype).lanes) {
    multiplyInto(transposed(out), transposed(b), transposed(a), add);
    return;
  }
  const blas = blasProduct(out.dtype);
  const isEmpty = [...out.shape, a.shape[1]].includes(0);
  if (blas && !isEmpty) {
    blas(out, a, b, add);
    return;
  }
  if (!add) copyInto(out, scalarArray(0));
  if (isEmpty) return;
  if (isComplex(out.dtype)) multiplyAddComplex(out, a, b);
  else multiplyAdd(gemmType(out.dtype), out, a, b);
}

/** Small integers wrap like the low bits of large ones. */
const gemmType = (dtype: DType): GemmType => (isFloat(dtype) ? (dtype as GemmType) : "i32");

function multiplyAddComplex(out: Strided, a: Strided, b: Strided): void {
  const type = realOf(out.dtype) as GemmType;
  const shape = out.shape;
  const [re, both, im] = [empty(shape, type), empty(shape, type), empty(shape, type)];
  multiplyAdd(type, re, realPart(a), realPart(b));
  if (isComplex(a.dtype) && isComplex(b.dtype)) {
    multiplyAdd(type, both, imaginaryPart(a), imaginaryPart(b));
  }
  if (isComplex(b.dtype)) multiplyAdd(type, im, realPart(a), imaginaryPart(b));
  if (isComplex(a.dtype)) multiplyAdd(type, im, imaginaryPart(a), realPart(b));
  const { data, offset, strides } = out;
  const [rows, columns] = shape as [number, number];
  for (let i = 0, from = 0; i < rows; i++) {
    let at = offset + i * (strides[0] as number);
    for (let j = 0; j < columns; j++, from++, at += strides[1] as number) {
      (data[at] as number) += (re.data[from] as number) - (both.data[from] as number);
      (data[at + 1] as number) += im.data[from] as number;
    }
  }
}

/** A view of the real parts. */
const realPart = (view: Strided): Strided => ({ ...view, dtype: realOf(view.dtype) }) as Strided;

const imaginaryPart = (view: Strided): Strided =>
  ({ ...view, dtype: realOf(view.dtype), offset: view.offset + 1 }) as Strided;
