/** Questions about the order of rows, and which of them there are, for each system in its own words. */

import type { DTable } from "bodkin/table";
import type { DataFrame } from "nodejs-polars";
import type { Metrics } from "../support/topic.ts";
import { groupByFile } from "./data.ts";
import { measured } from "./measure.ts";

type Polars = typeof import("nodejs-polars").default;

interface R {
  readonly [column: string]: number | string;
}

export interface OrderQuestion {
  readonly name: string;
  readonly text: string;
  readonly bodkin: (t: DTable<R>) => DTable;
  readonly sql: string;
  readonly polars: (t: DataFrame, pl: Polars) => DataFrame;
}

export const ORDERS: readonly OrderQuestion[] = [
  {
    name: "s1",
    text: "sort by v3",
    bodkin: (t) => t.sort("v3"),
    sql: "select * from t order by v3",
    polars: (t) => t.sort("v3"),
  },
  {
    name: "s2",
    text: "sort by id6, v3",
    bodkin: (t) => t.sort(["id6", "v3"]),
    sql: "select * from t order by id6, v3",
    polars: (t) => t.sort(["id6", "v3"]),
  },
  {
    name: "u1",
    text: "unique id2, id4",
    bodkin: (t) => t.unique("id2", "id4"),
    sql: "select distinct on (id2, id4) * from t",
    polars: (t) => t.unique({ subset: ["id2", "id4"] }),
  },
  {
    name: "t1",
    text: "topk 100 by v3",
    bodkin: (t) => t.topk(100, "v3"),
    sql: "select * from t order by v3 desc limit 100",
    polars: (t) => t.sort("v3", true).head(100),
  },
  {
    name: "w1",
    text: "row number and cumulative sum of v1 by id6 in order of v3",
    bodkin: (t) =>
      t.window(
        { partitionBy: "id6", orderBy: "v3" },
        { n: "rowNumber", c: ["v1", "cumSum"] },
      ) as unknown as DTable,
    sql: `select *, row_number() over w n, sum(v1) over (w rows unbounded preceding) c from t
      window w as (partition by id6 order by v3)`,
    polars: (t, pl) => {
      const ordered = t.sort(["id6", "v3"]);
      return ordered.withColumns(
        pl.col("v1").cumCount().over("id6").alias("n"),
        pl.col("v1").cumSum().over("id6").alias("c"),
      );
    },
  },
];

export async function byBodkin(rows: number): Promise<Metrics> {
  const path = await groupByFile(rows);
  const { start } = await import("bodkin");
  const { readParquet } = await import("bodkin/table");
  await using _cluster = await start({ threads: 2 });
  const table = readParquet(path) as unknown as DTable<R>;
  await table.wait();
  return await measured(ORDERS, ({ bodkin }) => bodkin(table).nrow());
}

export async function byDuckDB(rows: number): Promise<Metrics> {
  const path = await groupByFile(rows);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  await connection.run(`create table t as select * from '${path}'`);
  return await measured(ORDERS, async ({ sql }) => {
    await connection.run(`create or replace table answer as ${sql}`);
    const reader = await connection.runAndReadAll("select count(*) from answer");
    return Number(reader.getRows()[0]?.[0]);
  });
}

export async function byPolars(rows: number): Promise<Metrics> {
  process.env["POLARS_MAX_THREADS"] = "2";
  const path = await groupByFile(rows);
  const { default: pl } = await import("nodejs-polars");
  const table = pl.readParquet(path);
  return await measured(ORDERS, async ({ polars }) => polars(table, pl).height);
}
