/** Folding with functions of the user. */

import { BodkinError, invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { NOTHING } from "./loop.ts";
import { checkFoldOptions, checkFunction, FOLD_OPTIONS, type FoldOptions } from "./options.ts";
import { type Collection, pipelineOf } from "./pipe.ts";
import type { Pipeline } from "./pipeline.ts";
import { type Reduction, reducing } from "./plans.ts";
import type { Reduced, Reducer, Transducer } from "./protocol.ts";
import { type RunOptions, runFold } from "./run.ts";
import { checkTransducer } from "./stages.ts";

/** How elements `T` come to a result `A`, in parts that are combined in order. */
export interface FoldFunctions<T, A, R = A> {
  /** The result of no elements. Each part begins with one, so `combine` must leave the other result as it is. */
  readonly init: () => A;
  /** Takes an element. `reduced(result)` ends the fold: elements after it do not count. */
  readonly step: (result: A, element: T) => A | Reduced<A>;
  /** The result of two neighbouring parts. Must be associative. Without it parts are taken one after the other. */
  readonly combine?: ((left: A, right: A) => A) | undefined;
  /** What becomes of the result of all. */
  readonly complete?: ((result: A) => R) | undefined;
}

export interface ReducerOptions<A> extends FoldOptions {
  /** The result of two neighbouring parts; without it parts are taken one after the other. */
  readonly combine?: ((left: A, right: A) => A) | undefined;
}

/**
 * Brings the elements of a collection to one value, its parts beside one another. The value does not depend on
 * who computes what. A reducer of `@thi.ng/transducers` gives what it would give there.
 * @throws TaskFailedError of the first part that failed
 */
export function fold<T, A, R = A>(
  xs: Collection<T, unknown>,
  functions: FoldFunctions<T, A, R>,
  options?: FoldOptions,
): Promise<R>;
export function fold<T, A>(
  xs: Collection<T, unknown>,
  reducer: Reducer<T, A>,
  options?: ReducerOptions<A>,
): Promise<A>;
/** Folds what comes of the elements through a transducer. */
export function fold<T, U, A, R = A>(
  xs: Collection<T, unknown>,
  transducer: Transducer<T, U>,
  functions: FoldFunctions<U, A, R>,
  options?: FoldOptions,
): Promise<R>;
export function fold<T, U, A>(
  xs: Collection<T, unknown>,
  transducer: Transducer<T, U>,
  reducer: Reducer<U, A>,
  options?: ReducerOptions<A>,
): Promise<A>;
export function fold(xs: unknown, ...rest: readonly unknown[]): Promise<unknown> {
  const own = pipelineOf(xs, "fold");
  const isFunctions = (value: unknown): boolean =>
    Array.isArray(value) || (typeof value === "object" && value !== null && !("xform" in value));
  if (isFunctions(rest[0])) return foldWith(own, rest[0], rest[1]);
  const transducers = [...own.transducers, checkTransducer(rest[0], "fold")];
  if (isFunctions(rest[1])) return foldWith({ ...own, transducers }, rest[1], rest[2]);
  throw invalidArgument(
    "fold(xs, functions) takes { init, step, combine } or a reducer [init, complete, reduce] after the collection",
  );
}

function foldWith(pipeline: Pipeline, how: unknown, given: unknown = {}): Promise<unknown> {
  const isReducer = Array.isArray(how);
  const names = isReducer ? [...FOLD_OPTIONS, "combine"] : FOLD_OPTIONS;
  const options = checkFoldOptions(given as ReducerOptions<unknown>, "fold()", names);
  if (!isReducer) checkNames(how as object, ["init", "step", "combine", "complete"], "fold()");
  const { init, step, combine, complete } = isReducer
    ? { init: how[0], complete: how[1], step: how[2], combine: options.combine }
    : (how as FoldFunctions<unknown, unknown>);
  const example = "fold(xs, { init: () => 0, step: (a, x) => a + x, combine: (a, b) => a + b })";
  checkFunction(init, "fold: init", example);
  checkFunction(step, "fold: step", example);
  if (combine !== undefined) checkFunction(combine, "fold: combine", example);
  if (complete !== undefined) checkFunction(complete, "fold: complete", example);
  return reduceWith(pipeline, { init, step, combine, complete } as Reduction, {
    name: "fold",
    isOrdered: true,
    mayStop: true,
    ...options,
  });
}

/** Runs a fold. @throws BodkinError `EMPTY_RESULT` where there is no value */
export async function reduceWith(
  pipeline: Pipeline,
  reduction: Reduction,
  options: RunOptions,
): Promise<unknown> {
  const value = await runFold(pipeline, options, (operation, flow) =>
    reducing(operation, flow, reduction),
  );
  if (value !== NOTHING) return value;
  throw new BodkinError(
    "EMPTY_RESULT",
    `${options.name} of no elements has no value; give one to begin with, as { init: 0 }`,
  );
}
