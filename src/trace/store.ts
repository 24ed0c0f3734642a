/**
 * What was heard of the threads of the cluster since a recording began. Sums are exact. Events are kept in bounded
 * memory: when there are too many, every other task is left out, whole with its dependencies, over all of the time;
 * how many there were is known and said.
 */

import { EVENT, EVENT_FLOATS, EVENT_KIND } from "../events/layout.ts";
import type { EventBatch, PredictionSums, ThreadEvents, ThreadSums } from "../wire/events.ts";
import { eventAt, KIND_BITS, KINDS, kindOf, OTHER_NAMES, type TraceEvent } from "./trace-event.ts";

/** A thread, over all clusters of the recording. */
export interface ThreadTotals {
  readonly worker: number;
  readonly sums: ThreadSums;
}

export type WorkerFigures = Pick<EventBatch, "memory" | "traffic" | "queue">;

/** A line that a thread printed. */
export interface LogLine {
  readonly worker: number;
  readonly thread: number;
  readonly text: string;
}

/** Of the lines that threads printed the last are kept. */
const MOST_LINES = 200;

const FLOATS = EVENT_FLOATS + 1;
const SLOTS = 256;
export const MOST_EVENTS: number = 2 ** 20;

export class TraceStore {
  /** On the clock of this machine, in milliseconds. */
  readonly began: number;
  /** When it ended; until then it goes on. */
  ended: number | undefined;
  /** Events there were, kept or not, except those that found a ring full. */
  seen = 0;
  /** The most bytes in the heaps of all processes at one time, as far as somebody looked. */
  peakMemory = 0;
  /** Lines that threads printed, kept or not. */
  printed = 0;
  /** Called when a cluster starts to run. */
  onUsed: (() => void) | undefined;
  readonly #most: number;
  readonly #names: string[] = [];
  readonly #ids = new Map<string, number>();
  /** Room for all that may be kept: pages of memory that nothing was written to are none. */
  readonly #rows: Float64Array;
  #count = 0;
  /** One of so many tasks is kept. */
  #stride = 1;
  /** By cluster, worker and slot. */
  readonly #sums = new Map<string, ThreadTotals>();
  readonly #predictions = new Map<string, readonly PredictionSums[]>();
  readonly #figures = new Map<number, WorkerFigures>();
  readonly #log: LogLine[] = [];
  #clusters = 0;

  constructor(began: number, most: number = MOST_EVENTS) {
    this.began = began;
    this.#most = most;
    this.#rows = new Float64Array(most * FLOATS);
  }

  /** A cluster ran meanwhile. */
  get wasUsed(): boolean {
    return this.#clusters > 0;
  }

  /** Events that are kept. */
  get kept(): number {
    return this.#count;
  }

  /** Events that found a ring full. */
  get dropped(): number {
    return this.threads.reduce((sum, { sums }) => sum + sums.dropped, 0);
  }

  /** Of each worker, when somebody last looked. */
  get figures(): ReadonlyMap<number, WorkerFigures> {
    return this.#figures;
  }

  /** The last lines that threads printed. */
  get log(): readonly LogLine[] {
    return this.#log;
  }

