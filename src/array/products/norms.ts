/** Norms of vectors and matrices, as the Python array API standard has them; the Euclidean one is `norm`, too. */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { DArray } from "../distributed/darray.ts";
import { type Complex, isComplex, isFloat } from "../element.ts";
import { map } from "../functions.ts";
import { type AnyArray, checkArray } from "../kinds.ts";
import { type Along, isNDArray, type NDArray, type ReduceOptions, type Whole } from "../ndarray.ts";
import { type RealOf, realOf, type SumOf } from "../promotion.ts";
import { countNonzero, max, min, norm, sum } from "../reducing.ts";

export interface VectorNormOptions extends ReduceOptions {
  /** Which norm: 2 (Euclidean) by default, 1, another number, `Infinity`, `-Infinity`; 0 counts. */
  readonly ord?: number;
}

export interface MatrixNormOptions {
  /** "fro" by default; 1 and −1 are the largest and smallest sum of a column, `Infinity` and `-Infinity` of a row. */
  readonly ord?: "fro" | number;
  readonly keepdims?: boolean;
}

/** Of dtype `D`, integers as f64. */
type NormOf<D extends DType> = RealOf<SumOf<D>>;

interface VectorNorm {
  <D extends DType>(array: DArray<D>, options: VectorNormOptions & Along): DArray<NormOf<D>>;
  <D extends DType>(array: DArray<D>, options?: VectorNormOptions & Whole): Promise<number>;
  <D extends DType>(array: NDArray<D>, options: VectorNormOptions & Along): NDArray<NormOf<D>>;
  <D extends DType>(array: NDArray<D>, options?: VectorNormOptions & Whole): number;
}

interface MatrixNorm {
  <D extends DType>(array: DArray<D>, options?: MatrixNormOptions): DArray<NormOf<D>>;
  <D extends DType>(array: NDArray<D>, options?: MatrixNormOptions): NDArray<NormOf<D>>;
}

type Reduction = (array: AnyArray, options: ReduceOptions) => AnyArray | number | Promise<number>;
const reductions = { norm, sum, max, min, countNonzero } as unknown as Readonly<
  Record<"norm" | "sum" | "max" | "min" | "countNonzero", Reduction>
>;

/** The norm of all elements, or along axes. */
export const vectorNorm: VectorNorm = ((array: AnyArray, options: VectorNormOptions = {}) => {
  checkArray("vectorNorm", array);
  checkNames(options, ["ord", "axis", "keepdims"], "vectorNorm");
  const { ord = 2, ...along } = options;
  if (typeof ord !== "number" || Number.isNaN(ord)) {
    throw invalidArgument(`vectorNorm with ord ${String(ord)}: use a number or Infinity`);
  }
  if (ord === 2) return reductions.norm(array, along);
  if (ord === 0) return ofNumbers(reductions.countNonzero(array, along), array.dtype);
  using sizes = new Sizes(array);
  if (ord === 1) return reductions.sum(sizes.array, along);
  if (ord === Number.POSITIVE_INFINITY) return reductions.max(sizes.array, along);
  if (ord === Number.NEGATIVE_INFINITY) return reductions.min(sizes.array, along);
  using powers = new Sizes(array, ord);
  return rooted(reductions.sum(powers.array, along), 1 / ord);
}) as VectorNorm;

/** The norm of the matrices of the last two axes. @throws for 2 and "nuc", which need a decomposition */
export const matrixNorm: MatrixNorm = ((array: AnyArray, options: MatrixNormOptions = {}) => {
  checkArray("matrixNorm", array);
  checkNames(options, ["ord", "keepdims"], "matrixNorm");
  const { ord = "fro", keepdims = false } = options;
  if (array.ndim < 2) {
    throw invalidArgument("matrixNorm takes arrays of at least two dimensions; see vectorNorm");
  }
  const [rows, columns] = [array.ndim - 2, array.ndim - 1];
  if (ord === "fro") return reductions.norm(array, { axis: [rows, columns], keepdims });
  if (![1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].includes(ord)) {
    throw invalidArgument(
      `matrixNorm with ord ${String(ord)}: use "fro", 1, -1, Infinity or -Infinity; others need singular values`,
    );
  }
  const [inner, outer] = Math.abs(ord) === 1 ? [rows, columns] : [columns, rows];
  using sizes = new Sizes(array);
  const sums = reductions.sum(sizes.array, { axis: inner, keepdims: true }) as AnyArray;
  const most = ord > 0 ? reductions.max : reductions.min;
  const made = most(sums, { axis: outer, keepdims: true }) as AnyArray;
  dispose(sums);
  return keepdims ? made : most(made, { axis: [rows, columns] });
}) as MatrixNorm;

const dispose = (array: AnyArray): void => {
  if (!isNDArray(array)) array.dispose();
};

/** Absolute values of elements, or powers of them. */
class Sizes implements Disposable {
  readonly array: AnyArray;

  constructor(array: AnyArray, power: number = 1) {
    const dtype = resultType(array.dtype);
    const size = isComplex(array.dtype)
      ? (z: Complex) => Math.hypot(z.re, z.im) ** power
      : (x: number) => Math.abs(x) ** power;
    this.array = map(size as never, array as NDArray, { dtype }) as AnyArray;
  }

  [Symbol.dispose](): void {
    dispose(this.array);
  }
}

const resultType = (dtype: DType): DType => {
  const real = realOf(dtype);
  return isFloat(real) ? real : "f64";
};

/** Counts as numbers of the norm's dtype. */
const ofNumbers = (made: ReturnType<Reduction>, dtype: DType): ReturnType<Reduction> =>
  typeof made === "number" || made instanceof Promise
    ? made
    : (made.astype(resultType(dtype)) as AnyArray);

function rooted(made: ReturnType<Reduction>, exponent: number): ReturnType<Reduction> {
  if (typeof made === "number") return made ** exponent;
  if (made instanceof Promise) return made.then((value) => value ** exponent);
  return map(((x: number) => x ** exponent) as never, made as NDArray, {
    dtype: made.dtype,
  }) as AnyArray;
}
