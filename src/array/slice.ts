/** Slices as in Python: `[start, stop, step]` with null for open and negative numbers from the end. */

import { invalidArgument } from "../wire/errors.ts";
import { type Shape, shapeText } from "./shape.ts";

/** `null` takes all of an axis, an integer one index of it (and drops the axis), a list a range. */
export type SliceEntry =
  | number
  | null
  | readonly [start?: number | null, stop?: number | null, step?: number | null];

/** The indices `start`, `start + step`, … of one axis. */
export interface AxisRange {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  /** The axis is not an axis of the result. */
  readonly drop: boolean;
}

/** What entries take of an array, one range an axis; axes without an entry are taken whole. */
export function resolveSlice(entries: readonly SliceEntry[], shape: Shape): AxisRange[] {
  if (entries.length > shape.length) {
    throw invalidArgument(
      `slice has ${entries.length} entries, but an array of shape ${shapeText(shape)} has ${shape.length} dimensions`,
    );
  }
  return shape.map((length, axis) => resolveEntry(entries[axis] ?? null, length, axis));
}

function resolveEntry(entry: SliceEntry, length: number, axis: number): AxisRange {
  if (entry === null) return { start: 0, count: length, step: 1, drop: false };
  if (typeof entry === "number") {
    return { start: resolveIndex(entry, length, axis), count: 1, step: 1, drop: true };
  }
  if (!Array.isArray(entry) || entry.length > 3) {
    throw invalidArgument(
      `slice, axis ${axis}: ${String(entry)} is not an entry; use null, an integer or [start, stop, step]`,
    );
  }
  const [start, stop, step] = entry.map((part, at) => {
    if (part === null || part === undefined) return undefined;
    if (Number.isInteger(part) && (at < 2 || part !== 0)) return part;
    throw invalidArgument(
      `slice, axis ${axis}: ${["start", "stop", "step"][at]} ${String(part)}; use an integer${at === 2 ? " other than 0" : ""} or null`,
    );
  });
  return { ...range(start, stop, step ?? 1, length), drop: false };
}

/** Ends outside of the axis mean its ends. */
function range(
  start: number | undefined,
  stop: number | undefined,
  step: number,
  length: number,
): { start: number; count: number; step: number } {
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? length : length - 1;
  const clamp = (end: number): number =>
    Math.min(high, Math.max(low, end < 0 ? end + length : end));
  const first = start === undefined ? (step > 0 ? low : high) : clamp(start);
  const last = stop === undefined ? (step > 0 ? high : low) : clamp(stop);
  const count = Math.max(0, Math.ceil((last - first) / step));
  return { start: count === 0 ? 0 : first, count, step };
}

/** A position along an axis; negative ones count from the end. */
export function resolveIndex(index: number, length: number, axis: number): number {
  const at = index < 0 ? index + length : index;
  if (Number.isInteger(index) && at >= 0 && at < length) return at;
  throw invalidArgument(
    Number.isInteger(index)
      ? `index ${index} is outside of axis ${axis}, which has ${length} elements`
      : `index ${String(index)} of axis ${axis} is not an integer`,
  );
}
