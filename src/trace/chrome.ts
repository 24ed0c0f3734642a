/**
 * A recording in the trace format that Perfetto and `chrome://tracing` open: a process a worker, a track a thread.
 * Slices of one track never overlap: tasks that gave a promise are slices for as long as they held the thread, and
 * pairs of their own for as long as they took. Arrows lead from tasks to those that needed them.
 */

import { EVENT_KIND } from "../events/layout.ts";
import { unpackId } from "../runtime/task-id.ts";
import type { TraceEvent, TraceStore } from "./store.ts";
import { summaryOf, type TraceSummary } from "./summary.ts";

/** One entry of the format; times are microseconds. */
type ChromeEvent = Readonly<Record<string, unknown>>;

interface Slice {
  readonly worker: number;
  readonly thread: number;
  readonly from: number;
  readonly to: number;
}

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
    return JSON.parse(text).otherData.bodkin;
  } catch {
    return undefined;
  }
}

const micros = (milliseconds: number): number => Math.round(milliseconds * 1e6) / 1e3;

/** Where something is shown. */
const place = ({ worker, thread }: Pick<TraceEvent, "worker" | "thread">): ChromeEvent => ({
  pid: worker,
  tid: thread,
});

function namesOf(event: TraceEvent): ChromeEvent[] {
  const { worker, thread } = event;
  const of = (name: string, value: object): ChromeEvent => ({
    ph: "M",
    name,
    ...place(event),
    args: value,
  });
  return [
    of("process_name", { name: `worker ${worker}` }),
    of("thread_name", { name: thread === 0 ? "main thread" : `thread ${thread}` }),
    of("thread_sort_index", { sort_index: thread }),
  ];
}

const isOnTrack = ({ kind }: TraceEvent): boolean =>
  kind === EVENT_KIND.run || kind === EVENT_KIND.failed || kind === EVENT_KIND.call;

function entriesOf(event: TraceEvent): ChromeEvent[] {
  const { kind, name, from, to, task, detail } = event;
  const slice = { name, ts: micros(from), ...place(event) };
  // Rounded at both ends, so that no slice ends behind the start of the next.
  const dur = Math.round((micros(to) - micros(from)) * 1e3) / 1e3;
  switch (kind) {
    case EVENT_KIND.run:
    case EVENT_KIND.call:
    case EVENT_KIND.failed: {
      const failed = kind === EVENT_KIND.failed;
      const args = { task: unpackId(task), ...(detail > 0 && { bytes: detail }) };
      return [
        {
          ph: "X",
          cat: "task",
          ...slice,
          dur,
          ...(failed && { cname: "terrible" }),
          args: { ...args, ...(failed && { failed }) },
        },
      ];
    }
    case EVENT_KIND.awaited:
    case EVENT_KIND.awaitedFailed: {
      const failed = kind === EVENT_KIND.awaitedFailed;
      const pair = { cat: "await", id: unpackId(task) };
      const args = { task: unpackId(task), bytes: detail, ...(failed && { failed }) };
      return [
        { ph: "b", ...slice, ...pair, args },
        { ph: "e", ...slice, ...pair, ts: micros(to) },
      ];
    }
    case EVENT_KIND.spawned: {
      const by = detail === 0 ? {} : { by: unpackId(detail) };
      return [{ ph: "i", s: "t", cat: "spawn", ...slice, args: { task: unpackId(task), ...by } }];
    }
    case EVENT_KIND.moved: {
      // Several come at a time.
      const pair = { cat: "move", id: `${event.worker}<${task} ${micros(from)} ${detail}` };
      const args = { from: task, to: event.worker, bytes: detail };
      return [
        { ph: "b", ...slice, ...pair, args },
        { ph: "e", ...slice, ...pair, ts: micros(to) },
      ];
    }
    case EVENT_KIND.slept:
      return [{ ph: "X", cat: "idle", ...slice, dur, cname: "white" }];
    default:
      return [];
  }
}

/** From inside the end of one slice to the start of another. */
function arrow(id: number, before: Slice, after: Slice): ChromeEvent[] {
  const shared = { cat: "dependency", name: "needs", id };
  const end = Math.max(micros(before.from), micros(before.to) - 1e-3);
  return [
    { ph: "s", ...shared, ts: end, ...place(before) },
    { ph: "f", bp: "e", ...shared, ts: micros(after.from), ...place(after) },
  ];
}
