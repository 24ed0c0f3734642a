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
      Atomics.store(words, HEADER.wanted, this.#recording);
    }
  }

  stop(): void {
    this.#isOn = false;
    for (const buffer of this.#buffers.values()) Atomics.store(wordsOf(buffer), HEADER.wanted, 0);
  }

  /** Takes the events of all threads that wrote any. */
  take(): ThreadEvents[] {
    return [...this.#buffers].flatMap(([slot, buffer]) => {
      const words = wordsOf(buffer);
      const written = Atomics.load(words, HEADER.written);
      const taken = words[HEADER.taken] as number;
      const count = (written - taken) >>> 0;
      if (count === 0 || !this.#isCurrent(words)) return [];
      const ring = new Float64Array(buffer, RING, RING_EVENTS * EVENT_FLOATS);
      const events = new Float64Array(count * EVENT_FLOATS);
      const first = taken & (RING_EVENTS - 1);
      const before = Math.min(count, RING_EVENTS - first);
      events.set(ring.subarray(first * EVENT_FLOATS, (first + before) * EVENT_FLOATS));
      events.set(ring.subarray(0, (count - before) * EVENT_FLOATS), before * EVENT_FLOATS);
      Atomics.store(words, HEADER.taken, written);
      return [{ slot, events, names: namesOf(buffer) }];
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
