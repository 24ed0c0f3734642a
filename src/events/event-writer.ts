/**
 * The writing end of one thread. While nobody watches, an event costs one load and one branch, which is the
 * caller's: `if (events.isOn)`. Sums by name are always exact; events that find the ring full are counted and left
 * out. Never waits, never allocates after a name was seen once.
 */

import { bucketOf } from "./durations.ts";
import {
  BUSY,
  EVENT,
  EVENT_FLOATS,
  EVENT_KIND,
  type EventKind,
  HEADER,
  LOG,
  LOG_BYTES,
  MAX_NAME_BYTES,
  MAX_NAMES,
  NAMES,
  RING,
  RING_EVENTS,
  SLEPT,
  SUM,
  SUM_FLOATS,
  SUMS,
  SUMS_STRIDE,
} from "./layout.ts";

/** Milliseconds between the start of this process and that of the machine: clocks of its processes agree then. */
const origin: number = (() => {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 16; i++) {
    least = Math.min(least, Number(process.hrtime.bigint()) / 1e6 - performance.now());
  }
  return least;
})();

/** The clock of events, in milliseconds: the same in all processes of the machine. */
export const eventClock = (): number => origin + performance.now();

export class EventWriter {
  readonly #words: Int32Array;
  readonly #counts: Uint32Array;
  readonly #floats: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #names = new Map<string, number>();
  #lastName: string | undefined;
  #lastId = 0;
  /** Called when the ring is nearly full, on the thread that could empty it. */
  readonly #onFull: (() => void) | undefined;
  #recording = 0;
  #written = 0;

  constructor(buffer: SharedArrayBuffer, onFull?: () => void) {
    this.#words = new Int32Array(buffer, 0, 16);
    this.#counts = new Uint32Array(buffer);
    this.#floats = new Float64Array(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#onFull = onFull;
    // The thread that was here before may have written some.
    this.#written = this.#words[HEADER.written] as number;
  }

  /** Somebody watches. */
  get isOn(): boolean {
    return this.#words[HEADER.wanted] !== 0;
  }

  now(): number {
    return eventClock();
  }

  /** A task ended: with its function's end, or its promise's. */
  ran(how: EventKind, name: string, task: number, from: number, to: number, bytes: number): void {
    const id = this.#name(name);
    const at = (SUMS + id * SUMS_STRIDE) >>> 3;
    const floats = this.#floats;
    floats[at + SUM.done]!++;
    if (how === EVENT_KIND.failed || how === EVENT_KIND.awaitedFailed) floats[at + SUM.failed]!++;
    floats[at + SUM.milliseconds]! += to - from;
    floats[at + SUM.bytes]! += bytes;
    if (how <= EVENT_KIND.failed) floats[BUSY >>> 3]! += to - from;
    this.#counts[((SUMS + id * SUMS_STRIDE) >>> 2) + SUM_WORDS + bucketOf(to - from)]!++;
    this.#write(how, id, task, from, to, bytes);
  }

  /** The call of a task ended that gave a promise. */
  called(name: string, task: number, from: number, to: number): void {
    this.#floats[BUSY >>> 3]! += to - from;
    this.#write(EVENT_KIND.call, this.#name(name), task, from, to, 0);
  }

  spawned(name: string, task: number, parent: number, needs: readonly number[]): void {
    const id = this.#name(name);
    this.#floats[((SUMS + id * SUMS_STRIDE) >>> 3) + SUM.spawned]!++;
    const now = this.now();
    this.#write(EVENT_KIND.spawned, id, task, now, now, parent);
    for (const needed of needs) this.#write(EVENT_KIND.edge, id, task, now, now, needed);
  }

  /** Data came from another worker. */
  moved(worker: number, bytes: number, milliseconds: number): void {
    const id = this.#name("move");
    const now = this.now();
    this.#write(EVENT_KIND.moved, id, worker, now - milliseconds, now, bytes);
  }

