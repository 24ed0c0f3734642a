/** What a record may carry besides function and arguments. */

import type { ScopeBoxes } from "../sched/scope.ts";
import type { ScopedOptions } from "./frame.ts";

/** Bits of `RECORD.hidden`: the first slots of a record that are not arguments, in this order. */
export const HIDDEN = {
  /** The function: it captures what may change, so that each task has its own. */
  function: 1,
  /** A `TaskExtras`. */
  extras: 2,
  /** No slot: the task's time is measured. */
  timed: 4,
  /** The id of the placed task that this record runs, as a number. */
  origin: 8,
} as const;

/** How many slots of a record are not arguments. */
export function hiddenSlots(hidden: number): number {
  const has = (bit: number): number => Number((hidden & bit) !== 0);
  return has(HIDDEN.function) + has(HIDDEN.extras) + has(HIDDEN.origin);
}

/** What few tasks have. */
export interface TaskExtras {
  readonly name?: string | undefined;
  /** Options that the tasks it spawns inherit. */
  readonly options?: ScopedOptions | undefined;
  /** For the placer: where it may run, and what the user knows of its cost. */
  readonly scope?: ScopeBoxes | undefined;
  readonly timeUtil?: number | undefined;
  readonly occupancy?: number | undefined;
  /** The function gets chunks instead of their values. */
  readonly meta?: boolean | undefined;
  /** The result may be changed by other tasks: it stays where it was made. */
  readonly pin?: boolean | undefined;
  /** What a device without f64 makes of it; see `TaskOptions`. */
  readonly f64?: unknown;
  /** Where the result shall be. */
  readonly storage?: "memory" | "disk" | undefined;
  /** How often it may run again after it failed. */
  readonly retries?: number | undefined;
}
