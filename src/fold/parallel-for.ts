/** The parallel loop: a function called with every element, the chunks beside one another. */

import type { AnyFunction } from "../closure/codec.ts";
import { checkFoldOptions, checkFunction, FOLD_OPTIONS, type FoldOptions } from "./options.ts";
import { type Collection, pipelineOf } from "./pipe.ts";
import { visiting } from "./plans.ts";
import type { Reduced } from "./protocol.ts";
import { changeAll, References } from "./references.ts";
import { runFold } from "./run.ts";

export interface LoopOptions<S> extends FoldOptions {
  /** What each task has for itself, made before its first element: `{ scratch: () => new Float64Array(100) }`. */
  readonly init?: { readonly scratch: () => S } | undefined;
}

/**
 * Calls a function with every element, and the task's scratch data. Its order is free but within a chunk. `reduced(value)`
 * ends the loop: the value of the first element that ends it is that of the loop, otherwise undefined; other tasks may
 * have gone further.
 * @throws TaskFailedError of the first chunk that failed
 */
export function parallelFor<T, R = never, S = undefined>(
  xs: Collection<T, unknown> | References<T>,
  // biome-ignore lint/suspicious/noConfusingVoidType: functions without return are what loops are made for
  fn: (element: T, scratch: S) => void | Reduced<R>,
  options: LoopOptions<S> = {},
): Promise<R | undefined> {
  checkFunction(fn, "parallelFor(xs, fn): fn", "parallelFor(xs, (x) => { … })");
  checkFoldOptions(options, "parallelFor()", [...FOLD_OPTIONS, "init"]);
  const { init, ...others } = options;
  if (init)
    checkFunction(init.scratch, "parallelFor: init.scratch", "{ init: { scratch: () => [] } }");
  if (xs instanceof References) return changeAll(xs, fn as AnyFunction, init?.scratch, others);
  return runFold(
    pipelineOf(xs, "parallelFor"),
    { ...others, name: "parallelFor", isOrdered: true, mayStop: true },
    (operation, flow) => visiting(operation, flow, fn as AnyFunction, init?.scratch),
  ) as Promise<R | undefined>;
}
