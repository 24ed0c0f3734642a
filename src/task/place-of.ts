/** Where a task may run: what its options ask for, where its arguments must stay, and who there is. */

import { currentMembers } from "../cluster/members.ts";
import { ensureNode } from "../cluster/session.ts";
import type { Context } from "../runtime/context.ts";
import { PLACE } from "../sched/layout.ts";
import { intersect, processorsIn, type ScopeBoxes, scopeText } from "../sched/scope.ts";
import { SchedulingError } from "../wire/errors.ts";
import { ChunkHandle } from "./chunk.ts";
import type { TaskOptions } from "./options.ts";
import { boxesOf } from "./scope.ts";
import { Shard } from "./shard.ts";
import { TaskHandle } from "./task.ts";

export interface Place {
  /** Number of a processor set of this process, 0 for any thread, or `PLACE`. */
  readonly set: number;
  /** For the placer; absent: the default scope. */
  readonly boxes?: ScopeBoxes;
}

const ANY_THREAD: Place = { set: 0 };
const PLACER: Place = { set: PLACE };

const isShared = (): boolean => currentMembers().length > 1 || (ensureNode()?.isShared ?? false);

export function defaultPlace(context: Context): Place {
  const members = currentMembers();
  if (members.length > 1) return PLACER;
  return context.seat.slot === 0 && isShared() ? PLACER : ANY_THREAD;
}

/** Where users of an argument must run, if it says so. */
export const scopeOfArgument = (arg: unknown): ScopeBoxes | undefined =>
  arg instanceof TaskHandle || arg instanceof ChunkHandle || arg instanceof Shard
    ? arg.boxes
    : undefined;

export function placeOf(
  context: Context,
  options: TaskOptions | undefined,
  args: readonly unknown[],
): Place | SchedulingError {
  const asked = options?.computeScope ?? options?.scope;
  let boxes: ScopeBoxes | undefined = asked && boxesOf(asked);
  if (options?.resultScope) {
    const result = boxesOf(options.resultScope);
    const both = boxes ? intersect(boxes, result) : result;
    if (boxes && both.length === 0) {
      return new SchedulingError(
        `compute_scope and result_scope are not compatible: ${scopeText(boxes)} and ${scopeText(result)} have no processor in common`,
      );
    }
    boxes = both;
  }
  for (const arg of args) {
    const own = scopeOfArgument(arg);
    if (!own) continue;
    // Data that must stay where it is draws tasks there, unless they say where they want to be.
    const both = boxes ? intersect(boxes, own) : own;
    if (both.length === 0) {
      return new SchedulingError(
        `Current scope and argument Chunk scope are not compatible: ${scopeText(boxes ?? [])} and ${scopeText(own)} have no processor in common`,
      );
    }
    boxes = both;
  }
  return boxes ? resolve(context, boxes) : defaultPlace(context);
}

function resolve(context: Context, boxes: ScopeBoxes): Place | SchedulingError {
  const found = processorsIn(boxes, currentMembers());
  const threads = found.filter(({ kind }) => kind === "thread");
  if (threads.length === 0) {
    const gpus = boxes.some(({ kind }) => kind === "gpu") ? " (no GPU is in use)" : "";
    return new SchedulingError(
      `No processors available, try widening scope: there is none of ${scopeText(boxes)}${gpus}`,
    );
  }
  if (threads.some(({ worker }) => worker !== context.worker)) return { set: PLACE, boxes };
  const all = currentMembers().find(({ worker }) => worker === context.worker)?.threads;
  if (threads.length === all) return ANY_THREAD;
  return { set: context.table.setOf(threads.map(({ unit }) => unit)) };
}
