/**
 * All events of a recording, written while they come: an array of entries of the trace format, a line each. Perfetto opens
 * it as far as it goes, also where the program was killed and the end is missing. In bounded memory: arrows between tasks
 * that are very far apart are left out, and so are events that come while the stream is too far behind, which the last
 * entry counts.
 */

import { closeSync, createWriteStream, openSync } from "node:fs";
import type { Writable } from "node:stream";
import { EVENT_FLOATS, EVENT_KIND } from "../events/layout.ts";
import { writeError } from "../platform/output.ts";
import { BoundedMap } from "../util/bounded-map.ts";
import { invalidArgument } from "../wire/errors.ts";
import type { EventBatch } from "../wire/events.ts";
import { SUMS } from "./chrome.ts";
import { arrow, type ChromeEvent, entriesOf, namesOf, type Slice } from "./chrome-entries.ts";
import type { TraceSummary } from "./summary.ts";
import { eventAt, isOnTrack, type TraceEvent } from "./trace-event.ts";

/** Bytes that the stream may be behind. */
const MOST_BEHIND: number = 64 * 2 ** 20;
/** Tasks whose slices are remembered for arrows. */
const MOST_TASKS: number = 2 ** 16;

/** What is known of a task that something depends on, or that depends on something. */
interface End {
  slice: Slice | undefined;
  /** Dependencies that lack this slice. */
  readonly edges: Edge[];
}

interface Edge {
  readonly from: number;
  readonly to: number;
}

export class EventStream {
  readonly #to: string | Writable;
  #open: Writable | undefined;
  readonly #began: number;
  readonly #tracks = new Set<string>();
  readonly #ends = new BoundedMap<End, number>(MOST_TASKS);
  #arrows = 0;
  #isFirst = true;
  #leftOut = 0;
  #failed = false;

  /** Writes to a file, which is there from the first events on, or a stream; ends it. */
  constructor(to: string | Writable, began: number) {
    this.#to = to;
    this.#began = began;
  }

  #opened(): Writable {
    if (this.#open) return this.#open;
    const to = typeof this.#to === "string" ? createWriteStream(this.#to) : this.#to;
    to.once("error", (error: Error) => {
      this.#failed = true;
      writeError(`bodkin: the stream of events ends: ${error.message}\n`);
    });
    return (this.#open = to);
  }

  hear(worker: number, { threads }: EventBatch): void {
    if (this.#failed) return;
    if ((this.#open?.writableLength ?? 0) > MOST_BEHIND) {
      this.#leftOut += threads.reduce((sum, { events }) => sum + events.length / EVENT_FLOATS, 0);
      return;
    }
    const lines: string[] = [];
    for (const { slot, events, names } of threads) {
      const place = { worker, thread: slot };
      for (let at = 0; at < events.length; at += EVENT_FLOATS) {
        for (const entry of this.#entries(eventAt(events, at, names, place, this.#began))) {
          lines.push(JSON.stringify(entry));
        }
      }
    }
    this.#write(lines);
  }

  /** Writes the sums and the end; resolves when all is written, or cannot be. */
  async end(summary: TraceSummary): Promise<void> {
    if (this.#failed) return;
    const args = { leftOut: this.#leftOut, [SUMS]: summary };
    this.#write([JSON.stringify({ ph: "M", name: SUMS, pid: 1, tid: 0, args })]);
    const to = this.#opened();
    await new Promise<void>((resolve) => {
      to.once("error", () => resolve());
      to.end("\n]\n", () => resolve());
    });
  }

  #write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#opened().write(`${this.#isFirst ? "[\n" : ",\n"}${lines.join(",\n")}`);
    this.#isFirst = false;
  }

  *#entries(event: TraceEvent): Generator<ChromeEvent> {
    const track = `${event.worker}.${event.thread}`;
    if (!this.#tracks.has(track)) {
      this.#tracks.add(track);
      yield* namesOf(event);
    }
    yield* entriesOf(event);
    if (event.kind === EVENT_KIND.edge) yield* this.#needs({ from: event.detail, to: event.task });
    else if (isOnTrack(event)) yield* this.#ran(event);
  }

  #endOf(task: number): End {
    return this.#ends.getOrMake(task, () => ({ slice: undefined, edges: [] }));
  }

  *#needs(edge: Edge): Generator<ChromeEvent> {
    const [before, after] = [this.#endOf(edge.from), this.#endOf(edge.to)];
    if (before.slice && after.slice) yield* arrow(++this.#arrows, before.slice, after.slice);
    else for (const end of [before, after]) if (!end.slice) end.edges.push(edge);
  }

  *#ran(event: TraceEvent): Generator<ChromeEvent> {
    const own = this.#endOf(event.task);
    own.slice = event;
    for (const { from, to } of own.edges.splice(0)) {
      const [before, after] = [this.#endOf(from).slice, this.#endOf(to).slice];
      if (before && after) yield* arrow(++this.#arrows, before, after);
    }
  }
}

/** @throws BodkinError where there is no file and none can be made */
export function checkPath(path: string): void {
  try {
    closeSync(openSync(path, "a"));
  } catch (error) {
    throw invalidArgument(`cannot write events to ${path}: ${(error as Error).message}`);
  }
}
