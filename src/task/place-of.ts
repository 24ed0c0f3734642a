/** Where a task may run: what its options ask for, where its arguments must stay, and who there is. */

import type { AnyFunction } from "../closure/codec.ts";
import { currentMembers } from "../cluster/members.ts";
import { ensureNode } from "../cluster/session.ts";
import { cannotRunOnDevice, canUseDevice } from "../gpu/registry.ts";
import type { Context } from "../runtime/context.ts";
import { PLACE } from "../sched/layout.ts";
import {
  ANY_BOXES,
  intersect,
  mayHoldUnknown,
  processorsIn,
  type ScopeBoxes,
  scopeKey,
  scopeText,
  slotOfProcessor,
  withDevices,
} from "../sched/scope.ts";
import { SchedulingError } from "../wire/errors.ts";
import { ChunkHandle } from "./chunk.ts";
import { GivenTask } from "./given-task.ts";
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
export function scopeOfArgument(arg: unknown): ScopeBoxes | undefined {
  if (arg instanceof GivenTask) return arg.task.boxes;
  return arg instanceof TaskHandle || arg instanceof ChunkHandle || arg instanceof Shard
    ? arg.boxes
    : undefined;
}

export function placeOf(
  context: Context,
  options: TaskOptions | undefined,
  args: readonly unknown[],
  fn: AnyFunction,
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
    const both = boxes ? intersect(boxes, withDevices(own)) : own;
    if (both.length === 0) {
      return new SchedulingError(
        `Current scope and argument Chunk scope are not compatible: ${scopeText(boxes ?? [])} and ${scopeText(own)} have no processor in common`,
      );
    }
    boxes = both;
  }
  if (!boxes) return defaultPlace(context);
  const isForDevices = !boxes.every(isOfThreads) && canUseDevice(fn) && scopeKey(boxes) !== ANY_KEY;
  const usable = isForDevices ? boxes : boxes.filter(isOfThreads);
  if (usable.length === 0 && boxes.length > 0) {
    return new SchedulingError(
      `No processors available, try widening scope: there are only GPUs in ${scopeText(boxes)}, and ${cannotRunOnDevice(fn.name || "anonymous")}`,
    );
  }
  return resolve(context, usable);
}

/** Devices are used only where they are named. */
const ANY_KEY = scopeKey(ANY_BOXES);
const isOfThreads = ({ kind }: ScopeBoxes[number]): boolean => kind === "thread";

function resolve(context: Context, boxes: ScopeBoxes): Place | SchedulingError {
  const members = currentMembers();
  const found = processorsIn(boxes, members);
  // The placer looks for devices, and says why there is none.
  const isUnknown = mayHoldUnknown(boxes, members).length > 0;
  if (isUnknown || (found.length === 0 && !boxes.every(isOfThreads))) return { set: PLACE, boxes };
  if (found.length === 0) {
    return new SchedulingError(
      `No processors available, try widening scope: there is none of ${scopeText(boxes)}`,
    );
  }
  const own = members.find(({ worker }) => worker === context.worker);
  if (!own || found.some(({ worker }) => worker !== context.worker)) return { set: PLACE, boxes };
  if (found.length === own.threads && found.every(({ kind }) => kind === "thread")) {
    return ANY_THREAD;
  }
  return { set: context.table.setOf(found.map((each) => slotOfProcessor(each, own))) };
}