  /** By name, over all workers and clusters. */
  predictions(): PredictionSums[] {
    const sums = new Map<string, PredictionSums>();
    for (const { name, count, predicted, measured } of [...this.#predictions.values()].flat()) {
      const sofar = sums.get(name) ?? { name, count: 0, predicted: 0, measured: 0 };
      sums.set(name, {
        name,
        count: sofar.count + count,
        predicted: sofar.predicted + predicted,
        measured: sofar.measured + measured,
      });
    }
    return [...sums.values()].sort((a, b) => b.measured - a.measured);
  }

  /** All names so far; `rows` give places in it. */
  get names(): readonly string[] {
    return this.#names;
  }

  /** Changes when events were left out: rows are in other places then. */
  get stride(): number {
    return this.#stride;
  }

  /** Rows from one on, at most so many: events with `worker * 256 + thread` behind each. */
  rows(first: number, most: number): Float64Array {
    const end = Math.min(this.#count, first + most);
    return this.#rows.subarray(Math.min(first, end) * FLOATS, end * FLOATS);
  }

  get threads(): readonly ThreadTotals[] {
    return [...this.#sums.values()];
  }

  /** Hears one cluster. */
  listener(): (worker: number, batch: EventBatch) => void {
    const cluster = ++this.#clusters;
    this.onUsed?.();
    return (worker, batch) => {
      for (const thread of batch.threads) this.#add(worker, thread);
      for (const sums of batch.sums ?? []) {
        this.#sums.set(`${cluster}.${worker}.${sums.slot}`, { worker, sums });
      }
      if (batch.predictions) this.#predictions.set(`${cluster}.${worker}`, batch.predictions);
      const { memory, traffic, queue } = batch;
      this.#figures.set(worker, { memory, traffic, queue });
      const all = [...this.#figures.values()].reduce((sum, { memory }) => sum + memory.bytes, 0);
      this.peakMemory = Math.max(this.peakMemory, all);
    };
  }

  #add(worker: number, { slot, events, names, log }: ThreadEvents): void {
    for (const text of log) this.#log.push({ worker, thread: slot, text });
    this.#log.splice(0, this.#log.length - MOST_LINES);
    this.printed += log.length;
    const rows = this.#rows;
    const ids = names.map((name) => this.#idOf(name));
    const track = worker * SLOTS + slot;
    this.seen += events.length / EVENT_FLOATS;
    for (let at = 0; at < events.length; at += EVENT_FLOATS) {
      if (this.#stride > 1 && !this.#isKept(events, at)) continue;
      if (this.#count === this.#most) {
        this.#thin();
        if (!this.#isKept(events, at)) continue;
      }
      const to = this.#count++ * FLOATS;
      const what = events[at + EVENT.what] as number;
      const name = ids[what >>> KIND_BITS] ?? this.#idOf(OTHER_NAMES);
      rows[to + EVENT.from] = events[at + EVENT.from] as number;
      rows[to + EVENT.to] = events[at + EVENT.to] as number;
      rows[to + EVENT.task] = events[at + EVENT.task] as number;
      rows[to + EVENT.detail] = events[at + EVENT.detail] as number;
      rows[to + EVENT.what] = kindOf(what) + name * KINDS;
      rows[to + EVENT_FLOATS] = track;
    }
  }

  #idOf(name: string): number {
    let id = this.#ids.get(name);
    if (id === undefined) {
      this.#ids.set(name, (id = this.#names.length));
      this.#names.push(name);
    }
    return id;
  }

  /** All events of a task are kept or none; those of no task one by one. */
  #isKept(rows: Float64Array, at: number): boolean {
    if (this.#stride === 1) return true;
    const kind = kindOf(rows[at + EVENT.what] as number);
    const key = kind >= EVENT_KIND.moved ? rows[at + EVENT.from] : rows[at + EVENT.task];
    return hashOf(key as number) % this.#stride === 0;
  }

  #thin(): void {
    const rows = this.#rows;
    while (this.#count > this.#most / 2) {
      this.#stride *= 2;
      let kept = 0;
      for (let row = 0; row < this.#count; row++) {
        if (!this.#isKept(rows, row * FLOATS)) continue;
        const [from, to] = [row * FLOATS, kept++ * FLOATS];
        for (let i = 0; i < FLOATS; i++) rows[to + i] = rows[from + i] as number;
      }
      this.#count = kept;
    }
  }

  /** The kept events, as they came. */
  *events(): Generator<TraceEvent> {
    const rows = this.#rows;
    for (let row = 0; row < this.#count; row++) {
      const at = row * FLOATS;
      const track = rows[at + EVENT_FLOATS] as number;
      const place = { worker: Math.floor(track / SLOTS), thread: track % SLOTS };
      yield eventAt(rows, at, this.#names, place, this.began);
    }
  }
}

const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);

/** Spreads numbers that follow each other. */
function hashOf(value: number): number {
  FLOAT[0] = value;
  let hash = Math.imul(
    (WORDS[0] as number) ^ Math.imul(WORDS[1] as number, 0x9e3779b1),
    0x85ebca6b,
  );
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
