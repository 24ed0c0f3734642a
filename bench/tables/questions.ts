/** The questions, for each system in its own words. Each gives the number of groups, which all must agree on. */

import type { Metrics } from "../support/topic.ts";
import { groupByFile } from "./data.ts";
import { measured } from "./measure.ts";

export interface Question {
  readonly name: string;
  readonly text: string;
  readonly keys: readonly string[];
  /** Name of the result, column, verb, second column. */
  readonly aggregates: readonly (readonly [string, string, Verb, string?])[];
}

type Verb = "sum" | "mean" | "median" | "std" | "max" | "min" | "count" | "corr";

export const QUESTIONS: readonly Question[] = [
  { name: "q1", text: "sum v1 by id1", keys: ["id1"], aggregates: [["a", "v1", "sum"]] },
  {
    name: "q2",
    text: "sum v1 by id1, id2",
    keys: ["id1", "id2"],
    aggregates: [["a", "v1", "sum"]],
  },
  {
    name: "q3",
    text: "sum v1, mean v3 by id3",
    keys: ["id3"],
    aggregates: [
      ["a", "v1", "sum"],
      ["b", "v3", "mean"],
    ],
  },
  {
    name: "q4",
    text: "mean v1, v2, v3 by id4",
    keys: ["id4"],
    aggregates: [
      ["a", "v1", "mean"],
      ["b", "v2", "mean"],
      ["c", "v3", "mean"],
    ],
  },
  {
    name: "q5",
    text: "sum v1, v2, v3 by id6",
    keys: ["id6"],
    aggregates: [
      ["a", "v1", "sum"],
      ["b", "v2", "sum"],
      ["c", "v3", "sum"],
    ],
  },
  {
    name: "q6",
    text: "median, std v3 by id4, id5",
    keys: ["id4", "id5"],
    aggregates: [
      ["a", "v3", "median"],
      ["b", "v3", "std"],
    ],
  },
  {
    name: "q7",
    text: "max v1, min v2 by id3",
    keys: ["id3"],
    aggregates: [
      ["a", "v1", "max"],
      ["b", "v2", "min"],
    ],
  },
  {
    name: "q9",
    text: "corr v1 v2 by id2, id4",
    keys: ["id2", "id4"],
    aggregates: [["a", "v1", "corr", "v2"]],
  },
  {
    name: "q10",
    text: "sum v3, count by all six",
    keys: ["id1", "id2", "id3", "id4", "id5", "id6"],
    aggregates: [
      ["a", "v3", "sum"],
      ["b", "v1", "count"],
    ],
  },
];

export async function byBodkin(rows: number): Promise<Metrics> {
  const path = await groupByFile(rows);
  const { start } = await import("bodkin");
  const { readParquet } = await import("bodkin/table");
  await using _cluster = await start({ threads: 2 });
  const table = readParquet(path);
  await table.wait();
  return await measured(QUESTIONS, async ({ keys, aggregates }) => {
    const wanted = Object.fromEntries(aggregates.map(([name, ...rest]) => [name, rest]));
    const made = table.groupBy(...keys).agg(wanted as never);
    return await made.nrow();
  });
}

const SQL: Readonly<Record<Verb, (column: string, other?: string) => string>> = {
  sum: (x) => `sum(${x})`,
  mean: (x) => `avg(${x})`,
  median: (x) => `median(${x})`,
  std: (x) => `stddev(${x})`,
  max: (x) => `max(${x})`,
  min: (x) => `min(${x})`,
  count: (x) => `count(${x})`,
  corr: (x, y) => `corr(${x}, ${y})`,
};

export async function byDuckDB(rows: number): Promise<Metrics> {
  const path = await groupByFile(rows);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  await connection.run(`create table t as select * from '${path}'`);
  return await measured(QUESTIONS, async ({ keys, aggregates }) => {
    const columns = aggregates.map(
      ([name, column, verb, other]) => `${SQL[verb](column, other)} ${name}`,
    );
    await connection.run(
      `create or replace table answer as select ${[...keys, ...columns].join(", ")} from t group by ${keys.join(", ")}`,
    );
    const reader = await connection.runAndReadAll("select count(*) from answer");
    return Number(reader.getRows()[0]?.[0]);
  });
}

export async function byPolars(rows: number): Promise<Metrics> {
  process.env["POLARS_MAX_THREADS"] = "2";
  const path = await groupByFile(rows);
  const { default: pl } = await import("nodejs-polars");
  const table = pl.readParquet(path);
  return await measured(QUESTIONS, async ({ keys, aggregates }) => {
    const columns = aggregates.map(([name, column, verb, other]) => {
      const x = pl.col(column);
      switch (verb) {
        case "sum":
          return x.sum().alias(name);
        case "mean":
          return x.mean().alias(name);
        case "median":
          return x.median().alias(name);
        case "std":
          return x.std().alias(name);
        case "max":
          return x.max().alias(name);
        case "min":
          return x.min().alias(name);
        case "count":
          return x.count().alias(name);
        default: {
          // Not in its Node binding: from the moments.
          const y = pl.col(other as string);
          const covariance = x.mul(y).mean().sub(x.mean().mul(y.mean()));
          const squares = (a: typeof x) => a.mul(a).mean().sub(a.mean().mul(a.mean()));
          return covariance.div(squares(x).mul(squares(y)).pow(0.5)).alias(name);
        }
      }
    });
    return (
      await table
        .lazy()
        .groupBy([...keys])
        .agg(...columns)
        .collect()
    ).height;
  });
}
