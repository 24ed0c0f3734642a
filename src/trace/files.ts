/** What is written of a recording, by the ending of the file. */

import { extname } from "node:path";
import { eventClock } from "../events/event-writer.ts";
import { chromeOf } from "./chrome.ts";
import { reportOf } from "./dashboard/report.ts";
import { ganttOf } from "./gantt.ts";
import { graphvizText, mermaidText } from "./graph-text.ts";
import type { TraceStore } from "./store.ts";
import { taskGraph } from "./task-graph.ts";

export function fileText(path: string, store: TraceStore): string {
  switch (extname(path)) {
    case ".html":
      return reportOf(store, eventClock());
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
