/** Rows of two partitions that belong together, and the partition that they make. */

import { type IsShared, packFillings, packRows, takenOf, wholeOf } from "../columns/build.ts";
import type { Column, Partition } from "../columns/column.ts";
import { concat, wholeOf as wholeSpan } from "../columns/concat.ts";
import { columnOf } from "../columns/from-values.ts";
import type { Packed } from "../columns/packing.ts";
import { missingIn, takeOf } from "../columns/rows.ts";
import { readerOf } from "../columns/values.ts";
import { columnNamed } from "../keys/columns.ts";
import { type Identities, identify } from "../keys/identify.ts";
import { type NearestSpec, nearestRows } from "./nearest.ts";

export type JoinKind = "inner" | "left" | "right" | "outer" | "semi" | "anti" | "cross" | "asof";

/** Plain data. */
export interface JoinSpec {
  readonly left: readonly string[];
  readonly right: readonly string[];
  readonly how: JoinKind;
  /** Of an as-of join, whose other keys may be none. */
  readonly near?: NearestSpec;
  /** After the names of right columns that are taken. */
  readonly suffix: string;
}

/** Whether rows of the right side are wanted that match nothing. */
export const keepsRight = ({ how }: JoinSpec): boolean => how === "right" || how === "outer";

/**
 * Left columns, then the right ones that are no keys, as the result of a task. Null keys match nothing. `identities`:
 * numbers of the keys of both sides, where they are known.
 */
export function joinPartitions(
  left: Partition,
  right: Partition,
  spec: JoinSpec,
  isShared: IsShared,
  identities?: Identities,
): Packed {
  const { how } = spec;
  const pairs =
    how === "cross"
      ? allPairs(left.rows, right.rows)
      : matches(left, right, spec, identities ?? identified(left, right, spec));
  const rows = pairs.left.length;
  if (how === "semi" || how === "anti") return packRows(left, pairs.left, isShared);
  const [alone, others] = [missingIn(pairs.left), missingIn(pairs.right)];
  const own = left.columns.map((column) =>
    keepsRight(spec) && spec.left.includes(column.name)
      ? wholeOf(keyOf(column, left, right, spec, pairs), rows, isShared)
      : takenOf(column, pairs.left, isShared, alone),
  );
  const added = addedNames(left, right.columns, spec).map(([at, name]) =>
    takenOf({ ...(right.columns[at] as Column), name }, pairs.right, isShared, others),
  );
  return packFillings(rows, [...own, ...added]);
}

/** The right columns that a join adds, by their places, and what they are called. */
export function addedNames(
  left: Partition,
  right: readonly { readonly name: string }[],
  spec: JoinSpec,
): (readonly [at: number, name: string])[] {
  const taken = new Set(left.columns.map(({ name }) => name));
  return [...right.entries()]
    .filter(([, { name }]) => !spec.right.includes(name) && name !== spec.near?.right)
    .map(([at, column]) => {
      let { name } = column;
      while (taken.has(name)) name += spec.suffix;
      taken.add(name);
      return [at, name] as const;
    });
}

/** Rows that belong together; −1 where there is none. */
export interface Pairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
}

function allPairs(left: number, right: number): Pairs {
  const rows = left * right;
  const pairs = { left: new Int32Array(rows), right: new Int32Array(rows) };
  for (let at = 0; at < rows; at++) {
    pairs.left[at] = Math.floor(at / right);
    pairs.right[at] = at % right;
  }
  return pairs;
}

const identified = (left: Partition, right: Partition, spec: JoinSpec): Identities =>
  identify(
    [
      { rows: left.rows, keys: spec.left.map((name) => columnNamed(left, name)) },
      { rows: right.rows, keys: spec.right.map((name) => columnNamed(right, name)) },
    ],
    "drop",
  );

function matches(left: Partition, right: Partition, spec: JoinSpec, found: Identities): Pairs {
  if (spec.near) {
    const rows = Int32Array.from({ length: left.rows }, (_, row) => row);
    return { left: rows, right: nearestRows(left, right, spec.near, found) };
  }
  const { ids, count } = found;
  const [own, other] = ids as [Int32Array, Int32Array];
  const index = indexOf(other, count);
  const alone = keepsRight(spec) ? rowsAlone(own, other, count) : undefined;
  return pairsOf(own, index, spec.how, alone);
}

/** What the left rows, by the numbers of their keys, match; of a semi or an anti join only the left rows it keeps. */
export function pairsOf(
  own: Int32Array,
  index: Index,
  how: JoinKind,
  alone: Int32Array = new Int32Array(0),
): Pairs {
  if (how === "semi" || how === "anti") return existing(own, index, how === "semi");
  return matched(firstsOf(own, index), index, how === "left" || how === "outer", alone);
}

