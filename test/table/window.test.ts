/** Windows over random tables against DuckDB. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../src/index.ts";
import { dtable, type Row } from "../../src/table/index.ts";
import { times } from "../support/counts.ts";
import { duckdb, sorted } from "./support/duckdb.ts";

const duck = duckdb();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const COLUMNS = { g: "varchar", h: "double", t: "double", i: "double", v: "double", s: "varchar" };
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 5 });
const anyRow = fc.record({
  g: orNull(fc.constantFrom("a", "b", "ä")),
  h: orNull(fc.constantFrom(0, 1, Number.NaN)),
  t: orNull(fc.integer({ min: 0, max: 4 })),
  v: orNull(fc.integer({ min: -50, max: 50 })),
  s: orNull(fc.constantFrom("p", "q", "r", "")),
});
type R = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;
const anyTable = fc.tuple(fc.array(anyRow, { maxLength: 60 }), fc.integer({ min: 1, max: 25 }));
const make = (rows: readonly R[], size: number) =>
  dtable(
    {
      g: rows.map(({ g }) => g),
      h: rows.map(({ h }) => h),
      t: rows.map(({ t }) => t),
      i: rows.map((_, at) => at),
      v: rows.map(({ v }) => v),
      s: rows.map(({ s }) => s),
    },
    size,
  );
const exact = (rows: readonly Row[]): Row[] =>
  sorted(
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === "number" && !Number.isInteger(value) && !Number.isNaN(value)
            ? Number(value.toPrecision(12))
            : Object.is(value, -0)
              ? 0
              : value,
        ]),
      ),
    ),
  );

describe("window", () => {
  it("places, shifts and sums rows of groups as DuckDB does", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ([rows, size]) => {
        await duck.load(
          "t",
          COLUMNS,
          rows.map((row, i) => ({ ...row, i })),
        );
        const given = await duck.ask(
          `select *, row_number() over w "n", rank() over p "r", dense_rank() over p "d",
            lag(s) over w "before", lead(v, 2) over w "after", first_value(s) over whole "head",
            last_value(s) over whole "tail", count(v) over up "cc", sum(v) over up "cs",
            min(v) over up "lo", max(s) over up "hi", sum(v) over whole "total", avg(v) over whole "middle",
            count(s) over whole "strings", min(s) over whole "least", max(v) over whole "most",
            sum(v) over three "rs", avg(v) over three "rm", min(v) over three "rl", max(v) over three "rh"
          from t window w as (partition by g, h order by t desc nulls first, i),
            p as (partition by g, h order by t desc nulls first),
            up as (partition by g, h order by t desc nulls first, i rows unbounded preceding),
            three as (partition by g, h order by t desc nulls first, i rows 2 preceding),
            whole as (partition by g, h order by t desc nulls first, i
              rows between unbounded preceding and unbounded following)`,
        );
        const made = await make(rows, size)
          .window(
            { partitionBy: ["g", "h"], orderBy: "t", descending: true, nulls: "first" },
            {
              n: "rowNumber",
              r: "rank",
              d: "denseRank",
              before: ["s", "lag"],
              after: ["v", "lead", 2],
              head: ["s", "first"],
              tail: ["s", "last"],
              cc: ["v", "cumCount"],
              cs: ["v", "cumSum"],
              lo: ["v", "cumMin"],
              hi: ["s", "cumMax"],
              total: ["v", "sum"],
              middle: ["v", "mean"],
              strings: ["s", "count"],
              least: ["s", "min"],
              most: ["v", "max"],
              rs: ["v", "rollingSum", 3],
              rm: ["v", "rollingMean", 3],
              rl: ["v", "rollingMin", 3],
              rh: ["v", "rollingMax", 3],
            },
          )
          .toRows();
        expect(exact(made)).toEqual(exact(given));
      }),
      { numRuns: times(1500), seed: 1 },
    );
  });

  it("rolls over any number of rows", async () => {
    const n = 300;
    const v = Float64Array.from({ length: n }, (_, i) => (i * 7919) % 101);
    for (const size of [1, 2, 7, 299, 300, 1000]) {
      const made = await dtable({ v }, 64)
        .window({}, { sum: ["v", "rollingSum", size], max: ["v", "rollingMax", size] })
        .toRows();
      const expected = Array.from(v, (own, at) => {
        const frame = v.subarray(Math.max(0, at - size + 1), at + 1);
        return { v: own, sum: frame.reduce((a, b) => a + b, 0), max: Math.max(...frame) };
      });
      expect(made).toEqual(expected);
    }
  });

  it("forgets what has left a rolling frame, infinities too", async () => {
    const made = await dtable({ v: [1, Number.POSITIVE_INFINITY, 2, 3, 1e300, -1e300, 4] })
      .window({}, { v: ["v", "rollingSum", 2] })
      .toRows();
    const [a, b, c] = [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(made.map((row) => row.v)).toEqual([a, b, c, 5, 1e300, 0, -1e300]);
  });

  it("goes by buckets of groups where there are many rows", async () => {
    const n = 1_200_000;
    const g = Int32Array.from({ length: n }, (_, i) => (i * 7919) % 100_003);
    const made = await dtable({ g }, 300_000)
      .window({ partitionBy: "g" }, { n: "rowNumber", of: ["g", "count"] })
      .filter((row) => row.n === row.of)
      .collect();
    expect(made.numRows).toBe(100_003);
    let rows = 0;
    for (const count of made.getChild("of")!) rows += count as number;
    expect(rows).toBe(n);
  });

  it("keeps the types of columns, and infers those of rows", async () => {
    const dt = dtable({ at: [new Date(1), new Date(2)], k: Int32Array.of(5, 6) }).window(
      { orderBy: "k", descending: true },
      { next: ["at", "lead"], k2: ["k", "cumMax"] },
    );
    const rows = await dt.toRows();
    const typed: { at: Date; next: Date | null; k2: number | null } | undefined = rows[0];
    expect(typed).toEqual({ at: new Date(2), k: 6, next: new Date(1), k2: 6 });
    const types = (await dt.schema()).map(({ name, type }) => `${name} ${type}`);
    expect(types).toEqual(["at timestamp", "k i32", "next timestamp", "k2 i32"]);
  });

  it("refuses what it cannot do, before anything runs or when it is known", async () => {
    const dt = dtable({ a: [1], s: ["x"] });
    expect(() => dt.window({}, { r: "rank" })).toThrow("'r' is a rank, which needs orderBy");
    expect(() => dt.window({}, { r: ["a", "rollingSum"] as never })).toThrow("at least 1");
    expect(() => dt.window({}, { r: ["a", "median"] as never })).toThrow("use rowNumber, rank");
    expect(() => dt.window({ order: "a" } as never, {})).toThrow("window has no option");
    await expect(dt.window({}, { r: ["s", "cumSum"] }).toRows()).rejects.toThrow("holds strings");
    await expect(
      dt.window({ partitionBy: "z" as never }, { n: "rowNumber" }).toRows(),
    ).rejects.toThrow("there is no column 'z'");
  });
});
