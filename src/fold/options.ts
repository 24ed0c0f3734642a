/** Options that all folds have. */

import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";

export interface FoldOptions {
  /**
   * Elements that one task takes at most. Chunks of a distributed collection are tasks of their own anyway; other
   * collections are cut by their length.
   */
  readonly basesize?: number | undefined;
  /** Ends the fold: what is not done is cancelled. */
  readonly signal?: AbortSignal | undefined;
}

export const FOLD_OPTIONS: readonly string[] = ["basesize", "signal"];

/** @throws BodkinError for unknown or wrong options */
export function checkFoldOptions<T extends FoldOptions>(
  options: T,
  caller: string,
  names: readonly string[] = FOLD_OPTIONS,
): T {
  checkNames(options, names, caller);
  const { basesize, signal } = options;
  if (basesize !== undefined && !(Number.isSafeInteger(basesize) && basesize > 0)) {
    throw invalidArgument(
      `${caller}: basesize ${String(basesize)} is no number of elements; use an integer from 1`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidArgument(`${caller}: signal must be an AbortSignal`);
  }
  return options;
}

/** @throws BodkinError where a value is no function */
export function checkFunction(value: unknown, what: string, example: string): void {
  if (typeof value === "function") return;
  throw invalidArgument(
    `${what} must be a function, not ${value === null ? "null" : typeof value}: ${example}`,
  );
}
