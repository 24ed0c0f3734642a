/** What the tasks of joins run; they travel by name. */

import type { Partition } from "../columns/column.ts";
import { concat, type Span, wholeOf } from "../columns/concat.ts";
import type { Schema } from "../columns/field.ts";
import type { Packed } from "../columns/packing.ts";
import { noRows } from "../columns/rows.ts";
import { columnNamed } from "../keys/columns.ts";
import { opened } from "../keys/exchange.ts";
import { bucketSpan, packInBuckets } from "../keys/shuffled.ts";
import { type JoinSpec, joinPartitions } from "./match.ts";

/** Plain data. The arguments of a task begin with the shared dictionaries of both sides. */
export interface JoinWork {
  readonly spec: JoinSpec;
  readonly dictionaries: number;
  /** Partitions of the left side among the arguments; the others are of the right one. */
  readonly lefts: number;
  readonly schemas: readonly [left: Schema, right: Schema];
  /** 1 where the partitions are not in buckets. */
  readonly buckets: number;
}

/** The rows of a partition by the buckets of their keys. */
export function bucketKeys(
  keys: readonly string[],
  buckets: number,
  dictionaries: number,
  ...args: readonly Packed[]
): Packed {
  const { partitions, isShared } = opened(args, dictionaries);
  const [partition] = partitions as [Partition];
  const columns = partition.rows > 0 ? keys.map((name) => columnNamed(partition, name)) : [];
  return packInBuckets(partition, columns, buckets, isShared);
}

/** Joins what of both sides is in a bucket. */
export function joinBucket(
  { spec, dictionaries, lefts, schemas, buckets }: JoinWork,
  bucket: number,
  ...args: readonly Packed[]
): Packed {
  const { partitions, isShared } = opened(args, dictionaries);
  const spans = partitions.map((partition) =>
    buckets === 1 ? wholeOf(partition) : bucketSpan(partition, bucket, buckets),
  );
  const left = sideOf(spans.slice(0, lefts), schemas[0]);
  const right = sideOf(spans.slice(lefts), schemas[1]);
  return joinPartitions(left, right, spec, isShared);
}

/** One partition is taken as it is; what has no rows may have other columns than the rest. */
function sideOf(spans: readonly Span[], schema: Schema): Partition {
  const [first, ...others] = spans.filter(({ from, to }) => to > from);
  if (!first) return noRows(schema);
  const isWhole = first.from === 0 && first.to === first.partition.rows;
  return others.length === 0 && isWhole ? first.partition : concat([first, ...others]);
}