/** Rows by the numbers of their keys: the first of each, and from each row the next one with the same. −1: no more. */
export interface Index {
  readonly heads: Int32Array;
  /** None where no two rows have the same key. */
  readonly next?: Int32Array;
}

function indexOf(ids: Int32Array, count: number): Index {
  const heads = new Int32Array(count).fill(-1);
  const next = new Int32Array(ids.length);
  let isUnique = true;
  for (let row = ids.length - 1; row >= 0; row--) {
    const id = ids[row] as number;
    if (id < 0) continue;
    const after = heads[id] as number;
    if (after >= 0) isUnique = false;
    next[row] = after;
    heads[id] = row;
  }
  return { heads, ...(!isUnique && { next }) };
}

function existing(own: Int32Array, { heads }: Index, wanted: boolean): Pairs {
  const left = new Int32Array(own.length);
  let rows = 0;
  for (let row = 0; row < own.length; row++) {
    const id = own[row] as number;
    const isThere = id >= 0 && (heads[id] as number) >= 0;
    if (isThere === wanted) left[rows++] = row;
  }
  return { left: left.subarray(0, rows), right: new Int32Array(0) };
}

/** The first match of each row. All are looked up before one is looked at, so that memory answers many at once. */
function firstsOf(own: Int32Array, { heads }: Index): Int32Array {
  const firsts = new Int32Array(own.length);
  for (let row = 0; row < own.length; row++) {
    const id = own[row] as number;
    firsts[row] = id < 0 ? -1 : (heads[id] as number);
  }
  return firsts;
}

/** Right rows that are `alone` come last. */
function matched(
  firsts: Int32Array,
  { next }: Index,
  keepsLeft: boolean,
  alone: Int32Array,
): Pairs {
  const most = alone.length + (next ? countPairs(firsts, next, keepsLeft) : firsts.length);
  const left = new Int32Array(most);
  const right = new Int32Array(most);
  let at = 0;
  for (let row = 0; row < firsts.length; row++) {
    let found = firsts[row] as number;
    if (!next) {
      left[at] = row; // without a branch that cannot be foreseen
      right[at] = found;
      at += keepsLeft ? 1 : (found >>> 31) ^ 1;
      continue;
    }
    if (found < 0) {
      if (!keepsLeft) continue;
      left[at] = row;
      right[at++] = -1;
    }
    while (found >= 0) {
      left[at] = row;
      right[at++] = found;
      found = next[found] as number;
    }
  }
  left.fill(-1, at, at + alone.length);
  right.set(alone, at);
  at += alone.length;
  return { left: left.subarray(0, at), right: right.subarray(0, at) };
}

function countPairs(firsts: Int32Array, next: Int32Array, keepsLeft: boolean): number {
  let count = 0;
  for (let row = 0; row < firsts.length; row++) {
    let found = firsts[row] as number;
    if (found < 0 && keepsLeft) count++;
    for (; found >= 0; found = next[found] as number) count++;
  }
  return count;
}

/** Right rows that no left row has the key of. */
function rowsAlone(own: Int32Array, other: Int32Array, count: number): Int32Array {
  const isThere = new Uint8Array(count);
  for (let row = 0; row < own.length; row++) {
    const id = own[row] as number;
    if (id >= 0) isThere[id] = 1;
  }
  const rows = new Int32Array(other.length);
  let alone = 0;
  for (let row = 0; row < other.length; row++) {
    const id = other[row] as number;
    if (id < 0 || isThere[id] === 0) rows[alone++] = row;
  }
  return rows.subarray(0, alone);
}

/** A key, of the right side where there is no left row. */
function keyOf(
  column: Column,
  left: Partition,
  right: Partition,
  spec: JoinSpec,
  pairs: Pairs,
): Column {
  const name = spec.right[spec.left.indexOf(column.name)] as string;
  const other = columnNamed(right, name);
  const rows = pairs.left.map((row, at) =>
    row >= 0 ? row : left.rows + (pairs.right[at] as number),
  );
  const isOne =
    (column.type === other.type && column.unit === other.unit) || hasText(column, other);
  if (isOne || column.nulls === left.rows || other.nulls === right.rows) {
    const sides = [
      { rows: left.rows, columns: [column] },
      { rows: right.rows, columns: [other] },
    ];
    const [both] = concat(sides.map(wholeSpan)).columns;
    return { ...takeOf(both as Column, rows), name: column.name };
  }
  const [own, others] = [readerOf(column), readerOf(other)];
  const values = Array.from(rows, (row) =>
    row < left.rows ? own(row) : others(row - left.rows),
  ).map((value) => (typeof value === "bigint" ? Number(value) : value));
  return columnOf(column.name, values, "f64");
}

const hasText = (a: Column, b: Column): boolean =>
  (a.type === "utf8" || a.type === "dictionary") && (b.type === "utf8" || b.type === "dictionary");
