/** The join questions of the db-benchmark (H2O.ai), for each system in its own words. */

import type { Metrics } from "../support/topic.ts";
import { type JoinFiles, joinFiles } from "./data.ts";
import { measured } from "./measure.ts";

export interface JoinQuestion {
  readonly name: string;
  readonly text: string;
  readonly other: Exclude<keyof JoinFiles, "x">;
  readonly on: string;
  readonly how: "inner" | "left";
}

export const JOINS: readonly JoinQuestion[] = [
  { name: "j1", text: "small on an integer", other: "small", on: "id1", how: "inner" },
  { name: "j2", text: "medium on an integer", other: "medium", on: "id2", how: "inner" },
  { name: "j3", text: "medium on an integer, left", other: "medium", on: "id2", how: "left" },
  { name: "j4", text: "medium on a string", other: "medium", on: "id5", how: "inner" },
  { name: "j5", text: "as many rows on an integer", other: "big", on: "id3", how: "inner" },
];

export async function byBodkin(rows: number): Promise<Metrics> {
  const files = await joinFiles(rows);
  const { start } = await import("bodkin");
  const { readParquet } = await import("bodkin/table");
  await using _cluster = await start({ threads: 2 });
  const tables = {
    x: readParquet(files.x),
    small: readParquet(files.small),
    medium: readParquet(files.medium),
    big: readParquet(files.big),
  };
  for (const table of Object.values(tables)) await table.wait();
  return await measured(JOINS, ({ other, on, how }) =>
    tables.x.join(tables[other], { on, how }).nrow(),
  );
}

export async function byDuckDB(rows: number): Promise<Metrics> {
  const files = await joinFiles(rows);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  for (const [name, path] of Object.entries(files)) {
    await connection.run(`create table ${name} as select * from '${path}'`);
  }
  return await measured(JOINS, async ({ other, on, how }) => {
    const columns = `x.*, ${other}.* exclude (${on})`;
    await connection.run(
      `create or replace table answer as select ${columns} from x ${how} join ${other} on x.${on} = ${other}.${on}`,
    );
    const reader = await connection.runAndReadAll("select count(*) from answer");
    return Number(reader.getRows()[0]?.[0]);
  });
}

export async function byPolars(rows: number): Promise<Metrics> {
  process.env["POLARS_MAX_THREADS"] = "2";
  const files = await joinFiles(rows);
  const { default: pl } = await import("nodejs-polars");
  const tables = {
    x: pl.readParquet(files.x),
    small: pl.readParquet(files.small),
    medium: pl.readParquet(files.medium),
    big: pl.readParquet(files.big),
  };
  return await measured(
    JOINS,
    async ({ other, on, how }) => tables.x.join(tables[other], { on, how, suffix: "_2" }).height,
  );
}
