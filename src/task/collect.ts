/** Hears of every task that is spawned while a function runs; for `waitAll(() => …)`. */

import type { Task } from "./task.ts";

const collectors: Task<unknown>[][] = [];

export function collectTask(task: Task<unknown>): void {
  if (collectors.length === 0) return;
  for (const collector of collectors) collector.push(task);
}

/** The tasks that a synchronous function spawns, and what it gives. */
export function collecting<T>(body: () => T): {
  readonly tasks: readonly Task<unknown>[];
  readonly result: T;
} {
  const tasks: Task<unknown>[] = [];
  collectors.push(tasks);
  try {
    return { result: body(), tasks };
  } finally {
    collectors.pop();
  }
}
