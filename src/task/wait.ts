/** Waiting for several tasks. */

import { invalidArgument } from "../wire/errors.ts";
import { collecting } from "./collect.ts";
import { isTask } from "./foreign.ts";
import type { FetchOptions, Task } from "./task.ts";

type Results<T extends readonly Task<unknown>[]> = {
  -readonly [K in keyof T]: T[K] extends Task<infer R> ? R : never;
};

function checked(tasks: Iterable<unknown>, caller: string, others = ""): Task<unknown>[] {
  if (typeof tasks !== "object" || tasks === null || !(Symbol.iterator in tasks)) {
    throw invalidArgument(`${caller} takes a list of tasks${others}: ${caller}([a, b])`);
  }
  const list = [...tasks];
  const wrong = list.findIndex((task) => !isTask(task));
  if (wrong >= 0) throw invalidArgument(`${caller}: element ${wrong} is not a task`);
  return list as Task<unknown>[];
}

/** The results of all tasks, in their order. @throws TaskFailedError of the first in the list that failed */
export async function fetchAll<const T extends readonly Task<unknown>[]>(
  tasks: T,
  options?: FetchOptions,
): Promise<Results<T>>;
export async function fetchAll<T>(tasks: Iterable<Task<T>>, options?: FetchOptions): Promise<T[]>;
export async function fetchAll(
  tasks: Iterable<Task<unknown>>,
  options: FetchOptions = {},
): Promise<unknown[]> {
  const list = checked(tasks, "fetchAll");
  await Promise.all(list.map((task) => task.wait(options)));
  const results: unknown[] = [];
  for (const task of list) results.push(await task.fetch(options));
  return results;
}

/** Waits until one of the tasks is done, and gives it. */
export async function waitAny<T>(
  tasks: Iterable<Task<T>>,
  options: Pick<FetchOptions, "signal"> = {},
): Promise<Task<T>> {
  const list = checked(tasks, "waitAny") as Task<T>[];
  if (list.length === 0) throw invalidArgument("waitAny needs at least one task to wait for");
  return Promise.race(list.map((task) => task.wait(options).then(() => task)));
}

/**
 * Waits until all tasks are done; never throws their errors. Given a function, runs it and waits for every task
 * that it spawns; then gives what it gave.
 */
export function waitAll(
  tasks: Iterable<Task<unknown>>,
  options?: Pick<FetchOptions, "signal">,
): Promise<undefined>;
export function waitAll<T>(body: () => T, options?: Pick<FetchOptions, "signal">): Promise<T>;
export async function waitAll<T>(
  what: Iterable<Task<unknown>> | (() => T),
  options: Pick<FetchOptions, "signal"> = {},
): Promise<T | undefined> {
  if (typeof what === "function") {
    const { tasks, result } = collecting(what);
    await Promise.all(tasks.map((task) => task.wait(options)));
    return result;
  }
  await Promise.all(
    checked(what, "waitAll", ", or a function that spawns them").map((task) => task.wait(options)),
  );
  return undefined;
}
