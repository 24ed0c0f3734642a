/** Partitions whose rows lie bucket by bucket, so that a task can take those of its bucket without looking at others. */

import { type Filling, type IsShared, packFillings, packPartition } from "../columns/build.ts";
import type { Column, Partition } from "../columns/column.ts";
import { type Span, wholeOf } from "../columns/concat.ts";
import type { Packed } from "../columns/packing.ts";
import { permutedOf } from "../columns/permuted.ts";
import { type Bucketed, bucketsOf } from "./buckets.ts";

/** The column with the bucket of each row; the last one. */
const BUCKET = "#bucket";

/** Rows in the order of the buckets of their keys, as the result of a task. */
export function packBucketed(
  partition: Partition,
  buckets: number,
  bucketed: Bucketed,
  isShared: IsShared,
): Packed {
  const { places, starts } = bucketed;
  const bucket: Filling = {
    plan: { name: BUCKET, type: "i32", nullable: false },
    fill: ({ values }) => {
      for (let at = 0; at < buckets; at++) {
        (values as Int32Array).fill(at, starts[at], starts[at + 1]);
      }
      return { nulls: 0 };
    },
  };
  const columns = partition.columns.map((column) => permutedOf(column, places, isShared));
  return packFillings(partition.rows, [...columns, bucket]);
}

/** The same by hashes of the keys; a partition is as it is where there is one bucket. */
export function packInBuckets(
  partition: Partition,
  keys: readonly Column[],
  buckets: number,
  isShared: IsShared,
): Packed {
  if (buckets === 1) return packPartition(partition, isShared);
  const bucketed = bucketsOf(keys, partition.rows, buckets);
  return packBucketed(partition, buckets, bucketed, isShared);
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
