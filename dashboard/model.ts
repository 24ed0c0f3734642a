/**
 * The events of a recording as they are drawn: a track a thread, on which events lie in the order of their ends, with ever
 * coarser summaries above them. So a picture of a million events looks at no more of them than it has pixels.
 */

import { type EventsMessage, ROW, ROW_FLOATS } from "../src/trace/dashboard/protocol.ts";
import { KINDS } from "../src/trace/trace-event.ts";

/** Events of one entry of the level above. */
const FANOUT = 16;

/** Numbers of events, and of entries above them; grows as needed. */
class Column {
  values: Float64Array<ArrayBuffer> = new Float64Array(64);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }
}

/** Entries of a level: what they span, and the name that took most of it. */
class Level {
  readonly from = new Column();
  readonly to = new Column();
  readonly longest = new Column();
}

export interface TaskEvent {
  readonly from: number;
  readonly to: number;
  readonly task: number;
  readonly detail: number;
  readonly kind: number;
  readonly name: number;
}

export class Track {
  readonly worker: number;
  readonly thread: number;
  readonly from = new Column();
  readonly to = new Column();
  readonly #task = new Column();
  readonly #detail = new Column();
  readonly what = new Column();
  readonly levels: Level[] = [];

  constructor(worker: number, thread: number) {
    this.worker = worker;
    this.thread = thread;
  }

  get length(): number {
    return this.from.length;
  }

  add(rows: Float64Array, at: number): void {
    this.from.push(rows[at + ROW.from] as number);
    this.to.push(rows[at + ROW.to] as number);
    this.#task.push(rows[at + ROW.task] as number);
    this.#detail.push(rows[at + ROW.detail] as number);
    this.what.push(rows[at + ROW.what] as number);
    this.#sumUp(0);
  }

  event(at: number): TaskEvent {
    const what = this.what.values[at] as number;
    return {
      from: this.from.values[at] as number,
      to: this.to.values[at] as number,
      task: this.#task.values[at] as number,
      detail: this.#detail.values[at] as number,
      kind: what % KINDS,
      name: Math.floor(what / KINDS),
    };
  }

  /** Makes an entry above the last ones where there are enough. */
  #sumUp(depth: number): void {
    const below = depth === 0 ? undefined : (this.levels[depth - 1] as Level);
    const [from, to] = below ? [below.from, below.to] : [this.from, this.to];
    if (from.length % FANOUT !== 0) return;
    let level = this.levels[depth];
    if (!level) this.levels.push((level = new Level()));
    let [first, last, longest, most] = [Number.POSITIVE_INFINITY, 0, 0, -1];
    for (let at = from.length - FANOUT; at < from.length; at++) {
      const [a, b] = [from.values[at] as number, to.values[at] as number];
      first = Math.min(first, a);
      last = Math.max(last, b);
      if (b - a <= most) continue;
      most = b - a;
      longest = below ? (below.longest.values[at] as number) : at;
    }
    level.from.push(first);
    level.to.push(last);
    level.longest.push(longest);
    this.#sumUp(depth + 1);
  }

  /**
   * Visits what lies between two times, the latest first: events, or entries that are shorter than `grain` by the event
   * that took most of them. What lies within another comes after it.
   */
  visit(
    first: number,
    last: number,
    grain: number,
    see: (from: number, to: number, event: number) => void,
  ): void {
    const walk = (depth: number, begin: number, end: number): void => {
      const level = depth === 0 ? this : (this.levels[depth - 1] as Level);
      for (let at = end - 1; at >= begin; at--) {
        const [from, to] = [level.from.values[at] as number, level.to.values[at] as number];
        if (to < first || from > last) continue;
        if (depth === 0) see(from, to, at);
        else if (to - from < grain) see(from, to, (level as Level).longest.values[at] as number);
        else walk(depth - 1, at * FANOUT, (at + 1) * FANOUT);
      }
    };
    // What is in no entry of a level yet lies behind all that is.
    let covered = this.length;
    for (let depth = 0; depth <= this.levels.length; depth++) {
      const above = this.levels[depth];
      const begin = (above?.from.length ?? 0) * FANOUT;
      walk(depth, begin, covered);
      covered = above?.from.length ?? 0;
    }
  }
}

export class Recording {
  readonly names: string[] = [];
  readonly #tracks = new Map<number, Track>();
  /** When the last event ended. */
  end = 0;
  count = 0;

  /** Threads, in their order. */
  tracks(): Track[] {
    return [...this.#tracks].sort(([a], [b]) => a - b).map(([, track]) => track);
  }

  add({ reset, names, rows }: EventsMessage): void {
    if (reset) {
      this.#tracks.clear();
      this.count = 0;
    }
    this.names.push(...names);
    const floats = floatsOf(rows);
    for (let at = 0; at < floats.length; at += ROW_FLOATS) {
      const key = floats[at + ROW.track] as number;
      let track = this.#tracks.get(key);
      if (!track) this.#tracks.set(key, (track = new Track(Math.floor(key / 256), key % 256)));
      track.add(floats, at);
      this.end = Math.max(this.end, floats[at + ROW.to] as number);
      this.count++;
    }
  }

  /** All events as they came, to be saved. */
  message(): EventsMessage {
    const floats = new Float64Array(this.count * ROW_FLOATS);
    let at = 0;
    for (const track of this.tracks()) {
      for (let i = 0; i < track.length; i++) {
        const { from, to, task, detail } = track.event(i);
        const key = track.worker * 256 + track.thread;
        floats.set([from, to, task, detail, track.what.values[i] as number, key], at);
        at += ROW_FLOATS;
      }
    }
    return { reset: true, names: this.names, rows: base64Of(floats) };
  }
}

function floatsOf(base64: string): Float64Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new Float64Array(bytes.buffer);
}

function base64Of(floats: Float64Array<ArrayBuffer>): string {
  const bytes = new Uint8Array(floats.buffer);
  const pieces: string[] = [];
  // A call has no more arguments than that.
  for (let at = 0; at < bytes.length; at += 0x7ffe) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 0x7ffe))));
  }
  return pieces.join("");
}
