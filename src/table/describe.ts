/** What the values of each column are like. Means come from groups, quartiles from sorted columns, so that no task has all rows. */

import { Operation } from "../task/operation.ts";
import { collectRows } from "./collect.ts";
import type { ColumnType, Schema } from "./columns/field.ts";
import type { Row } from "./columns/values.ts";
import { partFacts } from "./facts.ts";
import type { Aggregation, Verb } from "./groupby/aggregates.ts";
import { groupBy } from "./groupby/run.ts";
import { runStored } from "./plan.ts";
import { packValues } from "./rows/tasks.ts";
import { rowsAt } from "./slicing/slicing.ts";
import { sort } from "./sort/sort.ts";
import type { Stored } from "./stored.ts";

/** A column in the words of `describe`. Statistics are of numbers that are not null; null for other columns. */
export interface Description extends Row {
  readonly column: string;
  readonly type: ColumnType;
  /** Values that are not null. */
  readonly count: number;
  readonly nulls: number;
  readonly mean: number | null;
  /** Of the sample. */
  readonly std: number | null;
  readonly min: number | null;
  /** The quartiles, between two values where they lie there. */
  readonly q25: number | null;
  readonly median: number | null;
  readonly q75: number | null;
  readonly max: number | null;
}

const VERBS = ["mean", "std", "min", "max"] as const satisfies readonly Verb[];
const QUARTILES = [0.25, 0.5, 0.75];

export async function describeColumns(stored: Stored, schema: Schema): Promise<Stored> {
  const rows = await Promise.all([
    statisticsOf(stored, schema),
    Promise.all(
      schema.map((field) => (isNumber(field.type) ? quartilesOf(stored, field.name) : [])),
    ),
  ]);
  const [[statistics, total], quartiles] = rows;
  const described = schema.map(({ name, type }, at): Description => {
    const count = (statistics[`count ${at}`] as number | undefined) ?? 0;
    const [mean, std, min, max] = VERBS.map((verb) => numberOrNull(statistics[`${verb} ${at}`]));
    const [q25 = null, median = null, q75 = null] = quartiles[at] as readonly number[];
    const nulls = total - count;
    return {
      column: name,
      type,
      count,
      nulls,
      mean,
      std,
      min,
      q25,
      median,
      q75,
      max,
    } as Description;
  });
  const columns = [
    "column",
    "type",
    "count",
    "nulls",
    "mean",
    "std",
    "min",
    "q25",
    "median",
    "q75",
    "max",
  ] as const;
  using operation = new Operation("describe");
  const values = columns.map((name) => described.map((each) => each[name]));
  return {
    parts: [operation.submit(packValues, columns, ...(values as never[]))],
    dictionaries: [],
  };
}

const isNumber = (type: ColumnType): boolean => /^[iuf]\d+$/.test(type);

const numberOrNull = (value: unknown): number | null =>
  value === null || value === undefined ? null : Number(value);

/** One row, of all of the rows as one group: none where there are no rows. */
async function statisticsOf(stored: Stored, schema: Schema): Promise<readonly [Row, number]> {
  const key = schema.reduce((name, field) => (name === field.name ? `${name} ` : name), " ");
  const node = { kind: "value", value: 1 } as const;
  const columns = [{ name: key, node }];
  const keyed = runStored(stored, [{ step: { kind: "mutate", columns }, functions: [] }]);
  const wanted: Aggregation[] = schema.flatMap(({ name, type }, at) => {
    const verbs: readonly Verb[] = isNumber(type) ? ["count", ...VERBS] : ["count"];
    return verbs.map((verb) => ({ name: `${verb} ${at}`, verb, column: name }));
  });
  const grouped = await groupBy(
    keyed,
    [key],
    [...wanted, { name: "rows", verb: "count", column: key }],
  );
  const [row = {}] = await collectRows(grouped);
  for (const own of [keyed, grouped]) release(own);
  return [row, (row["rows"] as number | undefined) ?? 0];
}

async function quartilesOf(stored: Stored, name: string): Promise<readonly number[]> {
  const column = { kind: "column", name } as const;
  const isThere = { kind: "call", operator: "isNotNull", of: [column] } as const;
  const values = runStored(stored, [
    { step: { kind: "select", picks: [{ kind: "name", name }] }, functions: [] },
    { step: { kind: "filter", node: isThere }, functions: [] },
  ]);
  const sorted = await sort(values, [{ name, descending: false, nulls: "last" }]);
  const facts = await partFacts(sorted);
  const count = facts.reduce((sum, { rows }) => sum + rows, 0);
  if (count === 0) {
    for (const own of [values, sorted]) release(own);
    return [];
  }
  const places = QUARTILES.map((fraction) => fraction * (count - 1));
  const needed = [...new Set(places.flatMap((at) => [Math.floor(at), Math.ceil(at)]))];
  const chosen = rowsAt(sorted, facts, needed);
  const found = await collectRows(chosen);
  for (const own of [values, sorted, chosen]) release(own);
  const at = (place: number): number => Number(found[needed.indexOf(place)]?.[name]);
  return places.map((place) => {
    const [low, high] = [at(Math.floor(place)), at(Math.ceil(place))];
    return low === high ? low : low + (high - low) * (place % 1);
  });
}

/** What only led to the result. */
function release({ parts }: Stored): void {
  for (const part of parts) part.dispose();
}
