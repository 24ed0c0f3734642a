/** What folds do with the parts of a flow: reduce them to one value, call a function, or list their elements. */

import type { AnyFunction } from "../closure/codec.ts";
import type { Operation } from "../task/operation.ts";
import type { Task } from "../task/task.ts";
import { endReducer, feedReducer, makeReducer } from "./machine.ts";
import { type Flow, loopOf } from "./pipeline.ts";
import type { Reduced, ReduceFunction } from "./protocol.ts";
import type { Plan } from "./run.ts";
import type { Part } from "./source.ts";
import { itself } from "./stages.ts";
import { combineResults, finishResult, Last, reducePart, valueOfLast, visitPart } from "./tasks.ts";

/** How elements come to a result, and results of neighbouring parts to one. */
export interface Reduction {
  /** Absent: the first element. */
  readonly init?: (() => unknown) | undefined;
  readonly step: ReduceFunction<never, never>;
  /** Absent: one part after the other is taken into the same result. */
  readonly combine?: ((a: never, b: never) => unknown) | undefined;
  readonly complete?: ((result: never) => unknown) | undefined;
  /** Comes before all elements, once. */
  readonly before?: { readonly value: unknown } | undefined;
}

/** A reduction whose functions fit one another. */
export const reductionOf = <T, A, R>(functions: {
  readonly init?: () => A;
  readonly step: (result: A, element: T) => A | Reduced<A>;
  readonly combine: (a: A, b: A) => A;
  readonly complete?: (result: A) => R;
}): Reduction => functions as unknown as Reduction;

/** Results that one task combines. */
const FAN_IN = 8;

/** `NOTHING` where there was no element and nothing to begin with. */
export function reducing(operation: Operation, flow: Flow, reduction: Reduction): Plan<unknown> {
  return reduction.combine
    ? inTree(operation, flow, { ...reduction, combine: reduction.combine })
    : inOrder(operation, flow, reduction);
}

/** The tree depends on the number of parts alone. */
function inTree(
  operation: Operation,
  flow: Flow,
  {
    init,
    step,
    combine,
    complete = itself,
    before,
  }: Reduction & Required<Pick<Reduction, "combine">>,
): Plan<unknown> {
  const { parts, spec, functions } = loopFor(operation, flow);
  const shipped = {
    init: operation.ship(init as AnyFunction | undefined),
    step: operation.ship(step as AnyFunction),
    combine: operation.ship(combine as AnyFunction),
    complete: operation.ship(complete as AnyFunction),
  } as never as Record<"init" | "step" | "combine" | "complete", never>;
  /** Results that wait for their neighbours, of single parts first, then of groups, groups of groups, … */
  const levels: Task<unknown>[][] = [[]];
  const add = (result: Task<unknown>, level: number): void => {
    const own = (levels[level] ??= []);
    own.push(result);
    if (own.length < FAN_IN) return;
    levels[level] = [];
    add(operation.submit(combineResults, shipped.combine, ...(own as never[])), level + 1);
  };
  return {
    parts,
    submit: ({ of, from, to }) =>
      flow.keep(
        operation.submit(
          reducePart as AnyFunction,
          ...([spec, shipped.init, shipped.step, of, from, to, ...functions] as never[]),
        ),
      ),
    take: (result) => add(result, 0),
    finish: (waiting) => {
      const results = levels.toReversed().flat();
      const first = before ? [before.value] : [];
      return operation
        .submit(
          finishResult,
          ...([shipped.init, shipped.combine, shipped.complete, ...first] as const),
          ...(results as never[]),
        )
        .fetch(waiting);
    },
  };
}

/** One part after the other, on the thread that has the result. */
function inOrder(
  operation: Operation,
  flow: Flow,
  { init, step, complete = itself }: Reduction,
): Plan<unknown> {
  const { isStateless, transducers } = flow.rest;
  const isLoop = isStateless && transducers.length > 0;
  const parts = isLoop ? flow.lists() : flow.parts;
  const isRange = flow.isRange && !isLoop;
  const functions = [init, complete, step, ...(isLoop ? [] : transducers)].map((fn) =>
    operation.ship(fn as AnyFunction),
  );
  const machine = operation.pinned(makeReducer as AnyFunction, ...(functions as never[]));
  let before: readonly Task<unknown>[] = [];
  return {
    parts,
    submit: ({ of, from, to }) => {
      const task = operation.submitAfter(
        before,
        feedReducer as AnyFunction,
        ...([machine, isRange, of, from, to] as never[]),
      );
      before = [task];
      return flow.keep(task);
    },
    take: () => undefined,
    finish: (waiting) =>
      operation.submitAfter(before, endReducer as AnyFunction, machine as never).fetch(waiting),
  };
}

/** Calls a function with every element. The value is what it gave as `Reduced`, if it did. */
export function visiting(
  operation: Operation,
  flow: Flow,
  fn: AnyFunction,
  scratch: (() => unknown) | undefined,
): Plan<unknown> {
  const { parts, spec, functions } = loopFor(operation, flow);
  const shipped = [operation.ship(scratch), operation.ship(fn)] as never[];
  let last: Task<unknown> | undefined;
  return {
    parts,
    submit: ({ of, from, to }) =>
      flow.keep(
        operation.submit(
          visitPart as AnyFunction,
          ...([spec, ...shipped, of, from, to, ...functions] as never[]),
        ),
      ),
    take: (result) => {
      last = result;
    },
    finish: async (waiting) => last && operation.submit(valueOfLast, last).fetch(waiting),
  };
}

/** Lists that are fetched at a time. */
const AT_A_TIME = 8;

/** The elements as lists, one a part. */
export function listing(flow: Flow): Plan<ArrayLike<unknown>[]> {
  const tasks: Task<unknown>[] = [];
  return {
    parts: flow.lists(),
    submit: ({ of }: Part) => of as Task<unknown>,
    take: (list) => tasks.push(list),
    finish: (waiting) => fetchLists(tasks, waiting),
  };
}

/** The lists that tasks give, in order. */
export async function fetchLists(
  tasks: readonly Task<unknown>[],
  waiting: { readonly signal?: AbortSignal | undefined },
): Promise<ArrayLike<unknown>[]> {
  const lists: ArrayLike<unknown>[] = [];
  const indices = tasks.keys();
  const carry = async (): Promise<void> => {
    for (const index of indices) {
      const list = await (tasks[index] as Task<unknown>).fetch(waiting);
      lists[index] = (list instanceof Last ? list.value : list) as ArrayLike<unknown>;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, carry));
  return lists;
}

/** The elements of a flow as a loop takes them: after what keeps state, through what does not. */
function loopFor(operation: Operation, flow: Flow) {
  const { isStateless, transducers } = flow.rest;
  const loop = loopOf(operation, isStateless && flow.isRange, isStateless ? transducers : []);
  return { ...loop, parts: isStateless ? flow.parts : flow.lists() };
}
