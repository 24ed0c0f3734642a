/** Groups of random tables against DuckDB. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, reduced, start } from "../../src/index.ts";
import { type DTable, dtable, type Row } from "../../src/table/index.ts";
import { times } from "../support/counts.ts";
import { duckdb, sorted } from "./support/duckdb.ts";

const duck = duckdb();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const COLUMNS = { s: "varchar", t: "varchar", n: "double", b: "boolean", x: "double", y: "double" };
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 6 });
const anyRow = fc.record({
  s: orNull(fc.constantFrom("", "a", "ä", "b'c", "long text with more than twenty four bytes")),
  t: orNull(fc.constantFrom("p", "q")),
  n: orNull(fc.constantFrom(0, -0, 1, 1.5, -7, 2 ** 40, Number.NaN)),
  b: orNull(fc.boolean()),
  x: orNull(fc.integer({ min: -50, max: 50 })),
  y: orNull(fc.integer({ min: -900, max: 900 }).map((k) => k / 100)),
});
const anyTable = fc.tuple(fc.array(anyRow, { maxLength: 60 }), fc.integer({ min: 1, max: 25 }));
type R = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;
const make = (rows: readonly R[], size: number): DTable<R> =>
  dtable(
    Object.fromEntries(
      Object.keys(COLUMNS).map((name) => [name, rows.map((row) => row[name as keyof R])]),
    ) as never,
    size,
  ) as unknown as DTable<R>;

const AGGREGATES = {
  rows: ["x", "count"],
  total: ["x", "sum"],
  middle: ["y", "mean"],
  low: ["x", "min"],
  high: ["x", "max"],
  spread: ["y", "std"],
  variance: ["x", "var"],
  half: ["y", "median"],
  most: ["y", "quantile", 0.9],
  kinds: ["x", "nunique"],
  some: ["b", "any"],
  both: ["x", "corr", "y"],
} as const;
const SQL = `count(x) as "rows", sum(x) total, avg(y) middle, min(x) low, max(x) high, stddev(y) spread,
  variance(x) variance, median(y) half, quantile_cont(y, 0.9) most, count(distinct x) kinds,
  coalesce(bool_or(b), false) as "some", corr(x, y) as "both"`;

const near = (rows: readonly Row[]): Row[] =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        typeof value === "number" && !Number.isInteger(value) && Number.isFinite(value)
          ? Number(value.toPrecision(9))
          : Object.is(value, -0) || (typeof value === "number" && Math.abs(value) < 1e-12)
            ? 0
            : value,
      ]),
    ),
  );
/** A correlation of what does not vary is NaN here and null there. */
const told = (rows: readonly Row[]): Row[] =>
  near(rows).map((row) =>
    "both" in row && Number.isNaN(row["both"]) ? { ...row, both: null } : row,
  );

