/** What the tasks of sorting run; they travel by name. */

import { packPartition, packRows } from "../columns/build.ts";
import type { Partition } from "../columns/column.ts";
import { concat, type Span } from "../columns/concat.ts";
import type { Schema } from "../columns/field.ts";
import type { Packed } from "../columns/packing.ts";
import { noRows } from "../columns/rows.ts";
import { readerOf, type Value } from "../columns/values.ts";
import { columnNamed } from "../keys/columns.ts";
import { opened } from "../keys/exchange.ts";
import { compareKeys, orderOf, type SortKey } from "./order.ts";

/** Plain data. The arguments of a task begin with the shared dictionaries. */
export interface SortWork {
  readonly keys: readonly SortKey[];
  readonly schema: Schema;
  readonly dictionaries: number;
}

/** A partition in order. */
export function sortPart({ keys, dictionaries }: SortWork, ...args: readonly Packed[]): Packed {
  const { partitions, isShared } = opened(args, dictionaries);
  const [partition] = partitions as [Partition];
  if (partition.rows === 0) return packPartition(partition, isShared);
  return packRows(partition, orderOf(partition, keys), isShared);
}

/** Keys of some rows at equal distances of a partition in order. */
export function sampleKeys(
  { keys, dictionaries }: SortWork,
  count: number,
  ...args: readonly Packed[]
): readonly (readonly Value[])[] {
  const [partition] = opened(args, dictionaries).partitions as [Partition];
  const taken = Math.min(count, partition.rows);
  if (taken === 0) return [];
  const key = keyReader(partition, keys);
  return Array.from({ length: taken }, (_, at) =>
    key(Math.floor(((at + 0.5) * partition.rows) / taken)),
  );
}

function keyReader(partition: Partition, keys: readonly SortKey[]): (row: number) => Value[] {
  const readers = keys.map(({ name }) => readerOf(columnNamed(partition, name)));
  return (row) => readers.map((read) => read(row));
}

/** The rows between two bounds of all partitions, each of which is in order. Rows equal to the upper bound are not. */
export function mergeBetween(
  { keys, schema, dictionaries }: SortWork,
  low: readonly Value[] | undefined,
  high: readonly Value[] | undefined,
  ...args: readonly Packed[]
): Packed {
  const { partitions, isShared } = opened(args, dictionaries);
  const spans = partitions
    .filter(({ rows }) => rows > 0)
    .map((partition): Span => {
      const key = keyReader(partition, keys);
      const place = (bound: readonly Value[]): number =>
        firstNotBefore(partition.rows, key, bound, keys);
      return {
        partition,
        from: low ? place(low) : 0,
        to: high ? place(high) : partition.rows,
      };
    });
  const whole = spans.length > 0 ? concat(spans) : noRows(schema);
  return packRows(whole, orderOf(whole, keys), isShared);
}

function firstNotBefore(
  rows: number,
  key: (row: number) => Value[],
  bound: readonly Value[],
  keys: readonly SortKey[],
): number {
  let [low, high] = [0, rows];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareKeys(key(middle), bound, keys) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
