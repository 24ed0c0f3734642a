/** Recording what the threads of the program do, and reading it. What the main thread alone has is `trace`. */

import { writeFile } from "node:fs/promises";
import type { Writable } from "node:stream";
import { eventClock } from "../events/event-writer.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { chromeOf } from "./chrome.ts";
import { fileText } from "./files.ts";
import { ganttOf } from "./gantt.ts";
import { graphvizText, mermaidText } from "./graph-text.ts";
import { beginRecording, endRecording, recorded } from "./recording.ts";
import { checkPath } from "./stream.ts";
import { summaryOf, type TraceSummary } from "./summary.ts";
import { type GraphOptions, taskGraph } from "./task-graph.ts";

export interface StartOptions {
  /**
   * Where all events are written while they come, in Chrome's trace format: a path, or a stream of Node, which ends with the
   * recording. However many there are; a file has what was done until a program was killed.
   */
  readonly to?: string | Writable | undefined;
}

/**
 * Begins a recording: what threads do is written down from now on. A recording before it is forgotten.
 * @throws BodkinError in a task, or for a file that cannot be written
 */
export function start(options: StartOptions = {}): void {
  checkNames(options, ["to"], "trace.start()");
  const { to } = options;
  if (to !== undefined && typeof to !== "string" && typeof to.write !== "function") {
    throw invalidArgument(`to must be a path or a stream that can be written, not ${String(to)}`);
  }
  if (typeof to === "string") checkPath(to);
  beginRecording({ to });
}

/** Ends the recording, which can still be read. */
export async function stop(): Promise<void> {
  await endRecording();
}

/** Sums by name of task: exact, however many there were. As a string it is a table. */
export async function summary(): Promise<TraceSummary> {
  return summaryOf(await recorded(), eventClock());
}

/**
 * The recording in Chrome's trace format, which Perfetto opens: one track a thread, arrows for dependencies. Of more
 * than a million events it has a sample, and says so in `otherData`.
 */
export async function chrome(): Promise<string> {
  return chromeOf(await recorded(), eventClock());
}

/** The tasks that were spawned and what they need, whether they have run or not, for Graphviz. */
export async function graphviz(options?: GraphOptions): Promise<string> {
  return graphvizText(taskGraph(await recorded(), options));
}

/** The same for Mermaid. */
export async function mermaid(options?: GraphOptions): Promise<string> {
  return mermaidText(taskGraph(await recorded(), options));
}

/** A picture of what ran where and when, as SVG. */
export async function gantt(): Promise<string> {
  return ganttOf(await recorded());
}

/**
 * Writes the recording to a file: `.html` is a page that shows it as the dashboard does, `.svg`, `.dot` and `.mmd` what
 * `gantt()`, `graphviz()` and `mermaid()` give, and any other what `chrome()` does.
 */
export async function save(path: string): Promise<void> {
  await writeFile(path, fileText(path, await recorded()));
}

export { type Dashboard, type DashboardOptions, dashboard } from "./dashboard/server.ts";
