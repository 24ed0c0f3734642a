/**
 * What surrounds a piece of user code: the task it belongs to and the options in force. Follows asynchronous
 * calls; a task that certainly ends with its call has a plain variable instead, which costs nothing.
 */

import { AsyncLocalStorage } from "node:async_hooks";

/** Options that children inherit; their meaning is `task/`'s. */
export type ScopedOptions = Readonly<Record<string, unknown>>;

export interface RunningTask {
  /** `worker.slot.serial` of its home. */
  readonly id: string;
  /** The same as a number. */
  readonly number: number;
  readonly name: string;
  /** Cooperative cancellation asks this. */
  isCancelled(): boolean;
  /** A task that this one spawned: cancelled with it. */
  adopt(child: Child): void;
}

export interface Child {
  /** The unfinished children of its parent; it leaves them when it is done. */
  siblings: Set<Child> | undefined;
  cancel(): void;
}

export interface Frame {
  readonly task?: RunningTask | undefined;
  readonly options?: ScopedOptions | undefined;
}

const storage = new AsyncLocalStorage<Frame | undefined>();
let synchronous: Frame | undefined;

/** Whether a call is running that leaves nothing behind. */
export const isSynchronous = (): boolean => synchronous !== undefined;

export function currentFrame(): Frame | undefined {
  return synchronous ?? storage.getStore();
}

/** Runs `body` in a frame that follows its asynchronous calls. */
export function withFrame<T>(frame: Frame | undefined, body: () => T): T {
  const outer = synchronous;
  synchronous = undefined;
  try {
    return storage.run(frame, body);
  } finally {
    synchronous = outer;
  }
}

/** Sets the frame of a call that leaves nothing behind. Gives the one before, to be set again after. */
export function enterFrame(frame: Frame | undefined): Frame | undefined {
  const outer = synchronous;
  synchronous = frame;
  return outer;
}
