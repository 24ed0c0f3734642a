/** Parquet files of other writers read as tables. */

import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../../src/index.ts";
import { parquetSource } from "../../../src/table/files/parquet/source.ts";
import { readAll, testFolder } from "./support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const folder = testFolder();
const source = (files: string | string[], columns?: string[]) => parquetSource({ files, columns });

/** Has DuckDB write a file. */
async function write(name: string, query: string, options = ""): Promise<string> {
  const path = folder.path(name);
  const connection = await (await DuckDBInstance.create()).connect();
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options})`);
  connection.closeSync();
  return path;
}

const NULLS = `SELECT
  CASE WHEN i % 3 = 0 THEN NULL ELSE i END::INTEGER AS i32,
  (i * 3000000000)::BIGINT AS i64, i::UTINYINT AS u8, i::USMALLINT AS u16, -i::TINYINT AS i8,
  (i / 4)::DOUBLE AS f64, (i / 4)::FLOAT AS f32, i % 2 = 0 AS flag,
  DATE '2026-01-01' + i::INTEGER AS day, TIMESTAMP '2026-01-01 00:00:00.000001' + INTERVAL (i) HOUR AS at,
  CASE WHEN i % 4 = 1 THEN NULL ELSE 'Köln ' || (i % 2) END AS city, i::DECIMAL(10, 2) / 4 AS price
  FROM range(7) t(i)`;

describe("Parquet files", () => {
  it("have columns of every type, with nulls", async () => {
    const { types, columns } = await readAll(source(await write("types.parquet", NULLS)));
    expect(types).toMatchObject({
      i32: "i32",
      i64: "i64",
      u8: "u8",
      u16: "u16",
      i8: "i8",
      f64: "f64",
      f32: "f32",
      flag: "bool",
      day: "date",
      at: "timestamp:us",
      price: "f64",
    });
    expect(types["city"]).toMatch(/utf8|dictionary/);
    const rows = [0, 1, 2, 3, 4, 5, 6];
    expect(columns).toEqual({
      i32: rows.map((i) => (i % 3 === 0 ? null : i)),
      i64: rows.map((i) => BigInt(i) * 3000000000n),
      u8: rows,
      u16: rows,
      i8: rows.map((i) => (i === 0 ? 0 : -i)),
      f64: rows.map((i) => i / 4),
      f32: rows.map((i) => i / 4),
      flag: rows.map((i) => i % 2 === 0),
      day: rows.map((i) => 20454 + i),
      at: rows.map((i) => 1767225600000001n + BigInt(i) * 3600000000n),
      city: rows.map((i) => (i % 4 === 1 ? null : `Köln ${i % 2}`)),
      price: rows.map((i) => i / 4),
    });
  });

  const GROUPS = "SELECT i::INTEGER AS i, 'x' || i % 10 AS s FROM range(400000) t(i) ORDER BY i";

  it("are read by row group, the wanted columns only", async () => {
    const path = await write("groups.parquet", GROUPS, ", ROW_GROUP_SIZE 122880");
    const { columns, parts, types } = await readAll(source(path), { columns: ["s"] });
    expect(parts.map(({ rows }) => rows)).toEqual([122880, 122880, 122880, 31360]);
    expect(types["s"]).toBe("dictionary");
    expect(columns["s"]?.slice(-3)).toEqual(["x7", "x8", "x9"]);
    expect(parts[0]?.columns.length).toBe(1);
    const none = await readAll(source(path), { columns: [] });
    expect(none.parts.map(({ rows }) => rows)).toEqual([122880, 122880, 122880, 31360]);
  });

  it("skip row groups that cannot have a wanted row", async () => {
    const path = await write("stats.parquet", GROUPS, ", ROW_GROUP_SIZE 122880");
    const rows = async (compare: "<" | "<=" | ">" | ">=" | "==", value: number) => {
      const { parts } = await readAll(source(path), { where: [{ column: "i", compare, value }] });
      return parts.map((part) => part.rows);
    };
    expect(await rows("<", 0)).toEqual([0, 0, 0, 0]);
    expect(await rows("<=", 0)).toEqual([122880, 0, 0, 0]);
    expect(await rows("==", 122880)).toEqual([0, 122880, 0, 0]);
    expect(await rows(">=", 399999)).toEqual([0, 0, 0, 31360]);
    expect(await rows(">", 122879)).toEqual([0, 122880, 122880, 31360]);
  });

  it("may be of other writers, with large strings and few rows a group", async () => {
    const path = fileURLToPath(
      new URL("../data/flights-3m.parquet", import.meta.resolve("vega-datasets")),
    );
    const { parts, columns, types } = await readAll(source(path), { columns: ["origin", "delay"] });
    expect(types["origin"]).toBe("dictionary");
    const connection = await (await DuckDBInstance.create()).connect();
    const query = `SELECT count(*), count(DISTINCT origin), sum(delay) FROM '${path}'`;
    const [expected] = (await connection.runAndReadAll(query)).getRows();
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const delay = (columns["delay"] as bigint[]).reduce((sum, value) => sum + value, 0n);
    expect([BigInt(rows), BigInt(new Set(columns["origin"]).size), delay]).toEqual(expected);
    connection.closeSync();
  });

  it("may be empty", async () => {
    const path = await write("empty.parquet", "SELECT 1::INTEGER AS i WHERE false");
    const { columns, types } = await readAll(source(path));
    expect([columns, types]).toEqual([{ i: [] }, { i: "i32" }]);
  });
});

describe("broken Parquet files", () => {
  it("say what is broken", async () => {
    await expect(readAll(source(await folder.put("text.parquet", "a,b\n1,2\n")))).rejects.toThrow(
      /text\.parquet is no Parquet file/,
    );
    await expect(readAll(source(folder.path("none.parquet")))).rejects.toThrow(
      /none\.parquet cannot be read: there is no such file/,
    );
    const path = await write("columns.parquet", "SELECT 1 AS a");
    await expect(readAll(source(path, ["b"]))).rejects.toThrow(/has no column 'b'; it has a/);
    const list = await write("list.parquet", "SELECT [1, 2] AS l");
    await expect(readAll(source(list))).rejects.toThrow(/column 'l' has type List/);
  });

  it("say which column is damaged", async () => {
    const path = await write("good.parquet", "SELECT i::DOUBLE AS a FROM range(1000) t(i)");
    const { readFile } = await import("node:fs/promises");
    const bytes = await readFile(path);
    const damaged = await folder.put("damaged.parquet", bytes.fill(0xee, 4, 60));
    await expect(readAll(source(damaged))).rejects.toThrow(
      /damaged\.parquet is damaged: column a cannot be read/,
    );
    const cut = await folder.put("cut.parquet", bytes.subarray(0, bytes.length - 10));
    await expect(readAll(source(cut))).rejects.toThrow(/no Parquet file/);
  });

  it("must agree in their columns", async () => {
    const one = await write("one.parquet", "SELECT 1::INTEGER AS a");
    const two = await write("two.parquet", "SELECT 1::BIGINT AS a");
    await expect(readAll(source([one, two]))).rejects.toThrow(/two\.parquet has column 'a' of i64/);
  });
});
