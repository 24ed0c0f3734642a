/**
 * Parts of data that an access is about, as plain data. What a kind of part means is registered by the room that
 * knows the data: which bytes it covers, and what a function is given of it.
 */

import { internalError } from "../../wire/errors.ts";

/** Bytes from `start` up to before `end`. */
export type Interval = readonly [start: number, end: number];

export interface Part {
  readonly kind: string;
}

/** Elements in row-major order. */
export interface Layout {
  readonly shape: readonly number[];
  /** Bytes of an element. */
  readonly size: number;
}

export interface PartKind<P extends Part> {
  /** The bytes of a part, in ascending order without overlap. @throws BodkinError where the data has no such part */
  spans(part: P, layout: Layout): readonly Interval[];
  /** What a function gets in place of the whole. */
  take(part: P, value: unknown): unknown;
}

const kinds = new Map<string, PartKind<Part>>();

/** Makes a kind of parts known; at load, in every thread. */
export function registerPart<P extends Part>(kind: string, meaning: PartKind<P>): void {
  kinds.set(kind, meaning as unknown as PartKind<Part>);
}

function meaningOf({ kind }: Part): PartKind<Part> {
  const meaning = kinds.get(kind);
  if (!meaning) throw internalError(`no kind of part '${kind}' here`);
  return meaning;
}

export const isPart = (value: unknown): value is Part =>
  typeof value === "object" && value !== null && kinds.has((value as Partial<Part>).kind ?? "");

export const spansOf = (part: Part, layout: Layout): readonly Interval[] =>
  meaningOf(part).spans(part, layout);

export const takePart = (part: Part, value: unknown): unknown => meaningOf(part).take(part, value);

/** Whether two lists of intervals have a byte in common. */
export function overlap(a: readonly Interval[], b: readonly Interval[]): boolean {
  const [first, last] = [a[0], a.at(-1)];
  const [start, end] = [b[0], b.at(-1)];
  if (!first || !last || !start || !end || last[1] <= start[0] || end[1] <= first[0]) return false;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [one, two] = [a[i] as Interval, b[j] as Interval];
    if (one[0] < two[1] && two[0] < one[1]) return true;
    if (one[1] <= two[1]) i++;
    else j++;
  }
  return false;
}

/** Whether every byte of `inner` is one of `outer`. */
export function covers(outer: readonly Interval[], inner: readonly Interval[]): boolean {
  let i = 0;
  return inner.every(([start, end]) => {
    let from = start;
    while (i < outer.length && (outer[i] as Interval)[1] <= from) i++;
    for (; i < outer.length && from < end; i++) {
      const [low, high] = outer[i] as Interval;
      if (low > from) return false;
      from = Math.max(from, high);
      if (from >= end) return true;
    }
    return from >= end;
  });
}
