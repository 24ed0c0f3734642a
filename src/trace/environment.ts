/**
 * What `BODKIN_TRACE=out.json` (or .svg, .dot, .mmd) and `BODKIN_PROGRESS=1` do without a change to the program: they record all of it, for a
 * file when it ends and for a block of text while it runs.
 */

import { writeFileSync } from "node:fs";
import { extname } from "node:path";
import { isMainThread } from "node:worker_threads";
import { eventClock } from "../events/event-writer.ts";
import { chromeOf } from "./chrome.ts";
import { ganttOf } from "./gantt.ts";
import { Progress } from "./progress.ts";
import { beginRecording, recorded, recordedHere } from "./recording.ts";
import { MOST_EVENTS, type TraceStore } from "./store.ts";
import { graphvizText, mermaidText, taskGraph } from "./task-graph.ts";

/** Of a recording that is only summed up. */
const FEW_EVENTS = 1024;

/** At load, in every thread of every process; what is written is of the process where tasks are started. */
export function recordFromEnvironment(): void {
  const { BODKIN_TRACE: path, BODKIN_PROGRESS: progress } = process.env;
  if (!isMainThread || (!path && !progress)) return;
  const store = beginRecording(path ? MOST_EVENTS : FEW_EVENTS);
  const shown = progress ? new Progress(process.stderr) : undefined;
  if (shown) store.onUsed = () => shown.start();
  let isOver = false;
  const end = (all: TraceStore | undefined): void => {
    if (isOver || !all?.wasUsed) return;
    isOver = true;
    shown?.end(all);
    if (path) write(path, all);
  };
  process.once("beforeExit", () => void recorded().then(end));
  // The program calls process.exit(): what other processes wrote and did not send yet is missing.
  process.once("exit", () => end(recordedHere()));
}

/** What a file with this ending holds. */
function textOf(ending: string, store: TraceStore): string {
  switch (ending) {
    case ".svg":
      return ganttOf(store);
    case ".dot":
    case ".gv":
      return graphvizText(taskGraph(store));
    case ".mmd":
      return mermaidText(taskGraph(store));
    default:
      return chromeOf(store, eventClock());
  }
}

function write(path: string, store: TraceStore): void {
  try {
    writeFileSync(path, textOf(extname(path), store));
  } catch (error) {
    console.error(`BODKIN_TRACE: cannot write ${path}: ${(error as Error).message}`);
  }
}
