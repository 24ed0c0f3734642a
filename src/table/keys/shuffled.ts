/** Partitions whose rows lie bucket by bucket, so that a task can take those of its bucket without looking at others. */

import type { Column, Partition } from "../columns/column.ts";
import { type Span, wholeOf } from "../columns/concat.ts";
import { takeRows } from "../columns/rows.ts";
import { bucketsOf } from "./buckets.ts";

/** The column with the bucket of each row; the last one. */
const BUCKET = "#bucket";

/** Rows in the order of the buckets of their keys. */
export function inBuckets(
  partition: Partition,
  keys: readonly Column[],
  buckets: number,
): Partition {
  if (buckets === 1) return partition;
  const { rows, starts } = bucketsOf(keys, partition.rows, buckets);
  const values = new Int32Array(partition.rows);
  for (let bucket = 0; bucket < buckets; bucket++) {
    values.fill(bucket, starts[bucket], starts[bucket + 1]);
  }
  const column: Column = { name: BUCKET, type: "i32", values, nulls: 0 };
  return { rows: partition.rows, columns: [...takeRows(partition, rows).columns, column] };
}

/** The rows of a bucket. */
export function bucketSpan(partition: Partition, bucket: number, buckets: number): Span {
  if (buckets === 1) return wholeOf(partition);
  const places = partition.columns.at(-1)?.values as Int32Array;
  const columns = partition.columns.slice(0, -1);
  return {
    partition: { rows: partition.rows, columns },
    from: firstFrom(places, bucket),
    to: firstFrom(places, bucket + 1),
  };
}

/** The first place of what is not below a value. */
function firstFrom(sorted: Int32Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
