/** Values that cannot be made yet. */

import { ModulesPending } from "../closure/codec.ts";

/** Thrown where a value cannot be made yet; after `promise` the same call succeeds. */
export class Pending {
  readonly promise: Promise<void>;

  constructor(promise: Promise<void>) {
    this.promise = promise;
  }
}

/** The promise to wait for, if something was thrown only to say "not yet". */
export function pendingOf(thrown: unknown): Promise<unknown> | undefined {
  if (thrown instanceof Pending) return thrown.promise;
  return thrown instanceof ModulesPending ? thrown.promise : undefined;
}
