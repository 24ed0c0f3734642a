/**
 * The tasks of a group-by. Where groups are few, each partition comes to the states of its groups, which one task, or
 * one a bucket of keys, puts together. Where they are many, or an aggregate needs all values of a group at once, rows
 * are put into buckets by their keys first, and each bucket is grouped by a task. Which it is, a sample says.
 */

import type { AnyFunction } from "../../closure/host.ts";
import { findContext } from "../../runtime/context.ts";
import { Operation } from "../../task/operation.ts";
import type { ColumnType, Field } from "../columns/field.ts";
import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns } from "../keys/columns.ts";
import { bucketsFor, dispose, exchange } from "../keys/exchange.ts";
import { unified } from "../keys/unify.ts";
import type { PartFacts } from "../rows/tasks.ts";
import type { Stored } from "../stored.ts";
import { AGGREGATES, type Aggregation } from "./aggregates.ts";
import { canTakeIn, MOST_NUMBERS, mayBeSmall } from "./dense.ts";
import {
  bucketRows,
  type GroupSpec,
  groupRows,
  mergeGroups,
  partialGroups,
  sampleGroups,
} from "./tasks.ts";

/** Fewer rows come to partial results whatever their keys are. */
const FEW_ROWS = 1 << 19;

interface Sample {
  readonly rows: number;
  readonly groups: number;
}

/** @throws BodkinError where there are no such columns */
export async function groupBy(
  stored: Stored,
  keys: readonly string[],
  aggregations: readonly Aggregation[],
  functions: readonly (AnyFunction | undefined)[] = [],
): Promise<Stored> {
  const facts = await partFacts(stored);
  const used = aggregations.flatMap(({ column, other }) => (other ? [column, other] : [column]));
  checkColumns([...keys, ...used], schemaOfParts(facts));
  const rows = facts.map((own) => own.rows);
  const total = rows.reduce((sum, count) => sum + count, 0);
  const { dictionaries } = stored;
  const spec: GroupSpec = {
    keys,
    aggregations,
    buckets: 1,
    dictionaries: dictionaries.length,
    functions: functions.length,
  };
  const largest = rows.indexOf(Math.max(...rows));
  const sample = await sampleOf(stored, spec, largest);
  const isWhole = aggregations.some(
    ({ verb }) => verb === "fold" || AGGREGATES[verb].kind === "whole",
  );
  const groups = estimate(sample);
  const dense = isWhole ? undefined : denseRuns(facts, spec, groups);
  if (dense) {
    const made = dense.reduce((sum, { rows: own }) => sum + groupsIn(own, groups), 0);
    return exchange<GroupSpec>(
      "groupBy",
      stored,
      { ...spec, isDense: true, buckets: bucketsFor(made) },
      partialGroups,
      mergeGroups,
      [],
      dense.map(({ parts }) => parts),
    );
  }
  const average = total / Math.max(1, rows.length);
  const reduced = groupsIn(average, groups);
  const isMany = total > FEW_ROWS && reduced > average / 2;
  if (isWhole || isMany) {
    return shuffled(stored, facts, spec, total, functions);
  }
  const buckets = bucketsFor(reduced * rows.length);
  return exchange<GroupSpec>("groupBy", stored, { ...spec, buckets }, partialGroups, mergeGroups);
}

interface Run {
  readonly parts: number;
  readonly rows: number;
}

/**
 * Partitions that one task each takes in, where keys are small integers and groups not too many: so many rows that groups
 * are few beside them, if memory allows.
 */
