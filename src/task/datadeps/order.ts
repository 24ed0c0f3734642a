/**
 * Which tasks a new one waits for, from what they do with the same memory: a reader for the writers before it, a
 * writer for readers and writers before it, where the bytes overlap. Pure: memory is a name with a list of bytes.
 */

import { covers, type Interval, overlap } from "./parts.ts";

/** All of it, or some bytes. */
export type Bytes = readonly Interval[] | "all";

interface Entry<T> {
  readonly task: T;
  readonly bytes: Bytes;
  readonly writes: boolean;
}

const meet = (a: Bytes, b: Bytes): boolean => a === "all" || b === "all" || overlap(a, b);
const contains = (outer: Bytes, inner: Bytes): boolean =>
  outer === "all" || (inner !== "all" && covers(outer, inner));

export class AccessOrder<T> {
  readonly #entries = new Map<unknown, Entry<T>[]>();

  /** Notes an access and gives the tasks that it must come after, each once, not the task itself. */
  add(memory: unknown, task: T, bytes: Bytes, writes: boolean): T[] {
    if (bytes.length === 0) return []; // no bytes, no meeting
    const entries = this.#entries.get(memory) ?? [];
    const before = new Set<T>();
    for (const entry of entries) {
      if ((writes || entry.writes) && entry.task !== task && meet(entry.bytes, bytes)) {
        before.add(entry.task);
      }
    }
    // What a writer covers is behind it: whoever comes later waits for it, and it waited for them.
    const kept = writes
      ? entries.filter((entry) => entry.task === task || !contains(bytes, entry.bytes))
      : entries;
    kept.push({ task, bytes, writes });
    this.#entries.set(memory, kept);
    return [...before];
  }
}
