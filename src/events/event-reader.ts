/**
 * The reading end of the events of one process, on its control thread: takes what its threads wrote, as plain data
 * that can go to another process.
 */

import type { NameSums, ThreadEvents, ThreadSums } from "../wire/events.ts";
import {
  BUCKETS,
  BUSY,
  EVENT_FLOATS,
  EVENTS_BYTES,
  HEADER,
  LOG,
  LOG_BYTES,
  NAMES,
  RING,
  RING_EVENTS,
  SLEPT,
  SUM,
  SUM_FLOATS,
  SUMS,
  SUMS_STRIDE,
} from "./layout.ts";

/** Buffer for the events of one thread. */
const createEvents = (): SharedArrayBuffer => new SharedArrayBuffer(EVENTS_BYTES);

export class EventReader {
  /** By slot. */
  readonly #buffers = new Map<number, SharedArrayBuffer>();
  #recording = 0;
  #isOn = false;

  /** The buffer of a slot. */
  bufferOf(slot: number): SharedArrayBuffer {
    let buffer = this.#buffers.get(slot);
    if (!buffer) {
      this.#buffers.set(slot, (buffer = createEvents()));
      if (this.#isOn) wordsOf(buffer)[HEADER.wanted] = this.#recording;
    }
    return buffer;
  }

  /** Begins a new recording; what was recorded before is gone. */
  start(): void {
    this.#isOn = true;
    this.#recording++;
    for (const buffer of this.#buffers.values()) {
      const words = wordsOf(buffer);
      Atomics.store(words, HEADER.taken, Atomics.load(words, HEADER.written));
      words[HEADER.logTaken] = Atomics.load(words, HEADER.logged);
      Atomics.store(words, HEADER.wanted, this.#recording);
    }
  }

  stop(): void {
    this.#isOn = false;
    for (const buffer of this.#buffers.values()) Atomics.store(wordsOf(buffer), HEADER.wanted, 0);
  }

  /** Takes the events of all threads that wrote any, and what they printed. */
  take(): ThreadEvents[] {
    return [...this.#buffers].flatMap(([slot, buffer]) => {
      const words = wordsOf(buffer);
      const written = Atomics.load(words, HEADER.written);
      const taken = words[HEADER.taken] as number;
      const count = (written - taken) >>> 0;
      if (!this.#isCurrent(words)) return [];
      const log = takeLog(buffer);
      if (count === 0 && log.length === 0) return [];
      const ring = new Float64Array(buffer, RING, RING_EVENTS * EVENT_FLOATS);
      const events = new Float64Array(count * EVENT_FLOATS);
      const first = taken & (RING_EVENTS - 1);
      const before = Math.min(count, RING_EVENTS - first);
      events.set(ring.subarray(first * EVENT_FLOATS, (first + before) * EVENT_FLOATS));
      events.set(ring.subarray(0, (count - before) * EVENT_FLOATS), before * EVENT_FLOATS);
      Atomics.store(words, HEADER.taken, written);
      return [{ slot, events, names: namesOf(buffer), log }];
    });
  }

  /** The sums of all threads that wrote any. */
  sums(): ThreadSums[] {
    return [...this.#buffers].flatMap(([slot, buffer]) => {
      const words = wordsOf(buffer);
      if (!this.#isCurrent(words)) return [];
      const floatAt = (at: number): number => new Float64Array(buffer, at, 1)[0] as number;
      const names = namesOf(buffer).map((name, id) => sumsOf(buffer, name, id));
      return [
        {
          slot,
          sleeps: words[HEADER.sleeps] as number,
          slept: floatAt(SLEPT),
          busy: floatAt(BUSY),
          dropped: words[HEADER.dropped] as number,
          names: names.filter(({ spawned, done }) => spawned + done > 0),
        },
      ];
    });
  }

  /** Whether a thread has written anything in this recording. */
  #isCurrent(words: Int32Array): boolean {
    return this.#recording !== 0 && Atomics.load(words, HEADER.recording) === this.#recording;
  }
}

const wordsOf = (buffer: SharedArrayBuffer): Int32Array => new Int32Array(buffer, 0, 16);

/** The lines that were printed since the last time, as far as they are still there. */
function takeLog(buffer: SharedArrayBuffer): string[] {
  const words = wordsOf(buffer);
  const end = Atomics.load(words, HEADER.logged);
  const taken = words[HEADER.logTaken] as number;
  if (end === taken) return [];
  const count = Math.min((end - taken) >>> 0, LOG_BYTES);
  const first = (end - count) & (LOG_BYTES - 1);
  const ring = new Uint8Array(buffer, LOG, LOG_BYTES);
  const bytes = new Uint8Array(count);
  const before = Math.min(count, LOG_BYTES - first);
  bytes.set(ring.subarray(first, first + before));
  bytes.set(ring.subarray(0, count - before), before);
  words[HEADER.logTaken] = end;
  // Bytes that were written over meanwhile, and the line that misses its start.
  const over = (Atomics.load(words, HEADER.logging) - end + count - LOG_BYTES) | 0;
  const isWhole = over <= 0 && count === (end - taken) >>> 0;
  const start = isWhole ? 0 : bytes.indexOf(LINE_FEED, Math.max(0, over)) + 1 || count;
  return new TextDecoder().decode(bytes.subarray(start)).split("\n").slice(0, -1);
}

const LINE_FEED = 10;

function namesOf(buffer: SharedArrayBuffer): string[] {
  const count = Atomics.load(wordsOf(buffer), HEADER.names);
  const bytes = new Uint8Array(buffer);
  const lengths = new Uint32Array(buffer);
  let at = NAMES;
  return Array.from({ length: count }, () => {
    const length = lengths[at >>> 2] as number;
    const text = new TextDecoder().decode(bytes.slice(at + 4, at + 4 + length));
    at += 4 + ((length + 3) & ~3);
    return text;
  });
}

function sumsOf(buffer: SharedArrayBuffer, name: string, id: number): NameSums {
  const at = SUMS + id * SUMS_STRIDE;
  const floats = new Float64Array(buffer, at, SUM_FLOATS);
  return {
    name,
    spawned: floats[SUM.spawned] as number,
    done: floats[SUM.done] as number,
    failed: floats[SUM.failed] as number,
    milliseconds: floats[SUM.milliseconds] as number,
    bytes: floats[SUM.bytes] as number,
    durations: new Uint32Array(buffer, at + SUM_FLOATS * 8, BUCKETS).slice(),
  };
}
