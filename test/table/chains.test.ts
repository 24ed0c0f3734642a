/** Random chains of verbs over random tables against DuckDB: with empty partitions, duplicates, skew and nulls. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../src/index.ts";
import { type DTable, dtable, readCSV, readParquet } from "../../src/table/index.ts";
import { times } from "../support/counts.ts";
import { testFolder } from "./files/support.ts";
import { duckdb, sorted } from "./support/duckdb.ts";

const duck = duckdb();
const folder = testFolder();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

type R = {
  readonly k: string | null;
  readonly n: number | null;
  readonly i: number | null;
  readonly b: boolean | null;
};
type T = DTable<R>;

const COLUMNS = { k: "varchar", n: "double", i: "double", b: "boolean" } as const;
const NAMES = ["k", "n", "i", "b"] as const;
const OTHER = { k: "varchar", w: "double" } as const;

const orNull = <V>(value: fc.Arbitrary<V>): fc.Arbitrary<V | null> => fc.option(value, { freq: 5 });
/** Most rows have one key. */
const anyKey = fc.constantFrom("a", "a", "a", "a", "b", "", "ß", 'c,"d"\n');
const anyRow: fc.Arbitrary<R> = fc.record({
  k: orNull(anyKey),
  n: orNull(fc.integer({ min: -40, max: 40 }).map((quarter) => quarter / 4)),
  i: orNull(fc.integer({ min: -3, max: 3 })),
  b: orNull(fc.boolean()),
});
const otherRow = fc.record({ k: orNull(anyKey), w: orNull(fc.integer({ min: 0, max: 9 })) });
type Other = DTable<{ readonly k: string | null; readonly w: number | null }>;

/** A verb here and in SQL; columns and their types stay the same. */
interface Verb {
  readonly name: string;
  apply(table: T, other: Other): T;
  sql(query: string): string;
}

const order = "k nulls last, n nulls last, i nulls last, b nulls last";
const same = (table: unknown): T => (table as T).select(...NAMES);

const verb: fc.Arbitrary<Verb> = fc.oneof(
  fc.integer({ min: -8, max: 8 }).map((bound) => ({
    name: `filter n > ${bound}`,
    apply: (table: T) => table.filter((row) => row.n !== null && row.n > bound),
    sql: (query: string) => `select * from (${query}) where n > ${bound}`,
  })),
  fc.constantFrom<Verb>(
    {
      name: "filter flags",
      apply: (table) => table.filter((row) => row.b),
      sql: (query) => `select * from (${query}) where b`,
    },
    {
      name: "mutate",
      apply: (table) =>
        same(
          table.mutate({
            n: (row) => (row.n === null || row.i === null ? null : row.n + row.i),
            b: (row) => (row.k === null ? null : row.k.length > 0),
          }),
        ),
      sql: (query) => `select k, n + i as n, i, length(k) > 0 as b from (${query})`,
    },
    {
      name: "map",
      apply: (table) =>
        same(
          table.map((row) => ({
            ...row,
            k: row.k ?? "none",
            i: row.b === null ? null : row.b ? 1 : 0,
          })),
        ),
      sql: (query) => `select coalesce(k, 'none') as k, n, b::int::double as i, b from (${query})`,
    },
    {
      name: "rename",
      apply: (table) => same(table.rename({ n: "i", i: "n" })),
      sql: (query) => `select k, i as n, n as i, b from (${query})`,
    },
    {
      name: "group",
      apply: (table) => same(table.groupBy("k", "b").agg({ n: "sum", i: ["n", "max"] })),
      sql: (query) => `select k, sum(n) as n, max(n) as i, b from (${query}) group by k, b`,
    },
    {
      name: "group by all values",
      apply: (table) => same(table.groupBy("i", "k").agg({ n: "median", b: "any" })),
      sql: (query) =>
        `select k, median(n) as n, i, coalesce(bool_or(b), false) as b from (${query}) group by i, k`,
    },
    {
      name: "join",
      apply: (table, other) => same(table.join(other, { on: "k" }).mutate({ n: (row) => row.w })),
      sql: (query) => `select l.k, u.w as n, l.i, l.b from (${query}) l join u on l.k = u.k`,
    },
    {
      name: "left join",
      apply: (table, other) =>
        same(
          table.join(other, {
            on: [
              ["k", "k"],
              ["i", "w"],
            ],
            how: "left",
          }),
        ),
      sql: (query) =>
        `select l.k, l.n, l.i, l.b from (${query}) l left join u on l.k = u.k and l.i = u.w`,
    },
    {
      name: "anti join",
      apply: (table, other) => table.join(other, { on: [["i", "w"]], how: "anti" }),
      sql: (query) => `select * from (${query}) l anti join u on l.i = u.w`,
    },
    {
      name: "concat",
      apply: (table) => table.concat(table.filter((row) => row.i === 1)),
      sql: (query) => `select * from (${query}) union all select * from (${query}) where i = 1`,
    },
    {
      name: "the first of all in order",
      apply: (table) => table.sort(NAMES).head(7),
      sql: (query) => `select * from (${query}) order by ${order} limit 7`,
    },
    {
      name: "order and trim",
      apply: (table) => table.sort("n", { descending: true, nulls: "first" }).trim(),
      sql: (query) => query,
    },
  ),
);

const anyChain = fc.record({
  rows: fc.array(anyRow, { maxLength: 30 }),
  others: fc.array(otherRow, { maxLength: 6 }),
  size: fc.integer({ min: 1, max: 11 }),
  verbs: fc.array(verb, { minLength: 1, maxLength: 5 }),
});

const columnsOf = (names: readonly string[], rows: readonly object[]) =>
  Object.fromEntries(
    names.map((name) => [name, rows.map((row) => (row as Record<string, never>)[name] ?? null)]),
  );

/** Of each kind of table the same chain. */
async function check(from: (table: T) => Promise<T>, runs: number, seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyChain, async ({ rows, others, size, verbs }) => {
      await duck.load("t", COLUMNS, rows);
      await duck.load("u", OTHER, others);
      const other = dtable(columnsOf(["k", "w"], others), 2) as unknown as Other;
      const table = await from(dtable(columnsOf(NAMES, rows), size) as unknown as T);
      const made = verbs.reduce((own, { apply }) => apply(own, other), table);
      const query = verbs.reduce((own, { sql }) => sql(own), "select * from t");
      const told = await duck.ask(`select k, n, i, b from (${query})`);
      const names = verbs.map(({ name }) => name).join(" → ");
      expect(sorted(await made.toRows()), names).toEqual(sorted(told));
    }),
    { numRuns: times(runs), seed },
  );
}

describe("chains of verbs", () => {
  it("of tables in memory give what DuckDB gives", () => check(async (table) => table, 60_000, 51));

  it("of Parquet files give what DuckDB gives", async () => {
    let count = 0;
    await check(
      async (table) => {
        const path = folder.path(`${count++}.parquet`);
        await table.writeParquet(path);
        return readParquet<R>(path);
      },
      2500,
      52,
    );
  });

  it("of CSV files give what DuckDB gives", async () => {
    let count = 0;
    await check(
      async (table) => {
        const path = folder.path(`${count++}.csv`);
        await table.writeCSV(path);
        const types = { k: "dictionary", n: "f64", i: "f64", b: "bool" } as const;
        return readCSV<R>(path, { types, rangeBytes: 64 });
      },
      2500,
      53,
    );
  });
});
