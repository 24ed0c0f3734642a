/**
 * Priorities as classes. The core has 64 queues a thread, one a class; users give any number. Integers from
 * −16 to 16 have a class each, larger ones share classes that widen by half from one to the next.
 */

import { invalidArgument } from "../wire/errors.ts";
import { CLASS_COUNT } from "./layout.ts";

const EXACT = 16;
const MIDDLE: number = CLASS_COUNT / 2 - 1;
const WIDENING = 1.5;

/** The class of a priority; a larger priority never has a lower class. @throws for NaN */
export function classOf(priority: number): number {
  if (typeof priority !== "number" || Number.isNaN(priority)) {
    throw invalidArgument(
      `priority must be a number (larger is more urgent), not ${String(priority)}`,
    );
  }
  const size = Math.abs(priority);
  const steps =
    size <= EXACT
      ? Math.floor(size)
      : EXACT + Math.min(MIDDLE - EXACT, Math.ceil(Math.log(size / EXACT) / Math.log(WIDENING)));
  return MIDDLE + (priority < 0 ? -steps : steps);
}
