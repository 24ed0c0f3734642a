/** Numbers as people read them. */

export { countText } from "../src/show/table-text.ts";
export { bytesText } from "../src/show/units.ts";

import { durationText } from "../src/show/units.ts";

export const timeText = (milliseconds: number): string => durationText(milliseconds / 1000);

/** The id of a task, from its number. */
export function taskText(task: number): string {
  const thread = Math.floor(task / 2 ** 32);
  return `${Math.floor(thread / 256)}.${thread % 256}.${task % 2 ** 32}`;
}
