/** The recording of this program: one at a time, over all of its clusters, kept until the next begins. */

import type { Writable } from "node:stream";
import { flushEvents, flushOwnEvents, stopWatching, watch } from "../cluster/session.ts";
import { eventClock } from "../events/event-writer.ts";
import { BodkinError } from "../wire/errors.ts";
import { Failures } from "./failures.ts";
import { MOST_EVENTS, TraceStore } from "./store.ts";
import { EventStream } from "./stream.ts";
import { summaryOf } from "./summary.ts";

let current: TraceStore | undefined;
let failures: Failures | undefined;
let stream: EventStream | undefined;

export interface RecordingOptions {
  /** Events that are kept in memory. */
  readonly most?: number | undefined;
  /** Where all events are written while they come: a file, or a stream. */
  readonly to?: string | Writable | undefined;
}

/** Begins a recording; what was recorded before is forgotten. @throws BodkinError in a task */
export function beginRecording({ most = MOST_EVENTS, to }: RecordingOptions = {}): TraceStore {
  const store = new TraceStore(eventClock(), most);
  const own = to === undefined ? undefined : new EventStream(to, store.began);
  watch(() => {
    const hear = store.listener();
    return (worker, batch) => {
      hear(worker, batch);
      own?.hear(worker, batch);
    };
  });
  if (current && current.ended === undefined) void endStream(current);
  current = store;
  stream = own;
  if (own) endWithProgram();
  failures?.close();
  failures = new Failures(() => eventClock() - store.began);
  return store;
}

/** The recording that goes on, or one that begins now. */
export function ensureRecording(): TraceStore {
  return current && current.ended === undefined ? current : beginRecording();
}

/** The tasks that failed in the recording. */
export const recordedFailures = (): Failures | undefined => failures;

/** Whether what tasks do is written down now. */
export const isRecording = (): boolean => current !== undefined && current.ended === undefined;

export async function endRecording(): Promise<void> {
  const store = current;
  if (!store || store.ended !== undefined) return;
  await flushEvents();
  store.ended = eventClock();
  stopWatching();
  failures?.close();
  await endStream(store);
}

/** Writes what a stream of events ends with. */
async function endStream(store: TraceStore): Promise<void> {
  const own = stream;
  stream = undefined;
  await own?.end(summaryOf(store, eventClock()));
}

/** A program that does not stop its recording stops it when it has nothing left to do. */
const endWithProgram = (): void => {
  process.off("beforeExit", endRecording);
  process.once("beforeExit", endRecording);
};

/** The recording with all that was done until now. @throws BodkinError where there is none */
export async function recorded(): Promise<TraceStore> {
  if (!current) {
    throw new BodkinError(
      "CLOSED",
      "nothing is recorded: call trace.start() before the tasks, or set BODKIN_TRACE=out.json",
    );
  }
  if (current.ended === undefined) await flushEvents();
  return current;
}

/** The recording with what this process did, for a program that ends now. */
export function recordedHere(): TraceStore | undefined {
  if (current?.ended === undefined) flushOwnEvents();
  return current;
}
