/** How verbs are called: `verb(xs, options?)` and `verb(fn, xs, options?)`. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkFoldOptions, FOLD_OPTIONS, type FoldOptions } from "../options.ts";
import { pipelineOf } from "../pipe.ts";
import type { Pipeline } from "../pipeline.ts";
import type { AnyTransducer } from "../stages.ts";
import { mapping } from "../transducers/mapping.ts";

export type Fn = (element: never) => unknown;

export interface InitOptions<A> extends FoldOptions {
  /** Comes before all elements, once. */
  readonly init?: A | undefined;
}

export interface Call {
  readonly fn: Fn | undefined;
  readonly pipeline: Pipeline;
  readonly options: InitOptions<unknown>;
}

/** @throws BodkinError for wrong arguments */
export function callOf(
  verb: string,
  args: readonly unknown[],
  names: readonly string[] = FOLD_OPTIONS,
): Call {
  const fn = typeof args[0] === "function" ? (args[0] as Fn) : undefined;
  const [xs, options = {}] = fn ? args.slice(1) : args;
  checkFoldOptions(options as FoldOptions, `folds.${verb}()`, names);
  return { fn, pipeline: pipelineOf(xs, `folds.${verb}`), options: options as FoldOptions };
}

/** A call whose function comes first and must be there. */
export function callWith(
  verb: string,
  args: readonly unknown[],
  names?: readonly string[],
): Call & { readonly fn: Fn } {
  if (typeof args[0] !== "function") {
    throw invalidArgument(`folds.${verb}(fn, xs) takes a function first`);
  }
  return { ...callOf(verb, args, names), fn: args[0] as Fn };
}

/** The function of each element, where there is one. */
export const mapped = ({ fn, pipeline }: Call): Pipeline => (fn ? through(pipeline, fn) : pipeline);

export const through = (pipeline: Pipeline, fn: Fn): Pipeline => ({
  ...pipeline,
  transducers: [...pipeline.transducers, mapping(fn as never) as AnyTransducer],
});
