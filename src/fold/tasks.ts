/**
 * What the tasks of folds run; they travel by name. A part comes to a result, results of neighbouring parts to one.
 * A result that needs nothing of what comes after is `Last`; so is the list of a part after which there is nothing.
 */

import { elementsOf } from "./chunked.ts";
import { NOTHING, runLoop, type StageKind } from "./loop.ts";
import {
  isReduced,
  type ReduceFunction,
  type Reducer,
  type Transducer,
  unreduced,
} from "./protocol.ts";

type Functions = readonly ((...args: never[]) => unknown)[];
type Step = ReduceFunction<unknown, unknown>;
type Combine = (a: unknown, b: unknown) => unknown;

/** The result or list after which nothing counts. */
export class Last {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

export const isLast = (value: unknown): boolean => value instanceof Last;

/** How a task reads and transforms elements; the functions come beside it. */
export interface LoopSpec {
  readonly isRange: boolean;
  readonly kinds: readonly StageKind[];
}

/** Elements of a part, through stages, into a result. */
function take(
  spec: LoopSpec,
  step: Step,
  initial: unknown,
  part: unknown,
  from: number,
  to: number,
  functions: Functions,
): unknown {
  const stages = functions.slice(0, spec.kinds.length);
  const others = functions.slice(spec.kinds.length) as unknown as Transducer<unknown, unknown>[];
  const values = elementsOf((part instanceof Last ? part.value : part) as object);
  const elements = {
    values,
    isRange: spec.isRange,
    from,
    to: spec.isRange ? to : Math.min(to, values.length),
  };
  const inner = composed(others, [() => initial, (result) => result, step])[2];
  const result = runLoop(elements, spec.kinds, stages, inner, initial);
  if (isReduced(result)) return new Last(result.deref());
  return part instanceof Last ? new Last(result) : result;
}

/** The reducer that leads elements through transducers, the first one first. */
export function composed<R>(
  transducers: readonly Transducer<unknown, unknown>[],
  reducer: Reducer<unknown, R>,
): Reducer<unknown, R> {
  return transducers.reduceRight((inner, transducer) => transducer(inner), reducer);
}

/** The result of a part. */
export function reducePart(
  spec: LoopSpec,
  init: (() => unknown) | undefined,
  step: Step,
  part: unknown,
  from: number,
  to: number,
  ...functions: Functions
): unknown {
  return take(spec, step, init ? init() : NOTHING, part, from, to, functions);
}

/** Calls with the elements of a part, and what its tasks have for themselves. `Last` of what one gave as `Reduced`. */
export function visitPart(
  spec: LoopSpec,
  scratch: (() => unknown) | undefined,
  fn: Visit,
  part: unknown,
  from: number,
  to: number,
  ...functions: Functions
): unknown {
  const own = scratch?.();
  const step: Step = scratch
    ? (_, element) => endOf(fn(element as never, own as never))
    : endIfReduced;
  const last = { ...spec, kinds: scratch ? spec.kinds : [...spec.kinds, "map" as const] };
  const count = spec.kinds.length;
  const stages = scratch
    ? functions
    : [...functions.slice(0, count), fn as Functions[number], ...functions.slice(count)];
  const result = take(last, step, undefined, part, from, to, stages);
  return result instanceof Last ? result : undefined;
}

export type Visit = (element: never, scratch: never) => unknown;

const endOf = (given: unknown): unknown => (isReduced(given) ? given : undefined);
/** With the call itself in the loop, where engines inline it. */
const endIfReduced: Step = (_, given) => endOf(given);

/** The elements that come of a part, as a list. */
export function listPart(
  spec: LoopSpec,
  part: unknown,
  from: number,
  to: number,
  ...functions: Functions
): unknown {
  const list = take(spec, push as Step, [], part, from, to, functions);
  return list instanceof Last
    ? new Last(compact(list.value as unknown[]))
    : compact(list as unknown[]);
}

export const push = (list: unknown[], element: unknown): unknown[] => {
  list.push(element);
  return list;
};

/** Numbers as a typed array, which moves without being read. */
export function compact(list: unknown[]): ArrayLike<unknown> {
  const isNumeric = list.length > 0 && list.every((each) => typeof each === "number");
  return isNumeric ? new Float64Array(list as number[]) : list;
}

/** The result of two or more neighbouring parts; those after the last one that counts are left out. */
export function combineResults(combine: Combine, ...results: unknown[]): unknown {
  const end = results.findIndex(isLast);
  const counted = (end < 0 ? results : results.slice(0, end + 1)).map((each) =>
    each instanceof Last ? each.value : each,
  );
  const result = balanced(
    combine,
    counted.filter((each) => each !== NOTHING),
  );
  return end < 0 ? result : new Last(result);
}

/** The value of results; `NOTHING` where no element came and there is nothing to begin with. */
export function finishResult(
  init: (() => unknown) | undefined,
  combine: Combine,
  complete: (result: unknown) => unknown,
  ...results: unknown[]
): unknown {
  const combined = combineResults(combine, ...results);
  const found = combined instanceof Last ? combined.value : combined;
  const result = found === NOTHING && init ? init() : found;
  return result === NOTHING ? NOTHING : unreduced(complete(result));
}

export const valueOfLast = (result: unknown): unknown =>
  result instanceof Last ? result.value : undefined;

/** Neighbours first, so that errors of rounding grow with the logarithm of the count. */
function balanced(combine: Combine, results: readonly unknown[]): unknown {
  if (results.length === 0) return NOTHING;
  if (results.length === 1) return results[0];
  const middle = results.length >> 1;
  return unreduced(
    combine(balanced(combine, results.slice(0, middle)), balanced(combine, results.slice(middle))),
  );
}
