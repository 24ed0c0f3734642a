/** Products of matrices, and of a matrix and a vector, by the BLAS of this machine, where one is found. */

import { elementOf } from "../../../memory/dtype.ts";
import type { NativeFunction, NativeLibrary } from "../../../platform/native.ts";
import { copyInto, copyOf } from "../../copy.ts";
import { scalarArray } from "../../elementwise/apply.ts";
import { empty, type Strided } from "../../strided.ts";
import { blasLibrary, gemmParameters } from "./blas-library.ts";
import { transposed } from "./transposed.ts";

/** Dtypes that BLAS has functions for. */
type BlasDType = "f64" | "f32" | "c128" | "c64";

/** `out` = `a` · `b`, added to what it holds for `add`. Matrices are views of two dimensions. */
export type BlasProduct = (out: Strided, a: Strided, b: Strided, add: boolean) => void;

const LETTERS: Readonly<Record<BlasDType, string>> = { f64: "d", f32: "s", c128: "z", c64: "c" };
const ROW_MAJOR = 101;
const AS_IT_IS = 111;
const TRANSPOSED = 112;

const products = new WeakMap<NativeLibrary, Map<BlasDType, BlasProduct>>();

/**
 * The product for a dtype; undefined where there is no BLAS, or none for it.
 * @throws BodkinError where `BODKIN_BLAS` names a library that cannot be used
 */
export function blasProduct(dtype: string): BlasProduct | undefined {
  if (!(dtype in LETTERS)) return undefined;
  const library = blasLibrary();
  if (!library) return undefined;
  let own = products.get(library);
  if (!own) products.set(library, (own = new Map()));
  const type = dtype as BlasDType;
  let product = own.get(type);
  if (!product) own.set(type, (product = bind(library, type)));
  return product;
}

function bind(library: NativeLibrary, dtype: BlasDType): BlasProduct {
  const letter = LETTERS[dtype];
  const gemm = library.func(`cblas_${letter}gemm`, "void", gemmParameters(letter));
  const gemv = library.func(`cblas_${letter}gemv`, "void", gemmParameters(letter).slice(2));
  const { lanes, array: Class } = elementOf(dtype);
  const scalar = (value: number): unknown => {
    if (lanes === 1) return value;
    const pair = new Class(2);
    pair[0] = value;
    return pair;
  };
  const [zero, one] = [scalar(0), scalar(1)];
  const multiply: BlasProduct = (out, a, b, add) => {
    const [m, n] = out.shape as [number, number];
    const target = n === 1 ? columnOf(out) : rowsOf(out);
    const beta = add ? one : zero;
    if (m === 1 && n > 1) multiply(transposed(out), transposed(b), transposed(a), add);
    else if (!target) {
      const beside = empty(out.shape, dtype);
      if (add) copyInto(beside, out);
      multiply(beside, a, b, add);
      copyInto(out, beside);
    } else if (n === 1) {
      // Zero times what is there is not zero in every library.
      if (!add) copyInto(out, scalarArray(0));
      callVector(gemv, target, a, b, one);
    } else call(gemm, target, a, b, one, beta);
  };
  return multiply;
}

/** Where an m × n matrix begins, and the elements from row to row. */
interface Rows {
  readonly view: Strided;
  readonly start: unknown;
  readonly stride: number;
}

function call(
  gemm: NativeFunction,
  out: Rows,
  a: Strided,
  b: Strided,
  alpha: unknown,
  beta: unknown,
): void {
  const [m, n] = out.view.shape as [number, number];
  const k = a.shape[1] as number;
  const [left, right] = [placed(a, out.view), placed(b, out.view)];
  gemm(
    ROW_MAJOR,
    left.order,
    right.order,
    m,
    n,
    k,
    alpha,
    left.rows.start,
    left.rows.stride,
    right.rows.start,
    right.rows.stride,
    beta,
    out.start,
    out.stride,
  );
}

function callVector(gemv: NativeFunction, out: Rows, a: Strided, x: Strided, one: unknown): void {
  const { rows, order } = placed(a, out.view);
  const vector = (x.dtype === out.view.dtype && columnOf(x)) || columnOf(copyOf(x, out.view.dtype));
  const [m, k] = rows.view.shape as [number, number];
  gemv(
    ROW_MAJOR,
    order,
    m,
    k,
    one,
    rows.start,
    rows.stride,
    (vector as Rows).start,
    (vector as Rows).stride,
    one,
    out.start,
    out.stride,
  );
}

/** An operand as it is, as the transpose of what is there, or as a copy. */
function placed(matrix: Strided, { dtype }: Strided): { rows: Rows; order: number } {
  if (matrix.dtype === dtype) {
    const own = rowsOf(matrix);
    if (own) return { rows: own, order: AS_IT_IS };
    const turned = rowsOf(transposed(matrix));
    if (turned) return { rows: turned, order: TRANSPOSED };
  }
  return { rows: rowsOf(copyOf(matrix, dtype)) as Rows, order: AS_IT_IS };
}

/** A vector, and the elements from one to the next; undefined where it runs backwards or repeats. */
function columnOf(view: Strided): Rows | undefined {
  const { data, offset, strides, shape, dtype } = view;
  const stride = shape[0] === 1 ? 1 : (strides[0] as number) / elementOf(dtype).lanes;
  if (stride < 1 || !Number.isInteger(stride)) return undefined;
  return { view, start: offset === 0 ? data : data.subarray(offset), stride };
}

/** Undefined where the elements of a row are no neighbours. */
function rowsOf(view: Strided): Rows | undefined {
  const { data, offset, shape, strides, dtype } = view;
  const [rows, columns] = shape as [number, number];
  const { lanes } = elementOf(dtype);
  const least = Math.max(1, columns);
  const [along, across] = [strides[1] as number, strides[0] as number];
  if (columns > 1 && along !== lanes) return undefined;
  const stride = rows > 1 ? across / lanes : least;
  if (stride < least || !Number.isInteger(stride)) return undefined;
  return { view, start: offset === 0 ? data : data.subarray(offset), stride };
}
