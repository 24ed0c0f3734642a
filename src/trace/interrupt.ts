/**
 * `BODKIN_INTERRUPT=1`: Ctrl-C ends the tasks and says which were left; the program goes on from there, to end itself.
 * A second one ends it at once.
 */

import { isMainThread } from "node:worker_threads";
import { interrupt, tasksLeft } from "../cluster/session.ts";
import { eventClock } from "../events/event-writer.ts";
import { writeError } from "../platform/output.ts";
import { countText } from "../show/table-text.ts";
import { isRecording, recorded } from "./recording.ts";
import { summaryOf } from "./summary.ts";

/** What shells give for a program that Ctrl-C ended. */
const INTERRUPTED = 130;
/** Names that are told. */
const MOST_NAMES = 8;

export function interruptFromEnvironment(): void {
  if (!isMainThread || !process.env["BODKIN_INTERRUPT"]) return;
  let wasAsked = false;
  process.on("SIGINT", () => {
    if (wasAsked || tasksLeft() === 0) process.exit(INTERRUPTED);
    wasAsked = true;
    process.once("exit", () => {
      process.exitCode = INTERRUPTED;
    });
    void endTasks();
  });
}

async function endTasks(): Promise<void> {
  const left = tasksLeft();
  const names = await namesLeft();
  const which = names.length > 0 ? `: ${names.join(", ")}` : "";
  const what = left === 1 ? "1 task was" : `${countText(left)} tasks were`;
  writeError(`\nbodkin: interrupted; ${what} not done${which}. Again: end at once\n`);
  await interrupt();
}

/** What is known of them by name: only a recording counts names. */
async function namesLeft(): Promise<string[]> {
  if (!isRecording()) return [];
  const { tasks } = summaryOf(await recorded(), eventClock());
  const left = tasks
    .filter(({ spawned, count }) => spawned > count)
    .map(
      ({ name, spawned, count }) =>
        `${name} (${countText(spawned - count)} of ${countText(spawned)})`,
    );
  const more = left.length - MOST_NAMES;
  return more > 0 ? [...left.slice(0, MOST_NAMES), `${more} more names`] : left;
}
