/**
 * Products of arrays, as users call them: of local arrays at once, of distributed ones as a distributed array, where
 * one of the two is. Names and meanings are those of the Python array API standard; integers wrap as there.
 */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import type { DArray } from "../distributed/darray.ts";
import { type Complex, isComplex, type ValueOf } from "../element.ts";
import { type AnyArray, checkArray } from "../kinds.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { type Promote, promote } from "../promotion.ts";
import { normalizeAxis, type Shape, sameShape, shapeText } from "../shape.ts";
import { empty } from "../strided.ts";
import { contractInto } from "./contract.ts";
import {
  type Contraction,
  lengthsOf,
  matrixProduct,
  shapeOfLabels,
  tensorProduct,
  vectorProduct,
} from "./contraction.ts";
import { contractBlocks } from "./distributed.ts";
import { blasProduct } from "./gemm/blas.ts";

type DTypeOf<A extends AnyArray> = A["dtype"];

/** Distributed where an operand is, with the dtype that holds both. */
export type ProductOf<A extends AnyArray, B extends AnyArray> = [Extract<A | B, DArray>] extends [
  never,
]
  ? NDArray<Promote<DTypeOf<A>, DTypeOf<B>>>
  : DArray<Promote<DTypeOf<A>, DTypeOf<B>>>;

/**
 * The product of matrices, of stacks of matrices (axes before the last two broadcast), or of a vector, which is a row
 * on the left and a column on the right. Distributed ones may be cut in any way: the product is cut as the rows of
 * the first and the columns of the second are.
 * @throws where the last axis of the first and the last but one of the second differ
 */
export function matmul<A extends AnyArray, B extends AnyArray>(a: A, b: B): ProductOf<A, B>;
/** As the function of a task: `spawn(matmul, a, task)`. */
export function matmul(a: NDArray, b: NDArray): NDArray;
export function matmul(a: AnyArray, b: AnyArray): AnyArray {
  for (const each of [a, b]) checkArray("matmul", each);
  return product("matmul", matrixProduct(a.shape, b.shape), a, b);
}

/** The sum of the products of all elements of two arrays of one shape; of distributed ones a promise of it. */
export function dot<A extends DType, B extends DType>(
  a: NDArray<A>,
  b: NDArray<B>,
): ValueOf<Promote<A, B>>;
export function dot<A extends AnyArray, B extends AnyArray>(
  a: A,
  b: B,
): Promise<ValueOf<Promote<DTypeOf<A>, DTypeOf<B>>>>;
export function dot(a: AnyArray, b: AnyArray): unknown {
  for (const each of [a, b]) checkArray("dot", each);
  if (!sameShape(a.shape, b.shape)) {
    throw invalidArgument(
      `dot takes arrays of one shape, not ${shapeText(a.shape)} and ${shapeText(b.shape)}; matmul and tensordot sum over some of their axes`,
    );
  }
  const labels = a.shape.map((_, axis) => axis);
  const made = product("dot", { a: labels, b: labels, out: [] }, a, b);
  return isNDArray(made) ? made.get() : onlyElement(made);
}

async function onlyElement(array: DArray): Promise<unknown> {
  using own = array;
  return (await own.collect()).get();
}

export interface VecdotOptions {
  /** The axis that is summed over, in both arrays; the last by default. */
  readonly axis?: number;
}

/**
 * The sums of products along one axis, whose other axes broadcast. Of complex numbers the first factor is conjugated.
 */
export function vecdot<A extends AnyArray, B extends AnyArray>(
  a: A,
  b: B,
  options: VecdotOptions = {},
): ProductOf<A, B> {
  for (const each of [a, b]) checkArray("vecdot", each);
  checkNames(options, ["axis"], "vecdot");
  const { axis = -1 } = options;
  // Counted from the end, where the axes of both are aligned.
  const least = Math.min(a.ndim, b.ndim);
  const last = normalizeAxis(axis, axis < 0 ? least : Math.max(a.ndim, b.ndim));
  const fromEnd = axis < 0 ? least - last : Math.max(a.ndim, b.ndim) - last;
  const axes = [normalizeAxis(-fromEnd, a.ndim), normalizeAxis(-fromEnd, b.ndim)] as const;
  const own = isComplex(a.dtype) ? conjugate(a) : a;
  return product("vecdot", vectorProduct(a.shape, b.shape, axes), own, b) as ProductOf<A, B>;
}

const conjugateOf = ({ re, im }: Complex): Complex => ({ re, im: -im });

const conjugate = (array: AnyArray): AnyArray =>
  isDArray(array)
    ? array.map(conjugateOf as never, { dtype: array.dtype })
    : (array as NDArray).map(conjugateOf as never, { dtype: array.dtype });

/** All products of an element of the first array and one of the second; of a vector and a vector a matrix. */
export function outer<A extends AnyArray, B extends AnyArray>(a: A, b: B): ProductOf<A, B> {
  for (const each of [a, b]) checkArray("outer", each);
  return product("outer", tensorProduct(a.shape, b.shape, [[], []]), a, b) as ProductOf<A, B>;
}

/** How many of the last axes of the first and first axes of the second, or which of each. */
export type TensorAxes = number | readonly [readonly number[], readonly number[]];

/** The sum of products over pairs of axes. By default over the last two of the first and the first two of the second. */
export function tensordot<A extends AnyArray, B extends AnyArray>(
  a: A,
  b: B,
  axes: TensorAxes = 2,
): ProductOf<A, B> {
  for (const each of [a, b]) checkArray("tensordot", each);
  const pairs = pairsOf(axes, a.shape, b.shape);
  return product("tensordot", tensorProduct(a.shape, b.shape, pairs), a, b) as ProductOf<A, B>;
}

function pairsOf(axes: TensorAxes, a: Shape, b: Shape): [number[], number[]] {
  if (typeof axes === "number") {
    const most = Math.min(a.length, b.length);
    if (!Number.isInteger(axes) || axes < 0 || axes > most) {
      throw invalidArgument(
        `tensordot over ${String(axes)} axes: these arrays have ${a.length} and ${b.length}; use an integer from 0 to ${most}`,
      );
    }
    const first = Array.from({ length: axes }, (_, i) => i);
    return [first.map((i) => a.length - axes + i), first];
  }
  if (!Array.isArray(axes) || axes.length !== 2 || !axes.every(Array.isArray)) {
    throw invalidArgument("tensordot takes a number of axes, or two lists: [[1], [0]]");
  }
  const [own, others] = [
    axes[0].map((axis: number) => normalizeAxis(axis, a.length)),
    axes[1].map((axis: number) => normalizeAxis(axis, b.length)),
  ];
  const isTwice = [own, others].some((list) => new Set(list).size < list.length);
  if (own.length !== others.length || isTwice) {
    throw invalidArgument(
      `tensordot over axes ${shapeText(axes[0])} and ${shapeText(axes[1])}: name as many of each, and none twice`,
    );
  }
  return [own, others];
}

/** The product of two arrays by labels. @throws where lengths do not fit, before anything runs */
export function product(
  name: string,
  contraction: Contraction,
  a: AnyArray,
  b: AnyArray,
): AnyArray {
  const lengths = lengthsOf(name, contraction, [a.shape, b.shape]);
  const dtype = promote(a.dtype, b.dtype);
  if (isDArray(a) || isDArray(b)) {
    blasProduct(dtype); // what cannot be used is found out here
    return new BlockArray(contractBlocks(name, contraction, a, b, dtype));
  }
  const out = empty(shapeOfLabels(contraction.out, lengths), dtype);
  contractInto(out, contraction, a as NDArray, b as NDArray);
  return arrayOf(out);
}
