/** What the tasks of a group-by run, on whichever worker; they travel by name. */

import { internalError } from "../../wire/errors.ts";
import { type IsShared, packPartition } from "../columns/build.ts";
import { type Column, isNull, type Partition } from "../columns/column.ts";
import { concat, wholeOf } from "../columns/concat.ts";
import type { Packed } from "../columns/packing.ts";
import { takeOf, takeRows } from "../columns/rows.ts";
import { columnNamed } from "../keys/columns.ts";
import { type Exchange, gathered, opened } from "../keys/exchange.ts";
import { firstRows, identify } from "../keys/identify.ts";
import { packInBuckets } from "../keys/shuffled.ts";
import {
  AGGREGATES,
  type Aggregation,
  type Made,
  type Numeric,
  numericColumn,
  type Selecting,
  type Verb,
} from "./aggregates.ts";
import { denseGroups } from "./dense.ts";
import { foldGroups, type GroupFold } from "./folding.ts";

/** Plain data. */
export interface GroupSpec extends Exchange {
  readonly keys: readonly string[];
  readonly aggregations: readonly Aggregation[];
  /** Keys may be small integers, and all aggregates are such as the loop over those takes rows in for. */
  readonly isDense?: boolean;
  /** How many functions come last, of folds: three each. */
  readonly functions: number;
}

/** Rows looked at to guess how many groups there are. */
const SAMPLE = 1 << 16;

/** How many keys some of the first rows have. */
export function sampleGroups(
  { keys, dictionaries }: GroupSpec,
  ...args: readonly Packed[]
): { readonly rows: number; readonly groups: number } {
  const { rows, columns } = opened(args, dictionaries).partition;
  const some = Math.min(rows, SAMPLE);
  const own = keys.map((name) => columnNamed({ rows, columns }, name));
  const { count } = identify([{ rows: some, keys: own }], "group");
  return { rows: some, groups: count };
}

/** Groups of some partitions, with the states of their aggregates in the place of values. */
export function partialGroups(spec: GroupSpec, ...args: readonly Packed[]): Packed {
  const { partitions, isShared } = opened(args, spec.dictionaries);
  const dense = spec.isDense ? denseGroups(partitions, spec.keys, spec.aggregations) : undefined;
  if (!dense) return packGroups(spec, partialOf(spec, concatenated(partitions)), isShared);
  const columns = [...dense.keys];
  for (const [at, states] of dense.states.entries()) {
    columns.push(...states.map((state, k) => ({ ...state, name: stateName(at, k) })));
  }
  return packGroups(spec, { rows: dense.count, columns }, isShared);
}

const concatenated = (partitions: readonly Partition[]): Partition =>
  partitions.length === 1 ? (partitions[0] as Partition) : concat(partitions.map(wholeOf));

/** Keys come first. */
function packGroups({ keys, buckets }: GroupSpec, groups: Partition, isShared: IsShared): Packed {
  return packInBuckets(groups, groups.columns.slice(0, keys.length), buckets, isShared);
}

function partialOf(spec: GroupSpec, partition: Partition): Partition {
  const groups = groupsOf(partition, spec.keys);
  const columns = [...groups.keys];
  for (const [at, aggregation] of spec.aggregations.entries()) {
    const { verb, column: name, other } = aggregation;
    const column = columnNamed(partition, name);
    const aggregate = mergeable(verb);
    if (aggregate.kind === "selecting") {
      const rows = aggregate.select(groups.ids, groups.count, column);
      columns.push({ ...takeOf(column, rows), name: stateName(at, 0) });
    } else {
      const state = aggregate.initial.map((value) => new Float64Array(groups.count).fill(value));
      aggregate.add(state, groups.ids, column, columnNamed(partition, other ?? name));
      state.forEach((values, k) => {
        columns.push({ name: stateName(at, k), type: "f64", values, nulls: 0 });
      });
    }
  }
  return { rows: groups.count, columns };
}

const stateName = (aggregation: number, part: number): string => `${aggregation}.${part}`;

/** The groups of a bucket, of what `partialGroups` made of all partitions. */
export function mergeGroups(spec: GroupSpec, bucket: number, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = gathered(spec, bucket, args);
  const groups = groupsOf(partition, spec.keys);
  const made = spec.aggregations.map((aggregation, at): Column => {
    const aggregate = mergeable(aggregation.verb);
    const { name } = aggregation;
    const given = (k: number): Column => columnNamed(partition, stateName(at, k));
    if (aggregate.kind === "selecting") {
      const column = given(0);
      return { ...takeOf(column, aggregate.select(groups.ids, groups.count, column)), name };
    }
    const { initial, type } = aggregate;
    const state = initial.map((value) => new Float64Array(groups.count).fill(value));
    const others = initial.map((_, k) => given(k).values as Float64Array);
    for (let row = 0; row < partition.rows; row++) {
      aggregate.merge(state, groups.ids[row] as number, others, row);
    }
    return { name, ...numericColumn(groups.count, (g) => aggregate.finish(state, g), type) };
  });
  const named = groups.keys.map((key, at) => ({ ...key, name: spec.keys[at] as string }));
  return packPartition({ rows: groups.count, columns: [...named, ...made] }, isShared);
}

