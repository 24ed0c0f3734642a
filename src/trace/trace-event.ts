/** One thing that a thread did, as it is read from the rows that it came in. */

import { EVENT, EVENT_KIND, type EventKind } from "../events/layout.ts";

export interface TraceEvent {
  readonly kind: EventKind;
  readonly worker: number;
  /** 0 is the main thread of the worker. */
  readonly thread: number;
  readonly name: string;
  /** Milliseconds since the recording began. */
  readonly from: number;
  readonly to: number;
  /** See `EVENT_KIND`. */
  readonly task: number;
  readonly detail: number;
}

/** `what` of a row is `kind + name * 256`, a whole number below 2³². */
export const KIND_BITS = 8;
export const KINDS: number = 1 << KIND_BITS;
export const kindOf = (what: number): EventKind => (what & (KINDS - 1)) as EventKind;

/** The event whose floats begin at `at`. */
export function eventAt(
  rows: Float64Array,
  at: number,
  names: readonly string[],
  place: { readonly worker: number; readonly thread: number },
  began: number,
): TraceEvent {
  const what = rows[at + EVENT.what] as number;
  return {
    kind: kindOf(what),
    name: names[what >>> KIND_BITS] ?? OTHER_NAMES,
    ...place,
    from: (rows[at + EVENT.from] as number) - began,
    to: (rows[at + EVENT.to] as number) - began,
    task: rows[at + EVENT.task] as number,
    detail: rows[at + EVENT.detail] as number,
  };
}

/** What names are counted under when there are too many. */
export const OTHER_NAMES = "(other names)";

/** Whether it is a slice of the track of its thread, which is what arrows lead from and to. */
export const isOnTrack = ({ kind }: TraceEvent): boolean =>
  kind === EVENT_KIND.run || kind === EVENT_KIND.failed || kind === EVENT_KIND.call;
