/** Tasks to cancel, and what they reject with. */

import { type Task, TaskFailedError } from "bodkin";
import { expect } from "vitest";

/** What a cancelled task rejects with; fails where it does not reject so. */
export async function cancellationOf(task: Task<unknown>): Promise<TaskFailedError> {
  const error = await task.fetch().then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(TaskFailedError);
  expect(error.cause).toBeInstanceOf(DOMException);
  expect(error.cause.name).toBe("AbortError");
  return error;
}

/** Says that it runs, then blocks its thread until the gate opens. */
export const block = (started: Int32Array, hold: Int32Array): string => {
  Atomics.add(started, 0, 1);
  Atomics.notify(started, 0);
  Atomics.wait(hold, 0, 0);
  return "done";
};

/** Says that it runs, then blocks its thread for ever. */
export const hang = (started: Int32Array): void => {
  Atomics.add(started, 0, 1);
  Atomics.notify(started, 0);
  for (;;);
};

/** Says that it runs, then waits for the gate without blocking. */
export const suspend = async (started: Int32Array, hold: Int32Array): Promise<string> => {
  Atomics.add(started, 0, 1);
  Atomics.notify(started, 0);
  await Atomics.waitAsync(hold, 0, 0).value;
  return "went on";
};
