/**
 * Entries of the trace format that Perfetto and `chrome://tracing` open: a process a worker, a track a thread. Slices of one
 * track never overlap: tasks that gave a promise are slices for as long as they held the thread, and pairs of their own
 * for as long as they took. Arrows lead from tasks to those that needed them.
 */

import { EVENT_KIND } from "../events/layout.ts";
import { unpackId } from "../runtime/task-id.ts";
import type { TraceEvent } from "./trace-event.ts";

/** One entry; times are microseconds. */
export type ChromeEvent = Readonly<Record<string, unknown>>;

export type Slice = Pick<TraceEvent, "worker" | "thread" | "from" | "to">;

const micros = (milliseconds: number): number => Math.round(milliseconds * 1e6) / 1e3;

/** Where something is shown. */
const place = ({ worker, thread }: Pick<TraceEvent, "worker" | "thread">): ChromeEvent => ({
  pid: worker,
  tid: thread,
});

/** What names the track of an event. */
export function namesOf(event: TraceEvent): ChromeEvent[] {
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

/** What stands for an event; its dependencies are arrows. */
export function entriesOf(event: TraceEvent): ChromeEvent[] {
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
export function arrow(id: number, before: Slice, after: Slice): ChromeEvent[] {
  const shared = { cat: "dependency", name: "needs", id };
  const end = Math.max(micros(before.from), micros(before.to) - 1e-3);
  return [
    { ph: "s", ...shared, ts: end, ...place(before) },
    { ph: "f", bp: "e", ...shared, ts: micros(after.from), ...place(after) },
  ];
}
