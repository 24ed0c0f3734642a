/** Hears of every task that is spawned while a function runs; for `waitAll(() => …)`. */

import { submitPostponed } from "./postponed.ts";
import type { Task } from "./task.ts";

const collectors: Task<unknown>[][] = [];

export const isCollecting = (): boolean => collectors.length > 0;

export function collectTask(task: Task<unknown>): void {
  if (collectors.length === 0) return;
  for (const collector of collectors) collector.push(task);
}

/** The tasks that a synchronous function spawns, and what it gives. */
export function collecting<T>(body: () => T): {
  readonly tasks: readonly Task<unknown>[];
  readonly result: T;
} {
  submitPostponed();
  const tasks: Task<unknown>[] = [];
  collectors.push(tasks);
  try {
    return { result: body(), tasks };
  } finally {
    collectors.pop();
  }
}
