/**
 * Runs a fold: submits the tasks of parts, looks at their results in order, and stops at the first one that is
 * the last. Where nothing can end early all is submitted at once, and nobody looks before the end.
 */

import { currentMembers } from "../cluster/members.ts";
import { TAG } from "../sched/layout.ts";
import { ANY_BOXES, processorsIn } from "../sched/scope.ts";
import { Operation } from "../task/operation.ts";
import type { Task, TaskHandle } from "../task/task.ts";
import { type CutOptions, Flow, type Pipeline } from "./pipeline.ts";
import type { Part, Parts } from "./source.ts";
import { stageOf } from "./stages.ts";
import { isLast } from "./tasks.ts";

export interface RunOptions extends CutOptions {
  /** What its tasks are called. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  /** What is done with an element may make it the last one that counts. */
  readonly mayStop: boolean;
}

/** What is done with the parts. */
export interface Plan<R> {
  readonly parts: Parts;
  /** The task of a part. */
  submit(part: Part): Task<unknown>;
  /** Takes the result of a part, in order. */
  take(result: Task<unknown>): void;
  /** The value of all that was taken. */
  finish(waiting: { readonly signal?: AbortSignal | undefined }): Promise<R>;
}

/** Parts on their way at a time for each processor, where it is not known how many will be needed. */
const AHEAD = 4;

/** @throws TaskFailedError of the first part that failed, unless the fold ended before it */
export async function runFold<R>(
  pipeline: Pipeline,
  options: RunOptions,
  makePlan: (operation: Operation, flow: Flow) => Plan<R>,
): Promise<R> {
  options.signal?.throwIfAborted();
  using operation = new Operation(options.name);
  const flow = new Flow(operation, pipeline, options);
  const mayStop = options.mayStop || !pipeline.transducers.every(stageOf);
  try {
    const plan = makePlan(operation, flow);
    return await (mayStop ? inSteps(operation, plan, options) : atOnce(operation, plan, options));
  } finally {
    operation.leaveQueue();
    flow.stop();
    for (const task of flow.tasks) task.dispose();
  }
}

async function atOnce<R>(operation: Operation, plan: Plan<R>, { signal }: RunOptions): Promise<R> {
  const results: Task<unknown>[] = [];
  for (const part of plan.parts) {
    const task = plan.submit(part);
    results.push(task);
    plan.take(task);
  }
  const value = plan.finish({ signal });
  operation.leaveQueue();
  try {
    return await value;
  } catch (error) {
    for (const task of results) await succeeded(task, signal);
    throw error;
  }
}

async function inSteps<R>(operation: Operation, plan: Plan<R>, { signal }: RunOptions): Promise<R> {
  const ahead: Task<unknown>[] = [];
  let broken: { readonly error: unknown } | undefined;
  const fill = (): void => {
    while (!broken && ahead.length < AHEAD * processorCount()) {
      try {
        const { done, value } = plan.parts.next();
        if (done) return;
        ahead.push(plan.submit(value));
      } catch (error) {
        broken = { error }; // unless the fold ends before it comes to this
      }
    }
  };
  fill();
  operation.leaveQueue();
  for (let task = ahead.shift(); task; task = ahead.shift()) {
    await succeeded(task, signal);
    const isEnd = await endsWith(task, operation);
    plan.take(task);
    if (isEnd) return plan.finish({ signal });
    fill();
  }
  if (broken) throw broken.error;
  return plan.finish({ signal });
}

/** @throws TaskFailedError if a task failed */
export async function succeeded(
  task: Task<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  await task.wait({ signal });
  const { outcome } = task as TaskHandle<unknown>;
  if (outcome === undefined || outcome.tag === TAG.error) await task.fetch();
}

/** Whether nothing counts after a result. */
async function endsWith(task: Task<unknown>, operation: Operation): Promise<boolean> {
  const { outcome, context } = task as TaskHandle<unknown>;
  if (outcome?.tag !== TAG.chunk) return false;
  const kind = context.heap.kindOf(outcome.word);
  return kind !== "typed" && kind !== "array" && operation.submit(isLast, task).fetch();
}

const processorCount = (): number => Math.max(2, processorsIn(ANY_BOXES, currentMembers()).length);
