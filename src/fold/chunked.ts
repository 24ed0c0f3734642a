/**
 * What can be folded: collections that offer their chunks, and anything that can be iterated over. Collections, such
 * as distributed arrays, make themselves known; nothing here knows them.
 */

import type { Chunk } from "../task/chunk.ts";
import type { Task } from "../task/task.ts";

/** A collection of elements `T`, each chunk of which a task makes; `W` is what it is locally. */
export interface Chunked<out T, out W = T[]> {
  readonly chunks: readonly Task<Iterable<T>>[];
  collect(): Promise<W>;
}

/** A distributed table of rows. */
export interface Rows<out T> {
  toRows(): Promise<T[]>;
}

/** What folds take. */
export type Foldable<T, W = T[]> = Chunked<T, W> | Iterable<T> | Rows<T>;

/** The chunks of a collection at the time of asking: what changes the collection later is not seen. */
export interface ChunkList {
  readonly chunks: readonly (Task<unknown> | Chunk<unknown>)[];
  /** How many elements each has. */
  readonly lengths: readonly number[];
  /** The same elements, those of each chunk before those of the next. */
  inOrder(): ChunkList;
}

/** How a class of collections looks from here. */
export interface CollectionKind {
  /** Whether a value is a distributed collection of this kind. */
  claims(value: object): boolean;
  chunksOf(collection: object): ChunkList;
  /** A local collection of the same kind, of some of the elements. */
  gather(collection: object, lists: readonly ArrayLike<unknown>[]): unknown;
  /** The elements of what is local, or in a chunk, by index; undefined where it is of no such kind. */
  elementsOf(value: object): ArrayLike<unknown> | undefined;
  /** Calls with a reference to each element; what is written is in the collection from now on. */
  rewrite(collection: object, how: Rewrite): readonly Task<unknown>[];
  /** Sets all elements of what is local. False where it is of no such kind. */
  assign(value: object, elements: ArrayLike<unknown>): boolean;
}

/** A function of references, and what each task has for itself. */
export interface Rewrite {
  readonly fn: (reference: never, scratch: never) => unknown;
  readonly scratch: (() => unknown) | undefined;
}

const kinds: CollectionKind[] = [];

/** Makes a class of collections known; at load, in every thread. */
export function registerCollection(kind: CollectionKind): void {
  kinds.push(kind);
}

export const kindOf = (value: unknown): CollectionKind | undefined =>
  typeof value === "object" && value !== null
    ? kinds.find((kind) => kind.claims(value))
    : undefined;

/** The elements of a value that has them by index. */
export function indexed(value: object): ArrayLike<unknown> | undefined {
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    return value as unknown as ArrayLike<unknown>;
  }
  for (const kind of kinds) {
    const elements = kind.elementsOf(value);
    if (elements) return elements;
  }
  return undefined;
}

/** Sets the elements of a local collection. */
export function assignAll(value: object, elements: ArrayLike<unknown>): void {
  if (kinds.some((kind) => kind.assign(value, elements))) return;
  for (let at = 0; at < elements.length; at++) (value as unknown[])[at] = elements[at];
}

/** The elements of a chunk's value. */
export const elementsOf = (value: object): ArrayLike<unknown> =>
  indexed(value) ?? [...(value as Iterable<unknown>)];
