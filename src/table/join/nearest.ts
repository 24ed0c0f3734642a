/** As-of joins: to each row the one of the other side whose key is nearest to its own in a direction. */

import { type Column, isNull, type Partition } from "../columns/column.ts";
import type { ColumnType, Field, TimeUnit } from "../columns/field.ts";
import { columnNamed } from "../keys/columns.ts";
import type { Identities } from "../keys/identify.ts";
import { orderOf } from "../sort/order.ts";

/** Plain data. */
export interface NearestSpec {
  readonly left: string;
  readonly right: string;
  /** To the greatest right key that is not above, to the least that is not below, or to the nearer of both. */
  readonly strategy: "backward" | "forward" | "nearest";
  /** How far a key may be: in what numbers count, of dates and times in milliseconds. */
  readonly tolerance?: number;
}

/** What an as-of join has in common; keys of two kinds are never near. */
export const nearestKind = (type: ColumnType): string | undefined => {
  if (type === "date" || type === "timestamp") return type;
  return type === "bool" || type === "utf8" || type === "dictionary" ? undefined : "number";
};

/**
 * Of each left row the right one, −1 where there is none. Rows whose `ids` differ are never near. Of equal right keys the
 * last one is taken backwards, the first one forwards; of two at the same distance the one before. NaN is above all.
 */
export function nearestRows(
  left: Partition,
  right: Partition,
  spec: NearestSpec,
  { ids, count }: Identities,
): Int32Array {
  const [own, other] = ids as [Int32Array, Int32Array];
  const key = columnNamed(left, spec.left);
  const groups = inGroups(right, spec.right, other, count);
  const [x, y] = comparable(key, left.rows, columnNamed(right, spec.right), right.rows);
  const limit = (spec.tolerance ?? Number.POSITIVE_INFINITY) * (UNITS[unitOf(key)] ?? 1);
  const distance = (row: number, found: number): number =>
    Math.abs(Number((x[row] as number) - (y[found] as number)));
  const near = (row: number, found: number): number =>
    found < 0 || (limit < Number.POSITIVE_INFINITY && !(distance(row, found) <= limit))
      ? -1
      : found;
  const found = new Int32Array(left.rows).fill(-1);
  for (let row = 0; row < left.rows; row++) {
    const id = own[row] as number;
    if (id < 0 || isNull(key, row)) continue;
    const from = groups.starts[id] as number;
    const to = groups.starts[id + 1] as number;
    const { rows } = groups;
    let before = -1;
    let after = -1;
    if (spec.strategy !== "forward") {
      const place = firstPlace(rows, from, to, (at) => isAbove(y[at] as number, x[row] as number));
      if (place > from) before = rows[place - 1] as number;
    }
    if (spec.strategy !== "backward") {
      const place = firstPlace(rows, from, to, (at) => !isAbove(x[row] as number, y[at] as number));
      if (place < to) after = rows[place] as number;
    }
    const isBefore = before >= 0 && !(after >= 0 && distance(row, after) < distance(row, before));
    found[row] = near(row, isBefore ? before : after);
  }
  return found;
}

/** Rows of each number in the order of their keys; those without a key are left out. */
function inGroups(partition: Partition, name: string, ids: Int32Array, count: number) {
  const column = columnNamed(partition, name);
  const starts = new Int32Array(count + 1);
  const isThere = (row: number): boolean => (ids[row] as number) >= 0 && !isNull(column, row);
  for (let row = 0; row < ids.length; row++) {
    if (isThere(row)) (starts[(ids[row] as number) + 1] as number)++;
  }
  for (let id = 0; id < count; id++) (starts[id + 1] as number) += starts[id] as number;
  const next = starts.slice(0, count);
  const rows = new Int32Array(starts[count] as number);
  for (const row of orderOf(partition, [{ name, descending: false, nulls: "last" }])) {
    if (isThere(row)) rows[(next[ids[row] as number] as number)++] = row;
  }
  return { rows, starts };
}

/** The first place from which on rows fulfil what all after them do. */
function firstPlace(
  rows: Int32Array,
  from: number,
  to: number,
  holds: (row: number) => boolean,
): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(rows[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** In the order of sorting, in which NaN comes last. */
const isAbove = (a: number, b: number): boolean => a > b || (Number.isNaN(a) && !Number.isNaN(b));

/** Keys that compare: integers of 64 bits exactly where both sides have such. */
function comparable(left: Column, lefts: number, right: Column, rights: number) {
  const isWide = ({ values }: Column): boolean =>
    values instanceof BigInt64Array || values instanceof BigUint64Array;
  if (isWide(left) && isWide(right)) {
    return [left.values, right.values] as unknown as [Float64Array, Float64Array];
  }
  const numbers = ({ values }: Column, rows: number): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => Number(values[row]));
  return [numbers(left, lefts), numbers(right, rights)] as const;
}

/** What a key counts in a millisecond. */
const UNITS: Readonly<Partial<Record<TimeUnit | "date", number>>> = {
  s: 1e-3,
  us: 1e3,
  ns: 1e6,
  date: 1 / 86_400_000,
};

const unitOf = ({ type, unit }: Field): TimeUnit | "date" =>
  type === "date" ? "date" : (unit ?? "ms");
