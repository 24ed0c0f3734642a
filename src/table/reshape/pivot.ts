/**
 * `pivot`: the values of one column become columns. Groups of the index and that column come to one value each, the
 * distinct names are looked at, and one task a bucket of the index lays the values out.
 */

import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { collectRows } from "../collect.ts";
import { packPartition } from "../columns/build.ts";
import type { Column } from "../columns/column.ts";
import type { Packed } from "../columns/packing.ts";
import { takeOf, takeRows } from "../columns/rows.ts";
import { type Row, readerOf, type Value } from "../columns/values.ts";
import { partFacts } from "../facts.ts";
import { AGGREGATES, type Verb } from "../groupby/aggregates.ts";
import { groupBy } from "../groupby/run.ts";
import { columnNamed } from "../keys/columns.ts";
import {
  bucketsFor,
  dispose,
  type Exchange,
  eachPart,
  exchange,
  gathered,
  opened,
} from "../keys/exchange.ts";
import { firstRows, identify } from "../keys/identify.ts";
import { packInBuckets } from "../keys/shuffled.ts";
import type { Stored } from "../stored.ts";
import { unique } from "../unique/unique.ts";

export interface PivotOptions<I extends string = string, C extends string = string> {
  /** Columns that tell the rows of the result apart. */
  readonly index: I | readonly I[];
  /** The column whose values become names, in their order. */
  readonly columns: C;
  /** The column whose values they hold. */
  readonly values: C;
  /** What several values of one place come to; `"first"` unless given. */
  readonly agg?: Exclude<Verb, "corr" | "quantile">;
}

/** Checked; plain data. */
export interface PivotRequest {
  readonly index: readonly string[];
  readonly columns: string;
  readonly values: string;
  readonly agg: Verb;
}

interface PivotSpec extends Exchange {
  readonly index: readonly string[];
  readonly columns: string;
  /** Names of the new columns. */
  readonly labels: readonly string[];
}

/** More columns than this are a mistake. */
const MOST_COLUMNS = 10_000;
/** The value of a group; no user's column. */
const VALUE = "#value";

export function pivotRequest(options: PivotOptions): PivotRequest {
  checkNames(options, ["index", "columns", "values", "agg"], "pivot");
  const { columns, values, agg = "first" } = options;
  const index = typeof options.index === "string" ? [options.index] : options.index;
  const isList = Array.isArray(index) && index.length > 0;
  if (!isList || [...index, columns, values].some((name) => typeof name !== "string")) {
    throw invalidArgument(
      'pivot takes names of columns: pivot({ index: "day", columns: "city", values: "sales", agg: "sum" })',
    );
  }
  if (!Object.hasOwn(AGGREGATES, agg) || (agg as Verb) === "corr" || (agg as Verb) === "quantile") {
    throw invalidArgument(
      `pivot: agg is ${describe(agg)}; use one of ${Object.keys(AGGREGATES)
        .filter((verb) => verb !== "corr" && verb !== "quantile")
        .join(", ")}`,
    );
  }
  if (index.includes(columns)) {
    throw invalidArgument(`pivot: '${columns}' is in the index, too; its values become names`);
  }
  return { index, columns, values, agg };
}

/** @throws BodkinError where there are no such columns, or too many would be made */
export async function pivot(stored: Stored, request: PivotRequest): Promise<Stored> {
  const { index, columns, values, agg } = request;
  const aggregation = { name: VALUE, verb: agg, column: values };
  const groups = await groupBy(stored, [...index, columns], [aggregation]);
  try {
    const labels = await labelsOf(groups, columns);
    const clash = labels.find((label) => index.includes(label));
    if (clash !== undefined) {
      throw invalidArgument(
        `pivot: '${clash}' is a value of '${columns}' and in the index; rename the index`,
      );
    }
    const rows = (await partFacts(groups)).reduce((sum, own) => sum + own.rows, 0);
    const { length: dictionaries } = groups.dictionaries;
    const spec = { index, columns, labels, buckets: bucketsFor(rows), dictionaries };
    return exchange<PivotSpec>("pivot", groups, spec, bucketPivot, pivotBucket);
  } finally {
    dispose(groups.parts);
  }
}

/** The distinct names, in the order of the values; null comes last. */
async function labelsOf(groups: Stored, columns: string): Promise<string[]> {
  const spec = { columns, dictionaries: groups.dictionaries.length };
  const names = eachPart<NamesSpec>("pivot", groups, spec, namesOfPart);
  const distinct = await unique(names, []);
  try {
    const rows: readonly Row[] = await collectRows(distinct);
    if (rows.length > MOST_COLUMNS) {
      throw invalidArgument(
        `pivot: '${columns}' has ${rows.length} values; at most ${MOST_COLUMNS} become columns`,
      );
    }
    return rows
      .map((row) => row[columns] as Value)
      .sort(inOrder)
      .map(labelOf);
  } finally {
    dispose(names.parts);
    dispose(distinct.parts);
  }
}

function inOrder(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (a < b) return -1;
  return a > b ? 1 : Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

const labelOf = (value: Value): string =>
  value instanceof Date ? value.toISOString() : Object.is(value, -0) ? "0" : String(value);

export interface NamesSpec {
  readonly dictionaries: number;
  readonly columns: string;
}

/** The column of names of a partition; runs as a task. */
export function namesOfPart(spec: NamesSpec, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = opened(args, spec.dictionaries);
  const column = columnNamed(partition, spec.columns);
  return packPartition({ rows: partition.rows, columns: [column] }, isShared);
}

/** Groups by the buckets of their index; runs as a task. */
export function bucketPivot(spec: PivotSpec, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = opened(args, spec.dictionaries);
  const keys = spec.index.map((name) => columnNamed(partition, name));
  return packInBuckets(partition, keys, spec.buckets, isShared);
}

/** The rows of the result for a bucket of the index; runs as a task. */
export function pivotBucket(spec: PivotSpec, bucket: number, ...args: readonly Packed[]): Packed {
  const { partition, isShared } = gathered(spec, bucket, args);
  const { rows } = partition;
  const keys = spec.index.map((name) => columnNamed(partition, name));
  const { ids, count } = identify([{ rows, keys }], "group");
  const [own] = ids as [Int32Array];
  const found = rows === 0 ? 0 : count;
  const places = placesOf(columnNamed(partition, spec.columns), own, found, spec.labels);
  const values = columnNamed(partition, VALUE);
  const made = spec.labels.map(
    (name, at): Column => ({ ...takeOf(values, places[at] as Int32Array), name }),
  );
  const index = takeRows({ rows, columns: keys }, firstRows(own, found)).columns;
  return packPartition({ rows: found, columns: [...index, ...made] }, isShared);
}

/** For each label and row of the result the row that holds the value, or −1. */
function placesOf(
  names: Column,
  ids: Int32Array,
  count: number,
  labels: readonly string[],
): Int32Array[] {
  const places = labels.map(() => new Int32Array(count).fill(-1));
  const byLabel = new Map(labels.map((label, at) => [label, places[at] as Int32Array]));
  const read = readerOf(names);
  for (let row = 0; row < ids.length; row++) {
    const place = byLabel.get(labelOf(read(row)));
    if (place) place[ids[row] as number] = row;
  }
  return places;
}
