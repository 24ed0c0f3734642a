/**
 * Calls whose tasks are submitted a little later: when the code that made them gives the thread back, or before it
 * spawns anything else. Until then calls that use their results may change how they are computed, but not what.
 */

export interface PostponedCall {
  /** Submits its tasks, unless that was done. Never throws. */
  settle(): void;
}

let postponed: PostponedCall[] = [];

export function postpone(call: PostponedCall): void {
  if (postponed.push(call) === 1) queueMicrotask(submitPostponed);
}

/** Submits what was postponed, in the order of the calls. */
export function submitPostponed(): void {
  if (postponed.length === 0) return;
  const calls = postponed;
  postponed = [];
  for (const call of calls) call.settle();
}
