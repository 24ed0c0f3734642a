/**
 * Slices as in Python: `[start, stop, step]` with null for open and negative numbers from the end, `"..."` for all
 * axes that no other entry is for, `"newaxis"` for one that the array has not.
 */

import { invalidArgument } from "../wire/errors.ts";
import { type Shape, shapeText } from "./shape.ts";

/**
 * `null` takes all of an axis, an integer one index of it (and drops the axis), a list a range. `"..."` stands for as
 * many nulls as fit, `"newaxis"` makes an axis of length 1.
 */
export type SliceEntry =
  | number
  | null
  | "..."
  | "newaxis"
  | readonly [start?: number | null, stop?: number | null, step?: number | null];

/** The indices `start`, `start + step`, … of one axis. */
export interface AxisRange {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  /** The axis is not an axis of the result. */
  readonly drop: boolean;
}

/** The entries with one for each axis, and the new ones among them. */
export function expandSlice(
  entries: readonly SliceEntry[],
  shape: Shape,
): Exclude<SliceEntry, "...">[] {
  const given = entries.filter((entry) => entry !== "..." && entry !== "newaxis").length;
  if (given > shape.length) {
    throw invalidArgument(
      `slice has ${given} entries, but an array of shape ${shapeText(shape)} has ${shape.length} dimensions`,
    );
  }
  const at = entries.indexOf("...");
  if (at >= 0 && entries.indexOf("...", at + 1) >= 0) {
    throw invalidArgument('slice has "..." twice; it stands for all axes without an entry, once');
  }
  const open = at < 0 ? entries.length : at;
  const missing = new Array<null>(shape.length - given).fill(null);
  return [...entries.slice(0, open), ...missing, ...entries.slice(open + 1)] as Exclude<
    SliceEntry,
    "..."
  >[];
}

/** What entries take of an array, one range an axis of it; axes without an entry are taken whole. */
export function resolveSlice(entries: readonly SliceEntry[], shape: Shape): AxisRange[] {
  const own = expandSlice(entries, shape).filter((entry) => entry !== "newaxis");
  return shape.map((length, axis) => resolveEntry(own[axis] ?? null, length, axis));
}

function resolveEntry(
  entry: Exclude<SliceEntry, "..." | "newaxis">,
  length: number,
  axis: number,
): AxisRange {
  if (entry === null) return { start: 0, count: length, step: 1, drop: false };
  if (typeof entry === "number") {
    return { start: resolveIndex(entry, length, axis), count: 1, step: 1, drop: true };
  }
  if (!Array.isArray(entry) || entry.length > 3) {
    throw invalidArgument(
      `slice, axis ${axis}: ${String(entry)} is not an entry; use null, an integer, [start, stop, step], "..." or "newaxis"`,
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

/** Indices of an element, one an axis; negative ones count from the end. @throws where there is no such element */
export function resolveIndices(indices: readonly number[], shape: Shape): number[] {
  if (indices.length !== shape.length) {
    throw invalidArgument(
      `${indices.length} indices for an array of shape ${shapeText(shape)}; give ${shape.length}`,
    );
  }
  return indices.map((index, axis) => resolveIndex(index, shape[axis] as number, axis));
}
