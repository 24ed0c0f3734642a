/** Who takes the calls of `spawn` in this piece of code, when it is not the scheduler. */

import type { AnyFunction } from "../closure/codec.ts";
import type { TaskOptions } from "./options.ts";
import type { TaskHandle } from "./task.ts";

export interface Recorder {
  record(
    fn: AnyFunction,
    args: readonly unknown[],
    options: TaskOptions | undefined,
  ): TaskHandle<unknown>;
}

let current: Recorder | undefined;

export const recorder = (): Recorder | undefined => current;

/** Runs a function whose calls of `spawn` go to a recorder. */
export function recording<T>(own: Recorder | undefined, body: () => T): T {
  const outer = current;
  current = own;
  try {
    return body();
  } finally {
    current = outer;
  }
}
