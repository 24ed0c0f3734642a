/**
 * The tasks of a group-by. Where groups are few, each partition comes to the states of its groups, which one task, or
 * one a bucket of keys, puts together. Where they are many, or an aggregate needs all values of a group at once, rows
 * are put into buckets by their keys first, and each bucket is grouped by a task. Which it is, a sample says.
 */

import type { AnyFunction } from "../../closure/host.ts";
import { Operation } from "../../task/operation.ts";
import { partFacts, schemaOfParts } from "../facts.ts";
import { checkColumns } from "../keys/columns.ts";
import { bucketsFor, dispose, exchange } from "../keys/exchange.ts";
import { unified } from "../keys/unify.ts";
import type { PartFacts } from "../rows/tasks.ts";
import type { Stored } from "../stored.ts";
import { AGGREGATES, type Aggregation } from "./aggregates.ts";
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
  const average = total / Math.max(1, rows.length);
  const reduced = groupsIn(average, groups);
  const isMany = total > FEW_ROWS && reduced > average / 2;
  if (isWhole || isMany) {
    return shuffled(stored, facts, spec, total, functions);
  }
  const buckets = bucketsFor(reduced * rows.length);
  return exchange<GroupSpec>("groupBy", stored, { ...spec, buckets }, partialGroups, mergeGroups);
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