/** An aggregate whose states can be put together. */
function mergeable(verb: Aggregation["verb"]): Numeric | Selecting {
  const aggregate = verb === "fold" ? undefined : AGGREGATES[verb];
  if (aggregate && aggregate.kind !== "whole") return aggregate;
  throw internalError(`${verb} of partial results`);
}

/** Rows of a partition by the buckets of their keys, with the columns that aggregates need. */
export function bucketRows(spec: GroupSpec, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = opened(args, spec.dictionaries);
  const keys = spec.keys.map((name) => columnNamed(partition, name));
  const names = new Set(
    spec.aggregations.flatMap(({ column, other }) => [column, ...(other ? [other] : [])]),
  );
  for (const name of spec.keys) names.delete(name);
  const columns = [...keys, ...[...names].map((name) => columnNamed(partition, name))];
  return packInBuckets({ rows: partition.rows, columns }, keys, spec.buckets, isShared);
}

/** The groups of a bucket, of what `bucketRows` made of all partitions. */
export function groupRows(spec: GroupSpec, bucket: number, ...args: readonly unknown[]): Packed {
  const packed = args.slice(0, args.length - spec.functions) as Packed[];
  const functions = args.slice(packed.length);
  const { partition, isShared } = gathered(spec, bucket, packed);
  const groups = groupsOf(partition, spec.keys);
  let at = 0;
  const made = spec.aggregations.map((aggregation): Column => {
    const { name, verb, column } = aggregation;
    if (verb !== "fold") return { ...aggregated(partition, groups, aggregation, verb), name };
    const [init, step, complete] = functions.slice(at, at + 3) as FoldTriple;
    at += 3;
    return { ...folded(partition, groups, column, { init, step, complete }), name };
  });
  return packPartition({ rows: groups.count, columns: [...groups.keys, ...made] }, isShared);
}

type FoldTriple = [GroupFold["init"], GroupFold["step"], GroupFold["complete"]];

function folded(partition: Partition, { ids, count }: Groups, name: string, fold: GroupFold): Made {
  const column = columnNamed(partition, name);
  const { rows, starts } = rowsByGroup(ids, count, column);
  return foldGroups(column, rows, starts, fold);
}

function aggregated(
  partition: Partition,
  { ids, count }: Groups,
  { column: name, other, fraction }: Aggregation,
  verb: Verb,
): Made {
  const column = columnNamed(partition, name);
  const aggregate = AGGREGATES[verb];
  switch (aggregate.kind) {
    case "selecting":
      return takeOf(column, aggregate.select(ids, count, column));
    case "whole": {
      const { rows, starts } = rowsByGroup(ids, count, column);
      return aggregate.compute(column, rows, starts, fraction ?? 0.5);
    }
    case "numeric": {
      const state = aggregate.initial.map((value) => new Float64Array(count).fill(value));
      aggregate.add(state, ids, column, columnNamed(partition, other ?? name));
      return numericColumn(count, (group) => aggregate.finish(state, group), aggregate.type);
    }
  }
}

/** The rows of each group that are no nulls, in their order. */
function rowsByGroup(ids: Int32Array, count: number, column: Column) {
  const starts = new Int32Array(count + 1);
  for (let row = 0; row < ids.length; row++) {
    if (!isNull(column, row)) (starts[(ids[row] as number) + 1] as number)++;
  }
  for (let group = 0; group < count; group++) {
    (starts[group + 1] as number) += starts[group] as number;
  }
  const next = starts.slice(0, count);
  const rows = new Int32Array(starts[count] as number);
  for (let row = 0; row < ids.length; row++) {
    if (isNull(column, row)) continue;
    const id = ids[row] as number;
    rows[next[id] as number] = row;
    (next[id] as number)++;
  }
  return { rows, starts };
}

interface Groups {
  readonly ids: Int32Array;
  readonly count: number;
  /** One row a group. */
  readonly keys: readonly Column[];
}

function groupsOf(partition: Partition, names: readonly string[]): Groups {
  const { rows } = partition;
  const keys = names.map((name) => columnNamed(partition, name));
  const { ids, count } = identify([{ rows, keys }], "group");
  const [own] = ids as [Int32Array];
  const found = rows === 0 ? 0 : count;
  return {
    ids: own,
    count: found,
    keys: takeRows({ rows, columns: keys }, firstRows(own, found)).columns,
  };
}