describe("groupBy", () => {
  it.each([["s"], ["t", "b"], ["n"], ["s", "n", "t"]] as const)(
    "by %s, %s and %s gives what DuckDB gives",
    async (...keys) => {
      const own = keys.filter((key) => key !== undefined);
      await fc.assert(
        fc.asyncProperty(anyTable, async ([rows, size]) => {
          await duck.load("t", COLUMNS, rows);
          const given = await duck.ask(
            `select ${own.join(", ")}, ${SQL} from t group by ${own.join(", ")}`,
          );
          const made = await make(rows, size)
            .groupBy(...(own as ["s"]))
            .agg(AGGREGATES as never)
            .toRows();
          expect(sorted(told(made as never))).toEqual(sorted(told(given)));
        }),
        { numRuns: times(1500), seed: 1 },
      );
    },
  );

  it("without holistic aggregates puts partial results together", async () => {
    const { rows, total, middle, low, high, spread, variance, some, both } = AGGREGATES;
    await fc.assert(
      fc.asyncProperty(anyTable, async ([data, size]) => {
        await duck.load("t", COLUMNS, data);
        const sql = SQL.replace(/median.*kinds,/s, "");
        const given = await duck.ask(`select s, t, ${sql} from t group by s, t`);
        const wanted = { rows, total, middle, low, high, spread, variance, some, both };
        const made = await make(data, size).groupBy("s", "t").agg(wanted).toRows();
        expect(sorted(told(made as never))).toEqual(sorted(told(given)));
      }),
      { numRuns: times(3000), seed: 2 },
    );
  });

  it("takes many groups by buckets of their keys", async () => {
    const n = 700_000;
    const k = Int32Array.from({ length: n }, (_, i) => (i * 7919) % 350_003);
    const v = Float64Array.from({ length: n }, (_, i) => i % 10);
    const made = await dtable({ k, v }, 100_000)
      .groupBy("k")
      .agg({ v: "sum", n: ["v", "count"] })
      .toRows();
    const expected = new Map<number, number>();
    for (const [i, key] of k.entries()) {
      expected.set(key, (expected.get(key) ?? 0) + (v[i] as number));
    }
    expect(made).toHaveLength(expected.size);
    for (const row of made) expect(expected.get(row.k as number)).toBe(row.v);
  });

  it("tells many strings apart by one dictionary, nulls and partitions without strings among them", async () => {
    const n = 600_000;
    const text = (i: number): string | null => {
      const k = (i * 7919) % 300_007;
      return (i >= 200_000 && i < 300_000) || k === 5 ? null : `k${k}`;
    };
    const k = Array.from({ length: n }, (_, i) => text(i));
    const grouped = dtable({ k, b: Uint8Array.from({ length: n }, (_, i) => i % 2) }, 100_000)
      .groupBy("k", "b")
      .agg({ n: ["b", "count"] });
    const made = await grouped.toRows();
    const expected = new Map<string, number>();
    for (const [i, key] of k.entries()) {
      const own = `${key} ${i % 2}`;
      expected.set(own, (expected.get(own) ?? 0) + 1);
    }
    expect(made).toHaveLength(expected.size);
    for (const row of made) expect(expected.get(`${row.k} ${row.b}`)).toBe(row.n);
    expect(await grouped.sort(["k", "b"]).head(1).toRows()).toEqual([{ k: "k0", b: 0, n: 1 }]);
  });

  it("takes a function of the row as the key, and first and last as they come", async () => {
    const table = dtable({ a: [1, 2, 3, 4, 5], s: ["p", null, "q", "r", null] }, 2);
    const made = await table
      .groupBy((row) => row.a % 2 === 0)
      .agg({ from: ["s", "first"], to: ["s", "last"], a: "max" })
      .toRows();
    expect(sorted(made)).toEqual(
      sorted([
        { key: false, from: "p", to: "q", a: 5 },
        { key: true, from: "r", to: "r", a: 4 },
      ]),
    );
    const [first] = made;
    const typed: { key: boolean; from: string | null; to: string | null; a: number } | undefined =
      first;
    expect(typed).toBeDefined();
  });

  it("takes functions that see the values of a group in their order", async () => {
    const table = dtable(
      { k: ["a", "b", "a", "b", "a"], v: [1, null, 2, null, 3], at: [0, 1, 2, 3, 4] },
      2,
    );
    const factor = 10;
    const made = await table
      .groupBy("k")
      .agg({
        digits: ["v", { init: () => 0, step: (result: number, v: number) => result * factor + v }],
        list: [
          "at",
          {
            init: (): number[] => [],
            step: (list: number[], at: number) => [...list, at],
            complete: (list: number[]) => list.join("-"),
          },
        ],
        early: [
          "at",
          { init: () => -1, step: (last: number, at: number) => (at > 1 ? reduced(at) : last) },
        ],
        n: ["v", "count"],
      })
      .toRows();
    expect(sorted(made)).toEqual([
      { k: "a", digits: 123, list: "0-2-4", early: 2, n: 3 },
      { k: "b", digits: 0, list: "1-3", early: 3, n: 0 },
    ]);
    const typed: { digits: number; list: string; early: number } | undefined = made[0];
    expect(typed).toBeDefined();
    expect(() => table.groupBy("k").agg({ x: ["v", { init: () => 0 } as never] })).toThrow(
      "agg: x needs functions",
    );
    const failing = table
      .groupBy("k")
      .agg({ x: ["v", { init: () => 0, step: () => Symbol("s") as never }] });
    await expect(failing.toRows()).rejects.toThrow("columns hold numbers");
  });

  it("of no rows gives none, and plans steps before and after", async () => {
    const none = dtable({ a: [1], b: [2] }).filter(() => false);
    expect(await none.groupBy("a").agg({ b: "sum" }).toRows()).toEqual([]);
    const table = dtable({ a: [1, 2, 1], b: [5, 6, 7] }, 1)
      .mutate({ c: (row) => row.b * 10 })
      .groupBy("a")
      .agg({ c: "sum" })
      .filter((row) => (row.c ?? 0) > 60);
    expect(await table.toRows()).toEqual([{ a: 1, c: 120 }]);
    expect(table.explain()).toContain("groupBy a: c = sum(c)");
  });

  it("gives groups one by one, changed and filtered row by row", async () => {
    const table = dtable({ k: ["a", null, "b", "a", "c"], x: [1, 2, 3, 4, Number.NaN] }, 2);
    const grouped = table.groupBy("k");
    expect(sorted(await grouped.keys().toRows())).toEqual(
      sorted([{ k: "a" }, { k: null }, { k: "b" }, { k: "c" }]),
    );
    expect(await (await grouped.get("a")).toRows()).toEqual([
      { k: "a", x: 1 },
      { k: "a", x: 4 },
    ]);
    expect(await (await table.groupBy("x").get(Number.NaN)).nrow()).toBe(1);
    await expect(grouped.get("z")).rejects.toThrow("there is no group with k = z; keys()");
    await expect(grouped.get()).rejects.toThrow("give one each");
    const doubled = grouped.map((row) => ({ ...row, x: row.x * 2 })).filter((row) => row.x < 7);
    const counts: Record<string, number> = {};
    for await (const [key, rows] of doubled) counts[String(key.k)] = await rows.nrow();
    expect(counts).toEqual({ a: 1, null: 1, b: 1 });
  });

  it("refuses what is not there, before anything runs or when it is known", async () => {
    const table = dtable({ a: [1], s: ["x"] });
    expect(() => table.groupBy()).toThrow("at least one");
    expect(() => table.groupBy("a").agg({ a: "sum" })).toThrow("give the result another name");
    expect(() => table.groupBy("a").agg({ s: "total" as never })).toThrow(
      "use one of all, any, corr",
    );
    expect(() => table.groupBy("a").agg({ q: ["s", "quantile", 2] })).toThrow(
      "a fraction from 0 to 1",
    );
    await expect(
      table
        .groupBy("z" as never)
        .agg({ s: "count" })
        .toRows(),
    ).rejects.toThrow("there is no column 'z'; there are 'a', 's'");
    await expect(table.groupBy("a").agg({ s: "mean" }).toRows()).rejects.toThrow(
      "column 's' holds strings",
    );
  });
});
