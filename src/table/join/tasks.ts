/** What the tasks of joins run; they travel by name. */

import type { Partition } from "../columns/column.ts";
import { concat, type Span, wholeOf } from "../columns/concat.ts";
import type { Schema } from "../columns/field.ts";
import type { Packed } from "../columns/packing.ts";
import { noRows } from "../columns/rows.ts";
import { columnNamed } from "../keys/columns.ts";
import { opened } from "../keys/exchange.ts";
import { bucketSpan, packBucketed, packInBuckets } from "../keys/shuffled.ts";
import { openedRecoded, type Recoding } from "../keys/unify-tasks.ts";
import { type Dense, denseBuckets, denseCount, denseIds } from "./dense.ts";
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
  readonly dense?: Dense;
}

/** Of one side; plain data. */
export interface BucketWork extends Pick<JoinWork, "dictionaries" | "buckets" | "dense"> {
  readonly keys: readonly string[];
  readonly texts: Recoding["texts"];
}

/** The rows of a partition by the buckets of their keys, with codes of the dictionaries that come after it. */
export function bucketKeys(
  { keys, texts, buckets, dictionaries, dense }: BucketWork,
  ...args: readonly Packed[]
): Packed {
  const { partition, isShared } = openedRecoded(args, dictionaries, texts);
  const { rows } = partition;
  const columns = rows > 0 ? keys.map((name) => columnNamed(partition, name)) : [];
  const [column] = columns;
  if (!dense || !column) return packInBuckets(partition, columns, buckets, isShared);
  return packBucketed(partition, buckets, denseBuckets(column, rows, dense), isShared);
}

/** Joins what of both sides is in a bucket. */
export function joinBucket(
  { spec, dictionaries, lefts, schemas, buckets, dense }: JoinWork,
  bucket: number,
  ...args: readonly Packed[]
): Packed {
  const { partitions, isShared } = opened(args, dictionaries);
  const spans = partitions.map((partition) =>
    buckets === 1 ? wholeOf(partition) : bucketSpan(partition, bucket, buckets),
  );
  const left = sideOf(spans.slice(0, lefts), schemas[0]);
  const right = sideOf(spans.slice(lefts), schemas[1]);
  if (!dense) return joinPartitions(left, right, spec, isShared);
  const [own, other] = [spec.left[0], spec.right[0]] as [string, string];
  const ids = [
    denseIds(columnNamed(left, own), left.rows, dense),
    denseIds(columnNamed(right, other), right.rows, dense),
  ];
  return joinPartitions(left, right, spec, isShared, { ids, count: denseCount(dense) });
}

/** One partition is taken as it is; what has no rows may have other columns than the rest. */
function sideOf(spans: readonly Span[], schema: Schema): Partition {
  const [first, ...others] = spans.filter(({ from, to }) => to > from);
  if (!first) return noRows(schema);
  const isWhole = first.from === 0 && first.to === first.partition.rows;
  return others.length === 0 && isWhole ? first.partition : concat([first, ...others]);
}
