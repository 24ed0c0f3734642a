/**
 * Rows that belong together brought to one task: each partition is put into buckets of keys by a task, and one task a
 * bucket takes its rows of all of those. The tasks are like any others, so that what they make spills as chunks do.
 */

import type { AnyFunction } from "../../closure/host.ts";
import { Operation } from "../../task/operation.ts";
import type { Task } from "../../task/task.ts";
import type { Partition } from "../columns/column.ts";
import { concat } from "../columns/concat.ts";
import { type Packed, readDictionary, readPartition } from "../columns/packing.ts";
import type { PackedSource, Stored } from "../stored.ts";
import { bucketSpan } from "./shuffled.ts";

/** Plain data that all tasks of an exchange are given. */
export interface Exchange {
  /** Buckets of keys, each of which is a partition in the end. */
  readonly buckets: number;
  /** How many of the arguments of a task are dictionaries; they come first. */
  readonly dictionaries: number;
}

/** Rows for one task. */
const ROWS_A_BUCKET = 1 << 19;
const MOST_BUCKETS = 256;

/** How many buckets so many rows make. */
export const bucketsFor = (rows: number): number =>
  Math.min(MOST_BUCKETS, Math.max(1, Math.ceil(rows / ROWS_A_BUCKET)));

/**
 * Both functions travel by name. `map` is given partitions that follow each other, one by default, and gives one as
 * `packInBuckets` makes them; `reduce` gets users' functions last.
 */
export function exchange<S extends Exchange>(
  name: string,
  { parts, dictionaries }: Stored,
  spec: S,
  map: (spec: S, ...args: readonly Packed[]) => Packed,
  reduce: (spec: S, bucket: number, ...args: readonly Packed[]) => Packed,
  functions: readonly (AnyFunction | undefined)[] = [],
  runs: readonly number[] = parts.map(() => 1),
): Stored {
  using operation = new Operation(name);
  const shared = dictionaries as never[];
  const given = operation.share(spec) as never;
  let taken = 0;
  const mapped = runs.map((length) => {
    const own = parts.slice(taken, (taken += length)) as never[];
    return operation.submit(map, given, ...shared, ...own);
  });
  const shipped = functions.map((f) => operation.ship(f)) as never[];
  const made = Array.from({ length: spec.buckets }, (_, bucket) =>
    operation.submit(reduce, given, bucket, ...shared, ...(mapped as never[]), ...shipped),
  );
  for (const task of mapped as Task<Packed>[]) task.dispose();
  return { parts: made, dictionaries };
}

/** One task a partition. */
export function eachPart<S extends Pick<Exchange, "dictionaries">>(
  name: string,
  { parts, dictionaries }: Stored,
  spec: S,
  run: (spec: S, ...args: readonly Packed[]) => Packed,
): Stored & { readonly parts: readonly Task<Packed>[] } {
  using operation = new Operation(name);
  const given = operation.share(spec) as never;
  const made = parts.map((part) =>
    operation.submit(run, given, ...(dictionaries as never[]), part as never),
  );
  return { parts: made as Task<Packed>[], dictionaries };
}

/** Gives up partitions that only the tasks of a verb needed. */
export function dispose(parts: readonly PackedSource[]): void {
  for (const part of parts) (part as Task<Packed>).dispose();
}

/** What a task was given. */
export interface Opened {
  /** The first one. */
  readonly partition: Partition;
  readonly partitions: readonly Partition[];
  readonly isShared: (dictionary: number) => boolean;
}

/** The partitions among the arguments of a task, after the dictionaries that they share. */
export function opened(args: readonly Packed[], dictionaries: number): Opened {
  const shared = args.slice(0, dictionaries);
  const identities = new Set(shared.map((each) => readDictionary(each).id));
  const partitions = args.slice(dictionaries).map((part) => readPartition(part, shared));
  return {
    partition: partitions[0] as Partition,
    partitions,
    isShared: (id: number): boolean => identities.has(id),
  };
}

/** The rows of a bucket of all partitions, in their order. */
export function gathered(
  { buckets, dictionaries }: Exchange,
  bucket: number,
  args: readonly Packed[],
): Pick<Opened, "partition" | "isShared"> {
  const { partitions, isShared } = opened(args, dictionaries);
  const spans = partitions.map((partition) => bucketSpan(partition, bucket, buckets));
  return { partition: concat(spans), isShared };
}
