/** The recording as the page gets it: what is new for each reader, and all of it for a file. */

import { EVENT_KIND } from "../../events/layout.ts";
import { shownCollections } from "../../task/collections.ts";
import { packageVersion } from "../../wire/version.ts";
import type { FailureGroup } from "../failures.ts";
import type { TraceStore, WorkerFigures } from "../store.ts";
import { summaryOf } from "../summary.ts";
import { foldedGraph } from "../task-graph.ts";
import { kindOf } from "../trace-event.ts";
import {
  type About,
  type CollectionState,
  type EventsMessage,
  ROW,
  ROW_FLOATS,
  type SavedRecording,
  type StateMessage,
  type ThreadState,
} from "./protocol.ts";

/** What the page draws. */
const SHOWN: ReadonlySet<number> = new Set([
  EVENT_KIND.run,
  EVENT_KIND.failed,
  EVENT_KIND.call,
  EVENT_KIND.awaited,
  EVENT_KIND.awaitedFailed,
  EVENT_KIND.moved,
]);

/** How far a reader is. */
export class Cursor {
  #stride = 0;
  #row = 0;
  #names = 0;

  /** What is new, of at most so many events; undefined where there is nothing. */
  next(store: TraceStore, most: number): EventsMessage | undefined {
    const reset = this.#stride !== store.stride;
    if (reset) this.#row = 0;
    this.#stride = store.stride;
    const rows = store.rows(this.#row, most);
    const names = store.names.slice(this.#names);
    if (rows.length === 0 && names.length === 0 && !reset) return undefined;
    this.#row += rows.length / ROW_FLOATS;
    this.#names += names.length;
    return { reset, names, rows: base64Of(rows, store.began) };
  }
}

function base64Of(rows: Float64Array, began: number): string {
  const shown = new Float64Array(rows.length);
  let length = 0;
  for (let at = 0; at < rows.length; at += ROW_FLOATS) {
    if (!SHOWN.has(kindOf(rows[at + ROW.what] as number))) continue;
    shown.set(rows.subarray(at, at + ROW_FLOATS), length);
    shown[length + ROW.from] = (rows[at + ROW.from] as number) - began;
    shown[length + ROW.to] = (rows[at + ROW.to] as number) - began;
    length += ROW_FLOATS;
  }
  return Buffer.from(shown.buffer, 0, length * 8).toString("base64");
}

const NO_FIGURES: WorkerFigures = {
  memory: { bytes: 0, bound: 0, disk: 0 },
  traffic: { sent: 0, received: 0 },
  queue: { ready: 0, stolen: 0 },
};

/** Larger ones are not drawn. */
const MOST_CHUNKS = 4096;
const MOST_COLLECTIONS = 40;

/** The distributed arrays and tables that are alive, the latest first. */
export const collectionsOf = (): CollectionState[] =>
  shownCollections()
    .reverse()
    .slice(0, MOST_COLLECTIONS)
    .map(({ text, grid, chunks }) => ({
      text,
      grid,
      bytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
      workers: chunks
        .slice(0, MOST_CHUNKS)
        .map(({ state, worker }) => (state === "there" ? worker : state === "failed" ? -1 : 0)),
    }));

export function stateOf(store: TraceStore, now: number): StateMessage {
  const { tasks, idle, threads, peakMemory, elapsed } = summaryOf(store, now);
  const workers = Map.groupBy(store.threads, ({ worker }) => worker);
  return {
    elapsed,
    isOver: store.ended !== undefined,
    tasks,
    idle,
    threads,
    peakMemory,
    seen: store.seen + store.dropped,
    kept: store.kept,
    predictions: store.predictions(),
    workers: [...workers]
      .sort(([a], [b]) => a - b)
      .map(([worker, own]) => ({
        worker,
        ...(store.figures.get(worker) ?? NO_FIGURES),
        threads: own
          .map(
            ({ sums }): ThreadState => ({
              thread: sums.slot,
              busy: sums.busy,
              slept: sums.slept,
              done: sums.names.reduce((sum, { done }) => sum + done, 0),
            }),
          )
          .sort((a, b) => a.thread - b.thread),
      })),
  };
}

export const about = (): About => ({
  title: process.argv[1]?.split(/[\\/]/).at(-1) ?? "program",
  version: packageVersion,
  node: process.versions.node,
});

/** All of a recording. */
export function savedOf(
  store: TraceStore,
  now: number,
  failures: readonly FailureGroup[],
): SavedRecording {
  return {
    about: about(),
    events: new Cursor().next(store, Number.MAX_SAFE_INTEGER) ?? {
      reset: true,
      names: [],
      rows: "",
    },
    state: stateOf(store, now),
    failures,
    graph: foldedGraph(store),
    collections: collectionsOf(),
    log: store.log,
  };
}
