/**
 * Scans: what a function makes of each element and all before it. First every part comes to one value, those
 * come to what is before each part, and then all parts are scanned beside one another.
 */

import type { AnyFunction } from "../closure/codec.ts";
import type { Operation } from "../task/operation.ts";
import type { Task } from "../task/task.ts";
import { elementsOf } from "./chunked.ts";
import { NOTHING } from "./loop.ts";
import type { Flow, Pipeline } from "./pipeline.ts";
import { fetchLists } from "./plans.ts";
import { type Plan, runFold } from "./run.ts";
import { compact, Last } from "./tasks.ts";
import type { InitOptions } from "./verbs/call.ts";

type Join = (a: unknown, b: unknown) => unknown;

export async function scanParts(
  verb: string,
  pipeline: Pipeline,
  join: Join,
  { init, ...options }: InitOptions<unknown>,
): Promise<unknown[]> {
  const run = { ...options, name: verb, isOrdered: true, mayStop: false };
  const lists = await runFold(pipeline, run, (operation, flow) =>
    scanning(operation, flow, join, init === undefined ? NOTHING : init),
  );
  return lists.flatMap((list) => Array.from(list));
}

function scanning(
  operation: Operation,
  flow: Flow,
  join: Join,
  init: unknown,
): Plan<ArrayLike<unknown>[]> {
  const shipped = operation.ship(join as AnyFunction) as never;
  const scanned: Task<unknown>[] = [];
  let before: unknown = init;
  return {
    parts: flow.lists(),
    submit: ({ of }) => of as Task<unknown>,
    take: (list) => {
      scanned.push(flow.keep(operation.submit(scanList, shipped, before, list)));
      const total = operation.submit(totalOf, shipped, list);
      before = flow.keep(operation.submit(joined, shipped, before, flow.keep(total)));
    },
    finish: (waiting) => fetchLists(scanned, waiting),
  };
}

const listIn = (part: unknown): ArrayLike<unknown> =>
  elementsOf((part instanceof Last ? part.value : part) as object);

/** Run as a task: all elements joined. */
export function totalOf(join: Join, part: unknown): unknown {
  return Array.from(listIn(part)).reduce(
    (total, element) => joined(join, total, element),
    NOTHING as unknown,
  );
}

/** Run as a task: two values joined, of which either may be none. */
export function joined(join: Join, a: unknown, b: unknown): unknown {
  if (a === NOTHING) return b;
  return b === NOTHING ? a : join(a, b);
}

/** Run as a task: the scan of a part, after what is before it. */
export function scanList(join: Join, before: unknown, part: unknown): unknown {
  let current = before;
  return compact(
    Array.from(listIn(part), (element) => {
      current = joined(join, current, element);
      return current;
    }),
  );
}
