/** What the tasks of windows run; they travel by name. */

import { packPartition } from "../columns/build.ts";
import type { Column } from "../columns/column.ts";
import type { Packed } from "../columns/packing.ts";
import { takeRows } from "../columns/rows.ts";
import { columnNamed } from "../keys/columns.ts";
import { type Exchange, gathered, opened } from "../keys/exchange.ts";
import { packInBuckets } from "../keys/shuffled.ts";
import { WINDOW_FUNCTIONS } from "./functions.ts";
import { windowGroups } from "./groups.ts";
import type { WindowRequest } from "./options.ts";

export interface WindowSpec extends Exchange, WindowRequest {}

/** Rows of a partition by the buckets of their groups. */
export function bucketWindow(spec: WindowSpec, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = opened(args, spec.dictionaries);
  const keys = spec.partitionBy.map((name) => columnNamed(partition, name));
  return packInBuckets(partition, keys, spec.buckets, isShared);
}

/** The rows of a bucket, group by group, with what windows come to. */
export function windowBucket(spec: WindowSpec, bucket: number, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = gathered(spec, bucket, args);
  const groups = windowGroups(partition, spec.partitionBy, spec.orderBy);
  const made = spec.columns.map(({ name, verb, column, rows }): Column => {
    // Places need no column.
    const own = column === undefined ? NOTHING : columnNamed(partition, column);
    return { ...WINDOW_FUNCTIONS[verb](groups, own, rows), name };
  });
  const before = takeRows(partition, groups.order).columns;
  const kept = before.map((column) => made.find(({ name }) => name === column.name) ?? column);
  const added = made.filter(({ name }) => !before.some((column) => column.name === name));
  return packPartition({ rows: partition.rows, columns: [...kept, ...added] }, isShared);
}

const NOTHING: Column = { name: "", type: "bool", values: new Uint8Array(0), nulls: 0 };
