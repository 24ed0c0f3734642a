/** The recording of this program: one at a time, over all of its clusters, kept until the next begins. */

import { flushEvents, flushOwnEvents, stopWatching, watch } from "../cluster/session.ts";
import { eventClock } from "../events/event-writer.ts";
import { BodkinError } from "../wire/errors.ts";
import { Failures } from "./failures.ts";
import { MOST_EVENTS, TraceStore } from "./store.ts";

let current: TraceStore | undefined;
let failures: Failures | undefined;

/** Begins a recording; what was recorded before is forgotten. @throws BodkinError in a task */
export function beginRecording(mostEvents: number = MOST_EVENTS): TraceStore {
  const store = new TraceStore(eventClock(), mostEvents);
  watch(() => store.listener());
  current = store;
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
}

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
