/**
 * Waiting for a device. The binding looks for what is done in every turn of the event loop, as fast as that turns
 * while anything is awaited; short sleeps in the same loop leave the processor to others. All waits are counted, so
 * that nobody ends the thread meanwhile: the engine would not survive that.
 */

import type { PendingOperations } from "../runtime/devices.ts";
import { BodkinError } from "../wire/errors.ts";

/** In milliseconds. */
const FIRST_SLEEP_AFTER = 0.3;
const LONGEST_SLEEP = 0.5;
/** A sleep is this part of the wait so far. */
const SLEEP_SHARE = 1 / 8;

export class Waiting {
  readonly #operations: PendingOperations;
  readonly #isPolled: boolean;
  readonly #word: Int32Array = new Int32Array(new SharedArrayBuffer(4));
  #waits = 0;
  #since = 0;
  #isScheduled = false;

  /** `isPolled`: the binding is of this thread. */
  constructor(operations: PendingOperations, isPolled: boolean = true) {
    this.#operations = operations;
    this.#isPolled = isPolled;
  }

  /** The result of an operation of the device. @throws BodkinError where the thread is about to end */
  for<T>(begin: () => Promise<T>): Promise<T> {
    return this.#operations.run(async () => {
      if (this.#waits++ === 0) this.#since = performance.now();
      this.#schedule();
      try {
        return await begin();
      } finally {
        this.#waits--;
      }
    });
  }

  /** As `for`, of an operation that fails only with its device. @throws BodkinError */
  reading<T>(begin: () => Promise<T>): Promise<T> {
    return this.for(() =>
      begin().catch((error: unknown) => {
        const why = error instanceof Error && error.message ? ` (${error.message})` : "";
        throw new BodkinError(
          "DEVICE_LOST",
          `the GPU was lost while it was read from${why}; make it again by spawning its task again, with other processors in its scope if there are any`,
        );
      }),
    );
  }

  #schedule(): void {
    if (this.#isScheduled || !this.#isPolled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isScheduled = false;
    if (this.#waits === 0) return;
    const waited = performance.now() - this.#since;
    if (waited > FIRST_SLEEP_AFTER) {
      Atomics.wait(this.#word, 0, 0, Math.min(LONGEST_SLEEP, waited * SLEEP_SHARE));
    }
    this.#schedule();
  }
}
