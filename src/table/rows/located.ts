/** Errors that say where in a table they come from. Those of users stay the objects that were thrown. */

import { BodkinError } from "../../wire/errors.ts";

/** What a function threw for a row of its partition. */
export function inRow(error: unknown, row: number): unknown {
  if (!(error instanceof BodkinError)) addTo(error, (text) => `${text} (row ${row})`);
  return error;
}

/** Calls a function; what it throws says which partition it is about. */
export function inPartition<T>(at: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    addTo(error, (text) =>
      /\(row \d+\)$/.test(text)
        ? `${text.slice(0, -1)} of partition ${at})`
        : `${text} (partition ${at})`,
    );
    throw error;
  }
}

function addTo(error: unknown, change: (message: string) => string): void {
  if (!(error instanceof Error) || Object.isFrozen(error)) return;
  try {
    error.message = change(error.message);
  } catch {
    // Its message cannot be changed, then it stays.
  }
}
