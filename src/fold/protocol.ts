/**
 * The protocol of reducers and transducers, which is that of `@thi.ng/transducers`: a reducer is
 * `[init, complete, reduce]`, a transducer makes one reducer of another. Those of the package work here, and
 * ours there.
 */

import { createRequire } from "node:module";

/** Wraps the result of a reduction that needs no more elements. */
export interface Reduced<out R> {
  deref(): R;
}

export type ReduceFunction<in out R, in T> = (result: R, element: T) => R | Reduced<R>;

/** What a reduction begins with, what becomes of its result at the end, and how it takes an element. */
export type Reducer<T, R> = [
  init: () => R,
  complete: (result: R) => R,
  reduce: ReduceFunction<R, T>,
];

/** Makes a reducer of elements `A` out of one of elements `B`. */
export type Transducer<A, B> = <R>(reducer: Reducer<B, R>) => Reducer<A, R>;

declare const SELECTS: unique symbol;

/** A transducer that drops elements and leaves the others as they are, in their order. */
export type Selection<T> = Transducer<T, T> & { readonly [SELECTS]: true };

/** The class with which an end is announced: that of the package where there is one, so that it knows ours. */
const ReducedClass: new (value: unknown) => Reduced<unknown> = findReduced();

function findReduced(): new (value: unknown) => Reduced<unknown> {
  try {
    const found: unknown = createRequire(import.meta.url)("@thi.ng/transducers/reduced");
    return (found as { Reduced: typeof ReducedClass }).Reduced;
  } catch {
    return class Reduced {
      readonly value: unknown;
      constructor(value: unknown) {
        this.value = value;
      }
      deref(): unknown {
        return this.value;
      }
    };
  }
}

/** Ends a reduction: `reduced(result)` as what a step gives. What comes after is not looked at. */
export const reduced = <R>(result: R): Reduced<R> => new ReducedClass(result) as Reduced<R>;

export const isReduced = (value: unknown): value is Reduced<unknown> =>
  value instanceof ReducedClass;

export const ensureReduced = <R>(result: R | Reduced<R>): Reduced<R> =>
  isReduced(result) ? (result as Reduced<R>) : reduced(result);

export const unreduced = <R>(result: R | Reduced<R>): R =>
  isReduced(result) ? (result.deref() as R) : (result as R);