function denseRuns(
  facts: readonly PartFacts[],
  { keys, aggregations }: GroupSpec,
  groups: number,
): readonly Run[] | undefined {
  if (groups > MOST_DENSE_GROUPS) return undefined;
  const schema = schemaOfParts(facts);
  const typeOf = (name: string): ColumnType =>
    (schema.find((field) => field.name === name) as Field).type;
  const isTaken = aggregations.every(({ verb, column, other }) =>
    canTakeIn(verb, [column, ...(other ? [other] : [])].map(typeOf)),
  );
  if (!isTaken || !keys.every((name) => mayBeSmall(typeOf(name)))) return undefined;
  const numbers = numbersOf(facts, keys);
  const total = facts.reduce((sum, part) => sum + part.rows, 0);
  // Every number has a place, whether there is such a group or not.
  if (numbers > Math.min(MOST_NUMBERS, Math.max(FEW_NUMBERS, total))) return undefined;
  const enough = Math.min(MOST_RUN_ROWS, Math.max(numbers, groups * ROWS_A_GROUP));
  const most = findContext()?.heap.stats().spill?.bound ?? Number.POSITIVE_INFINITY;
  const runs: Run[] = [];
  let [parts, rows] = [0, 0];
  for (const part of facts) {
    parts++;
    rows += part.rows;
    if (rows < enough && rows * schema.length * 8 < most / MEMORY_SHARE) continue;
    runs.push({ parts, rows });
    [parts, rows] = [0, 0];
  }
  if (parts > 0) runs.push({ parts, rows });
  return runs;
}

const MOST_DENSE_GROUPS: number = 1 << 19;
const MOST_RUN_ROWS: number = 1 << 20;
const ROWS_A_GROUP = 8;
const FEW_NUMBERS = 4096;
const MOST_STRINGS: number = 1 << 16;
/** The partitions of a run are in memory at once, and those of other threads beside them. */
const MEMORY_SHARE = 16;

/** How many combinations of keys there may be, as far as facts tell: dictionaries of partitions may share no string. */
function numbersOf(facts: readonly PartFacts[], keys: readonly string[]): number {
  return keys.reduce((product, name) => {
    const at = facts[0]?.fields.findIndex((field) => field.name === name) ?? -1;
    const own = facts.flatMap(({ dictionaries }) => dictionaries[at] ?? []);
    const sizes = new Map(own.map(({ id, size }) => [id, size]));
    // Strings that each partition has a dictionary of its own for are told apart anew in every query.
    const different = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (sizes.size > 1 && different > MOST_STRINGS) return Number.POSITIVE_INFINITY;
    const ranges = facts.flatMap(({ ranges }) => (ranges[at] ? [ranges[at]] : []));
    const low = ranges.reduce((least, [from]) => Math.min(least, from), Number.POSITIVE_INFINITY);
    const high = ranges.reduce((most, [, to]) => Math.max(most, to), Number.NEGATIVE_INFINITY);
    return product * Math.max(2, high - low + 2, ...sizes.values());
  }, 1);
}

/** All rows by the buckets of their keys. Where they are many, strings are told apart by their codes. */
function shuffled(
  stored: Stored,
  facts: readonly PartFacts[],
  { keys, aggregations }: GroupSpec,
  rows: number,
  functions: readonly (AnyFunction | undefined)[],
): Stored {
  const used = aggregations.flatMap(({ column, other }) => (other ? [column, other] : [column]));
  const needed = [...new Set([...keys, ...used])];
  const own = rows > FEW_ROWS ? unified(stored, facts, keys, needed) : stored;
  const { length: dictionaries } = own.dictionaries;
  const { length } = functions;
  const buckets = bucketsFor(rows);
  const spec: GroupSpec = { keys, aggregations, dictionaries, buckets, functions: length };
  const made = exchange<GroupSpec>("groupBy", own, spec, bucketRows, groupRows, functions);
  if (own !== stored) dispose(own.parts);
  return made;
}

/** How many keys there are, if those of the sample were drawn at random from keys that are equally likely. */
function estimate({ rows, groups }: Sample): number {
  if (groups >= rows) return Number.POSITIVE_INFINITY;
  let [low, high] = [groups, 1e15];
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (groupsIn(rows, middle) < groups) low = middle;
    else high = middle;
  }
  return low;
}

/** How many of `groups` keys some rows have. */
const groupsIn = (rows: number, groups: number): number =>
  Number.isFinite(groups) ? groups * -Math.expm1(-rows / Math.max(1, groups)) : rows;

async function sampleOf(
  { parts, dictionaries }: Stored,
  spec: GroupSpec,
  at: number,
): Promise<Sample> {
  const part = parts[at];
  if (!part) return { rows: 0, groups: 0 };
  using operation = new Operation("groupBy");
  const task = operation.submit(sampleGroups, spec, ...(dictionaries as never[]), part as never);
  const sample = await task.fetch();
  task.dispose();
  return sample;
}
