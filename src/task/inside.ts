/** What a task may ask about itself and where it runs. */

import { type Context, findContext } from "../runtime/context.ts";
import { currentFrame, type RunningTask } from "../runtime/frame.ts";
import { BodkinError } from "../wire/errors.ts";
import type { Processor } from "./scope.ts";

function current(what: string): RunningTask {
  const task = currentFrame()?.task;
  if (!task)
    throw new BodkinError(
      "INVALID_ARGUMENT",
      `${what} is for code that runs in a task; ask inTask() first`,
    );
  return task;
}

/** Whether this code runs in a task. */
export function inTask(): boolean {
  return currentFrame()?.task !== undefined;
}

/** The id of the task that runs this code. @throws BodkinError outside of tasks */
export function taskId(): string {
  return current("taskId()").id;
}

/** The processor that runs this code. @throws BodkinError outside of tasks */
export function taskProcessor(): Processor {
  current("taskProcessor()");
  const device = findContext()?.seat.device;
  if (device !== undefined) return { kind: "gpu", worker: myid(), device };
  return { kind: "thread", worker: myid(), thread: threadid() };
}

/** Number of the process: 1 is the one that started. */
export function myid(): number {
  return (findContext() as Context | undefined)?.worker ?? 1;
}

/** Number of the compute thread, from 1; 0 on the main thread of a process. */
export function threadid(): number {
  return findContext()?.seat.slot ?? 0;
}

/** Whether the task that runs this code was cancelled: its result is not wanted any more. */
export function isCancelled(): boolean {
  return current("isCancelled()").isCancelled();
}

/** Throws an `AbortError` if the task that runs this code was cancelled. */
export function throwIfCancelled(): void {
  const task = current("throwIfCancelled()");
  if (task.isCancelled()) throw new DOMException(`task '${task.name}' was cancelled`, "AbortError");
}