  slept(from: number): void {
    const id = this.#name("idle");
    const now = this.now();
    this.#floats[SLEPT >>> 3]! += now - from;
    this.#words[HEADER.sleeps]!++;
    this.#write(EVENT_KIND.slept, id, 0, from, now, 0);
  }

  /** The thread printed lines. Readers who are late miss the first of them. */
  logged(text: string): void {
    const all = new TextEncoder().encode(`${text}\n`);
    const bytes = all.subarray(Math.max(0, all.length - LOG_BYTES));
    const words = this.#words;
    this.#follow();
    const first = words[HEADER.logged] as number;
    // Readers find out which bytes changed while they looked.
    Atomics.store(words, HEADER.logging, first + bytes.length);
    const at = first & (LOG_BYTES - 1);
    const before = Math.min(bytes.length, LOG_BYTES - at);
    this.#bytes.set(bytes.subarray(0, before), LOG + at);
    this.#bytes.set(bytes.subarray(before), LOG);
    Atomics.store(words, HEADER.logged, first + bytes.length);
  }

  #write(
    kind: EventKind,
    name: number,
    task: number,
    from: number,
    to: number,
    detail: number,
  ): void {
    const words = this.#words;
    const used = (this.#written - Atomics.load(words, HEADER.taken)) >>> 0;
    if (used >= RING_EVENTS / 2 && this.#onFull) this.#onFull();
    else if (used >= RING_EVENTS) {
      words[HEADER.dropped]!++;
      return;
    }
    const at = (RING >>> 3) + (this.#written & (RING_EVENTS - 1)) * EVENT_FLOATS;
    const floats = this.#floats;
    floats[at + EVENT.from] = from;
    floats[at + EVENT.to] = to;
    floats[at + EVENT.task] = task;
    floats[at + EVENT.detail] = detail;
    floats[at + EVENT.what] = kind + name * 256;
    this.#written = (this.#written + 1) | 0;
    Atomics.store(words, HEADER.written, this.#written);
  }

  #name(text: string): number {
    this.#follow();
    // Most events are of the name of the one before.
    if (text === this.#lastName) return this.#lastId;
    this.#lastName = text;
    return (this.#lastId = this.#names.get(text) ?? this.#learn(text));
  }

  /** Begins anew where a new recording did. */
  #follow(): void {
    const wanted = this.#words[HEADER.wanted] as number;
    if (wanted !== this.#recording && wanted !== 0) this.#begin(wanted);
  }

  #begin(recording: number): void {
    this.#recording = recording;
    this.#names.clear();
    this.#lastName = undefined;
    const words = this.#words;
    // A thread that took the place of a dead one goes on where that one was.
    if (words[HEADER.recording] === recording) return;
    this.#bytes.fill(0, SUMS, SUMS + (words[HEADER.names] as number) * SUMS_STRIDE);
    for (const field of [HEADER.names, HEADER.nameBytes, HEADER.dropped, HEADER.sleeps]) {
      words[field] = 0;
    }
    this.#floats[SLEPT >>> 3] = 0;
    this.#floats[BUSY >>> 3] = 0;
    Atomics.store(words, HEADER.recording, recording);
    this.#learn("(other names)");
  }

  #learn(text: string): number {
    const words = this.#words;
    const id = words[HEADER.names] as number;
    if (id >= MAX_NAMES) return 0;
    const bytes = new TextEncoder().encode(text);
    const length = Math.min(bytes.length, MAX_NAME_BYTES);
    const at = NAMES + (words[HEADER.nameBytes] as number);
    this.#counts[at >>> 2] = length;
    this.#bytes.set(bytes.subarray(0, length), at + 4);
    words[HEADER.nameBytes]! += 4 + ((length + 3) & ~3);
    Atomics.store(words, HEADER.names, id + 1);
    this.#names.set(text, id);
    return id;
  }
}

/** Words before the counts by duration. */
const SUM_WORDS: number = SUM_FLOATS * 2;
