/**
 * The collections of this program that are alive while somebody watches: what each is, and where its chunks are. Being
 * looked at is no reason for any to live, and nothing is computed or moved for it.
 */

import { findContext } from "../runtime/context.ts";
import { TAG } from "../sched/layout.ts";
import type { Chunk } from "./chunk.ts";
import { type Task, TaskHandle } from "./task.ts";

/** Where a chunk is. */
export interface ChunkPlace {
  readonly state: "waiting" | "failed" | "there";
  readonly worker: number;
  readonly bytes: number;
}

export interface CollectionView {
  /** What it is, in a line. */
  readonly text: string;
  /** Chunks along each axis. */
  readonly grid: readonly number[];
  /** In row-major order of the grid. */
  readonly chunks: readonly ChunkPlace[];
}

interface Entry {
  readonly owner: WeakRef<object>;
  readonly view: (owner: object) => CollectionView | undefined;
}

const MOST_COLLECTIONS = 256;

let entries: Entry[] = [];

/** Shows a collection to whoever watches now; `view` gives nothing while there is nothing to see. */
export function showCollection<T extends object>(
  owner: T,
  view: (owner: T) => CollectionView | undefined,
): void {
  const context = findContext();
  if (!context?.events.isOn || context.seat.slot !== 0) return;
  if (entries.length >= MOST_COLLECTIONS) {
    entries = entries
      .filter((entry) => entry.owner.deref() !== undefined)
      .slice(1 - MOST_COLLECTIONS);
  }
  entries.push({ owner: new WeakRef(owner), view: view as Entry["view"] });
}

/** Those that are alive, the latest last. */
export function shownCollections(): CollectionView[] {
  entries = entries.filter(({ owner }) => owner.deref() !== undefined);
  return entries.flatMap(({ owner, view }) => {
    const alive = owner.deref();
    return (alive && view(alive)) ?? [];
  });
}

const WAITING: ChunkPlace = { state: "waiting", worker: 0, bytes: 0 };
const FAILED: ChunkPlace = { state: "failed", worker: 0, bytes: 0 };

/** Where the result of a task, or a chunk, is. */
export function placeOfChunk(source: Task<unknown> | Chunk<unknown>): ChunkPlace {
  if (!(source instanceof TaskHandle)) {
    const { processor, size } = source as Chunk<unknown>;
    return processor ? { state: "there", worker: processor.worker, bytes: size ?? 0 } : WAITING;
  }
  if (source.gone) return FAILED;
  if (!source.outcome) return WAITING;
  const { tag, word } = source.outcome;
  if (tag === TAG.error) return FAILED;
  const { heap, worker } = source.context;
  if (tag !== TAG.chunk) return { state: "there", worker, bytes: 8 };
  return { state: "there", worker: heap.get(word, "worker") || worker, bytes: heap.bytesOf(word) };
}
