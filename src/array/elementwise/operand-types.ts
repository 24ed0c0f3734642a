/** Types of operands: what a function of elements is given, and which dtype comes of them. */

import type { DType } from "../../memory/dtype.ts";
import type { Complex, Value, ValueOf } from "../element.ts";
import type { ComplexOf, DTypeOfValue, Promote } from "../promotion.ts";

/** Anything with elements of one dtype, local or distributed. */
export interface Typed<D extends DType = DType> {
  readonly dtype: D;
}

export type AnyOperand = Typed | Value;

/** What a function is given of an operand. */
export type ElementOf<T> =
  T extends Typed<infer D>
    ? ValueOf<D>
    : T extends number
      ? number
      : T extends boolean
        ? boolean
        : Complex;

export type ElementsOf<A extends readonly AnyOperand[]> = {
  [K in keyof A]: ElementOf<A[K]>;
};

type ArrayTypes<A extends readonly unknown[]> = A extends readonly [infer Head, ...infer Tail]
  ? Head extends Typed<infer D>
    ? [D, ...ArrayTypes<Tail>]
    : ArrayTypes<Tail>
  : [];

type PromoteAll<L extends readonly DType[], To extends DType = "bool"> = L extends readonly [
  infer Head extends DType,
  ...infer Tail extends readonly DType[],
]
  ? PromoteAll<Tail, Promote<To, Head>>
  : To;

type ValueTypes<A extends readonly unknown[]> = DTypeOfValue<Exclude<A[number], Typed>>;

type WithValues<D extends DType, V> = "c128" extends V
  ? ComplexOf<D>
  : "f64" extends V
    ? D extends "bool"
      ? "f64"
      : D
    : D;

/** The common dtype of arrays and single values beside them. */
export type CommonOf<A extends readonly AnyOperand[]> =
  ArrayTypes<A> extends readonly []
    ? "c128" extends ValueTypes<A>
      ? "c128"
      : "f64" extends ValueTypes<A>
        ? "f64"
        : "bool"
    : WithValues<PromoteAll<ArrayTypes<A>>, ValueTypes<A>>;

export interface ElementwiseOptions<D extends DType = DType> {
  /** Dtype of the result, in place of the one that follows from the operands. */
  readonly dtype?: D | undefined;
  /**
   * `"dtype"`: each operation rounds to the dtypes of what it takes, as in kernels (i32 and u32 wrap), and what kernels
   * cannot say is refused. Otherwise numbers are JavaScript's, rounded when they are stored; on GPUs always the dtypes'.
   */
  readonly compute?: "dtype" | undefined;
  /** Sums of products may be rounded once (FMA): fewer roundings, but other bits on other processors. */
  readonly fast?: boolean | undefined;
}
