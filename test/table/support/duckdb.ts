/** The same questions asked of DuckDB, as the reference. */

import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll } from "vitest";
import type { Row, Value } from "../../../src/table/index.ts";

export interface Duck {
  /** Puts rows into a table of these columns. */
  load(
    name: string,
    columns: Readonly<Record<string, string>>,
    rows: readonly Row[],
  ): Promise<void>;
  /** Rows as objects of plain values; big numbers become numbers. */
  ask(sql: string): Promise<Row[]>;
}

/** A database of the tests of a file. */
export function duckdb(): Duck {
  let connection: DuckDBConnection;
  beforeAll(async () => {
    connection = await (await DuckDBInstance.create()).connect();
  });
  afterAll(() => connection.closeSync());
  return {
    async load(name, columns, rows) {
      const types = Object.entries(columns).map(([column, type]) => `"${column}" ${type}`);
      await connection.run(`create or replace table ${name} (${types.join(", ")})`);
      if (rows.length === 0) return;
      const values = rows.map(
        (row) =>
          `(${Object.keys(columns)
            .map((column) => literal(row[column] ?? null))
            .join(", ")})`,
      );
      await connection.run(`insert into ${name} values ${values.join(", ")}`);
    },
    async ask(sql) {
      const reader = await connection.runAndReadAll(sql);
      return reader
        .getRowObjectsJS()
        .map((row) =>
          Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plain(value)])),
        );
    },
  };
}

function literal(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (value instanceof Date)
    return `timestamp '${value.toISOString().replace("T", " ").replace("Z", "")}'`;
  if (typeof value === "number" && !Number.isFinite(value)) return `'${value}'::double`;
  return String(value);
}

const plain = (value: unknown): Value =>
  typeof value === "bigint" && BigInt(Number(value)) === value ? Number(value) : (value as Value);

/** Rows in an order of their own, for comparing where none is promised. */
export function sorted(rows: readonly Row[]): Row[] {
  const key = (row: Row): string =>
    JSON.stringify(
      Object.values(row).map((value) =>
        typeof value === "bigint"
          ? `${value}n`
          : typeof value === "number" && !Number.isFinite(value)
            ? String(value)
            : value,
      ),
    );
  return [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
