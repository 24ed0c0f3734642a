/** What the threads of a process say to each other through ports; everything else is in shared memory. */

import type { Seat } from "./context.ts";
import type { DeviceSetup } from "./devices.ts";
import type { PostedError } from "./failure.ts";

/** The data a compute thread starts with. */
export interface ThreadSetup {
  readonly seat: Seat;
  /** Values shared before it started: chunk, generation, value. */
  readonly shared: readonly (readonly [number, number, object])[];
  /** What was last said to all threads, by topic. */
  readonly topics: readonly (readonly [string, unknown])[];
  /** The thread has a device. */
  readonly device?: DeviceSetup;
}

export type ToThread =
  /** A value that all threads share. */
  | {
      readonly type: "share";
      readonly chunk: number;
      readonly generation: number;
      readonly value: object;
    }
  /** The last reference to an object here is gone. */
  | { readonly type: "forget"; readonly chunk: number }
  /** The data asked for by `bring` is here, or never will be. */
  | { readonly type: "brought"; readonly chunk: number; readonly error?: PostedError }
  | { readonly type: "ping" }
  /** Let go of the references of handles that nobody reaches. */
  | { readonly type: "collect" }
  /** For the floor that registered the topic. */
  | { readonly type: "topic"; readonly topic: string; readonly body: unknown };

export type ToControl =
  /** Look at the notices, the tasks to place and the chunks to reclaim. */
  | "wake"
  | { readonly type: "ready" }
  | { readonly type: "pong" }
  | {
      readonly type: "share";
      readonly chunk: number;
      readonly generation: number;
      readonly value: object;
    }
  | { readonly type: "bring"; readonly chunk: number }
  | { readonly type: "topic"; readonly topic: string; readonly body: unknown };
