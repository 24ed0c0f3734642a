/** What the tasks of `unique` run; they travel by name. */

import { packPartition } from "../columns/build.ts";
import type { Column, Partition } from "../columns/column.ts";
import type { Packed } from "../columns/packing.ts";
import { takeRows } from "../columns/rows.ts";
import { columnNamed } from "../keys/columns.ts";
import { type Exchange, gathered, opened } from "../keys/exchange.ts";
import { firstRows, identify } from "../keys/identify.ts";
import { packInBuckets } from "../keys/shuffled.ts";

export interface UniqueSpec extends Exchange {
  readonly keys: readonly string[];
}

/** Of a partition the first row of each key. */
export function firstOfKeys(spec: UniqueSpec, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = opened(args, spec.dictionaries);
  return packPartition(firsts(partition, spec), isShared);
}

/** Rows of a partition by the buckets of their keys. */
export function keyedRows(spec: UniqueSpec, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = opened(args, spec.dictionaries);
  return packInBuckets(partition, keysOf(partition, spec), spec.buckets, isShared);
}

/** Of a bucket the first row of each key. */
export function firstOfBucket(
  spec: UniqueSpec,
  bucket: number,
  ...args: readonly Packed[]
): Packed {
  const { partition, isShared } = gathered(spec, bucket, args);
  return packPartition(firsts(partition, spec), isShared);
}

const keysOf = (partition: Partition, { keys }: UniqueSpec): readonly Column[] =>
  keys.map((name) => columnNamed(partition, name));

function firsts(partition: Partition, spec: UniqueSpec): Partition {
  const { rows } = partition;
  if (rows === 0) return partition;
  const { ids, count } = identify([{ rows, keys: keysOf(partition, spec) }], "group");
  return count === rows ? partition : takeRows(partition, firstRows(ids[0] as Int32Array, count));
}
