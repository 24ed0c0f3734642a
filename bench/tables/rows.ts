/** Functions of rows and readers of CSV, each measured in a process of its own. */

import { statSync } from "node:fs";
import type { Metrics } from "../support/topic.ts";
import { csvFile } from "./data.ts";

const PASSES = 5;

/** The least CPU milliseconds of a pass, after one that warms up. */
async function leastCpu(pass: () => Promise<unknown> | unknown): Promise<Metrics> {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k <= PASSES; k++) {
    const before = process.cpuUsage();
    await pass();
    const { user, system } = process.cpuUsage(before);
    if (k > 0) least = Math.min(least, (user + system) / 1000);
  }
  return { cpu: least };
}

const columns = (rows: number) => ({
  a: Int32Array.from({ length: rows }, (_, i) => i % 1000),
  b: Float64Array.from({ length: rows }, (_, i) => i / 7),
});

async function table(rows: number) {
  const { start } = await import("bodkin");
  const { dtable } = await import("bodkin/table");
  const cluster = await start({ threads: 1 });
  const made = dtable(columns(rows), Math.ceil(rows / 10));
  await made.wait();
  return { made, cluster };
}

export async function mapRows(rows: number): Promise<Metrics> {
  const { made, cluster } = await table(rows);
  await using _cluster = cluster;
  return await leastCpu(() => made.map((row) => ({ a: row.a * 2, b: row.b })).wait());
}

export async function filterRows(rows: number): Promise<Metrics> {
  const { made, cluster } = await table(rows);
  await using _cluster = cluster;
  return await leastCpu(() => made.filter((row) => row.a > 499).wait());
}

/** What somebody would write by hand, into new memory. */
export async function byLoop(verb: "map" | "filter", rows: number): Promise<Metrics> {
  const { a, b } = columns(rows);
  const map = (): unknown => {
    const [x, y] = [new Float64Array(rows), new Float64Array(rows)];
    for (let i = 0; i < rows; i++) {
      x[i] = (a[i] as number) * 2;
      y[i] = b[i] as number;
    }
    return [x, y];
  };
  const filter = (): unknown => {
    const [x, y] = [new Int32Array(rows), new Float64Array(rows)];
    let count = 0;
    for (let i = 0; i < rows; i++) {
      if ((a[i] as number) <= 499) continue;
      x[count] = a[i] as number;
      y[count] = b[i] as number;
      count++;
    }
    return [x.slice(0, count), y.slice(0, count)];
  };
  return await leastCpu(verb === "map" ? map : filter);
}

const SMALL = 10_000;

/**
 * Wall and CPU seconds of reading a file once: a second time it would be known. A small one has been read before, so
 * that all libraries are loaded.
 */
async function once(
  rows: number,
  read: (path: string, isSmall: boolean) => Promise<unknown>,
): Promise<Metrics> {
  const path = await csvFile(rows);
  await read(await csvFile(SMALL), true);
  const before = process.cpuUsage();
  const started = performance.now();
  await read(path, false);
  const wall = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1e6, bytes: statSync(path).size };
}

export async function byBodkin(rows: number): Promise<Metrics> {
  const { start } = await import("bodkin");
  const { readCSV } = await import("bodkin/table");
  await using _cluster = await start({ threads: 2 });
  // In pieces, so that both threads have some.
  const options = { rangeBytes: 1 << 14 };
  return await once(rows, (path, isSmall) => readCSV(path, isSmall ? options : {}).wait());
}

export async function byPolars(rows: number): Promise<Metrics> {
  process.env["POLARS_MAX_THREADS"] = "2";
  const { default: pl } = await import("nodejs-polars");
  return await once(rows, async (path) => pl.readCSV(path));
}

export async function byDuckDB(rows: number): Promise<Metrics> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:", { threads: "2" })).connect();
  return await once(rows, (path) =>
    connection.run(`create or replace table t as select * from read_csv('${path}')`),
  );
}
