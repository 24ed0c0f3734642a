/** Values that cannot be made yet: a module is being loaded, or a shared object is on its way. */

/** Thrown where a value cannot be made yet; after `promise` the same call succeeds or says why it cannot. */
export class Pending {
  readonly promise: Promise<void>;

  constructor(promise: Promise<void>) {
    this.promise = promise;
  }
}

/** The promise to wait for, if something was thrown only to say "not yet". */
export const pendingOf = (thrown: unknown): Promise<void> | undefined =>
  thrown instanceof Pending ? thrown.promise : undefined;
