/** A recording that is whole, or a sample, as one file that Perfetto opens; what is in it, `chrome-entries.ts` says. */

import { EVENT_KIND } from "../events/layout.ts";
import { arrow, type ChromeEvent, entriesOf, namesOf, type Slice } from "./chrome-entries.ts";
import type { TraceStore } from "./store.ts";
import { summaryOf, type TraceSummary } from "./summary.ts";
import { isOnTrack } from "./trace-event.ts";

/** `now` is on the clock of events. */
export function chromeOf(store: TraceStore, now: number): string {
  const lines: string[] = [];
  const write = (event: ChromeEvent): void => void lines.push(JSON.stringify(event));
  const tracks = new Set<string>();
  const slices = new Map<number, Slice>();
  const edges: (readonly [from: number, to: number])[] = [];
  for (const event of store.events()) {
    const track = `${event.worker}.${event.thread}`;
    if (!tracks.has(track)) {
      tracks.add(track);
      for (const entry of namesOf(event)) write(entry);
    }
    if (event.kind === EVENT_KIND.edge) edges.push([event.detail, event.task]);
    else for (const entry of entriesOf(event)) write(entry);
    // Of a task that ran more than once, the last run.
    if (isOnTrack(event)) slices.set(event.task, event);
  }
  let flow = 0;
  for (const [from, to] of edges) {
    const [before, after] = [slices.get(from), slices.get(to)];
    if (before && after) for (const entry of arrow(++flow, before, after)) write(entry);
  }
  const { seen, kept, dropped } = store;
  const summary = summaryOf(store, now);
  const about = JSON.stringify({ events: seen + dropped, kept, dropped, bodkin: summary });
  return `{"displayTimeUnit":"ms","otherData":${about},"traceEvents":[\n${lines.join(",\n")}\n]}\n`;
}

/** The exact sums that a file of this format has with it; undefined where it is of somebody else. */
export function summaryOfChrome(text: string): TraceSummary | undefined {
  try {
    const all = JSON.parse(text);
    const told = Array.isArray(all) ? all.find(({ name }) => name === SUMS)?.args : all.otherData;
    return told.bodkin;
  } catch {
    return undefined;
  }
}

/** The entry of a stream that has the sums. */
export const SUMS = "bodkin";
