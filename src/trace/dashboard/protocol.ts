/**
 * What the dashboard's page gets to know of a recording, live by server-sent events of these names or, in a file that was
 * saved, all at once. Plain data; times are milliseconds since the recording began.
 */

import type { PredictionSums } from "../../wire/events.ts";
import type { FailureGroup } from "../failures.ts";
import type { LogLine } from "../store.ts";
import type { NameSummary } from "../summary.ts";
import type { FoldedGraph } from "../task-graph.ts";

/** Floats of a row: an event, and `worker * 256 + thread` behind it. */
export const ROW = { from: 0, to: 1, task: 2, detail: 3, what: 4, track: 5 } as const;
export const ROW_FLOATS = 6;

export interface About {
  readonly title: string;
  readonly version: string;
  readonly node: string;
}

export interface EventsMessage {
  /** The events are all anew, since half of them were left out: forget those before. */
  readonly reset: boolean;
  /** Names behind those that are known already. */
  readonly names: readonly string[];
  /** Rows as floats, little-endian, in base64. */
  readonly rows: string;
}

export interface WorkerState {
  readonly worker: number;
  /** Bytes of chunks in its memory, of how many there may be, and on its disk. */
  readonly memory: { readonly bytes: number; readonly bound: number; readonly disk: number };
  /** Bytes of chunks that it sent to other workers and got from them. */
  readonly traffic: { readonly sent: number; readonly received: number };
  /** Tasks that are ready and not begun, and those that its threads took from each other so far. */
  readonly queue: { readonly ready: number; readonly stolen: number };
  readonly threads: readonly ThreadState[];
}

export interface ThreadState {
  readonly thread: number;
  /** Milliseconds in calls of tasks, and asleep. */
  readonly busy: number;
  readonly slept: number;
  readonly done: number;
}

export interface StateMessage {
  readonly elapsed: number;
  readonly isOver: boolean;
  readonly tasks: readonly NameSummary[];
  readonly idle: number;
  readonly threads: number;
  readonly peakMemory: number;
  /** Events there were, and those that are kept. */
  readonly seen: number;
  readonly kept: number;
  readonly workers: readonly WorkerState[];
  /** What tasks that were placed on workers were expected to take, and took. */
  readonly predictions: readonly PredictionSums[];
}

/** A distributed array or a table that is alive. */
export interface CollectionState {
  readonly text: string;
  readonly grid: readonly number[];
  readonly bytes: number;
  /** Where each chunk is, in row-major order: a worker, 0 while it is not made, -1 where that failed. */
  readonly workers: readonly number[];
}

/** All of a recording. */
export interface SavedRecording {
  readonly about: About;
  readonly events: EventsMessage;
  readonly state: StateMessage;
  readonly failures: readonly FailureGroup[];
  readonly graph: FoldedGraph;
  readonly collections: readonly CollectionState[];
  readonly log: readonly LogLine[];
}
