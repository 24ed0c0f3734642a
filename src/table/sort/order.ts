/** The order of rows by some columns: stable, NaN after all numbers, nulls where they are wanted. */

import { type Column, isNull, type Partition } from "../columns/column.ts";
import type { Value } from "../columns/values.ts";
import { columnNamed } from "../keys/columns.ts";
import { comparatorOf } from "../keys/compare.ts";
import { byWord, partitioned } from "./radix.ts";
import { wordsOf } from "./words.ts";

/** Plain data. */
export interface SortKey {
  readonly name: string;
  readonly descending: boolean;
  readonly nulls: "first" | "last";
}

/** The rows in their order. The key that counts least is sorted by first, as each sort is stable. */
export function orderOf(partition: Partition, keys: readonly SortKey[]): Int32Array {
  const { rows } = partition;
  let order: Int32Array = Int32Array.from({ length: rows }, (_, row) => row);
  let free: Int32Array = new Int32Array(rows);
  for (const key of keys.toReversed()) {
    const column = columnNamed(partition, key.name);
    const words = wordsOf(column, rows, key.descending);
    if (!words) {
      const place = new Int32Array(rows);
      for (let at = 0; at < rows; at++) place[order[at] as number] = at;
      const compare = comparerOf(column, key);
      order.sort((a, b) => compare(a, b) || (place[a] as number) - (place[b] as number));
      continue;
    }
    for (const word of words) [order, free] = byWord(order, free, word);
    if (column.nulls === 0) continue;
    const first = key.nulls === "first" ? 0 : 1;
    partitioned(
      order,
      free,
      Uint8Array.from({ length: rows }, (_, row) => (isNull(column, row) ? first : 1 - first)),
    );
    [order, free] = [free, order];
  }
  return order;
}

/** Compares two rows; 0 where they have equal places. */
export function comparerBy(
  partition: Partition,
  keys: readonly SortKey[],
): (a: number, b: number) => number {
  const compares = keys.map((key) => comparerOf(columnNamed(partition, key.name), key));
  return (a, b) => {
    for (const compare of compares) {
      const sign = compare(a, b);
      if (sign !== 0) return sign;
    }
    return 0;
  };
}

function comparerOf(column: Column, { descending, nulls }: SortKey) {
  const compare = comparatorOf(column);
  const direction = descending ? -1 : 1;
  if (column.nulls === 0) return (a: number, b: number): number => direction * compare(a, b);
  const side = nulls === "first" ? -1 : 1;
  return (a: number, b: number): number => {
    const [left, right] = [isNull(column, a), isNull(column, b)];
    if (left || right) return side * (Number(left) - Number(right));
    return direction * compare(a, b);
  };
}

/** The same order of the values of keys. */
export function compareKeys(
  a: readonly Value[],
  b: readonly Value[],
  keys: readonly SortKey[],
): number {
  for (const [at, { descending, nulls }] of keys.entries()) {
    const [x, y] = [a[at] ?? null, b[at] ?? null];
    if (x === null || y === null) {
      const sign = (nulls === "first" ? -1 : 1) * (Number(x === null) - Number(y === null));
      if (sign !== 0) return sign;
      continue;
    }
    const sign = compareValues(x, y);
    if (sign !== 0) return descending ? -sign : sign;
  }
  return 0;
}

function compareValues(a: NonNullable<Value>, b: NonNullable<Value>): number {
  if (typeof a === "string" || typeof b === "string") return compareAny(a as string, b as string);
  if (typeof a === "bigint" || typeof b === "bigint") return a < b ? -1 : a > b ? 1 : 0;
  return compareNumbers(Number(a), Number(b));
}

const compareAny = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return a === b ? 0 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
