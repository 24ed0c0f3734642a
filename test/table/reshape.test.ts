/** Distinct rows, and columns that become rows and back, of random tables against DuckDB. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
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

const COLUMNS = { s: "varchar", n: "double", x: "double", y: "double" };
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 5 });
const anyRow = fc.record({
  s: orNull(fc.constantFrom("", "a", "ä", "long text with more than twenty four bytes")),
  n: orNull(fc.constantFrom(0, 1, 1.5, Number.NaN)),
  x: orNull(fc.integer({ min: -3, max: 3 })),
  y: orNull(fc.integer({ min: -900, max: 900 })),
});
type R = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;
const anyTable = fc.tuple(fc.array(anyRow, { maxLength: 50 }), fc.integer({ min: 1, max: 25 }));
const make = (rows: readonly R[], size: number) =>
  dtable(
    {
      s: rows.map(({ s }) => s),
      n: rows.map(({ n }) => n),
      x: rows.map(({ x }) => x),
      y: rows.map(({ y }) => y),
    },
    size,
  );

describe("unique", () => {
  it("of all columns gives what DuckDB gives", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ([rows, size]) => {
        const few = rows.map((row) => ({ ...row, y: 0 }));
        await duck.load("t", COLUMNS, few);
        const made = await make(few, size).unique().toRows();
        expect(sorted(made)).toEqual(sorted(await duck.ask("select distinct * from t")));
      }),
      { numRuns: times(1500), seed: 1 },
    );
  });

  it("of some columns keeps the first row of each", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ([rows, size]) => {
        const firsts = new Map<string, Row>();
        for (const row of rows) {
          const key = `${row.s}|${row.n}`;
          if (!firsts.has(key)) firsts.set(key, row);
        }
        const made = await make(rows, size).unique("s", "n").toRows();
        expect(sorted(made)).toEqual(sorted([...firsts.values()]));
      }),
      { numRuns: times(1500), seed: 2 },
    );
  });

  it("of many rows goes by buckets of keys", async () => {
    const n = 1_100_000;
    const k = Int32Array.from({ length: n }, (_, i) => (i * 7919) % 1_000_003);
    const made = await dtable({ k }, 200_000).unique("k").collect();
    expect(made.numRows).toBe(1_000_003);
    const found = new Uint8Array(1_000_003);
    for (const key of made.getChild("k")!) found[key]! += 1;
    expect(found.every((count) => count === 1)).toBe(true);
  });

  it("refuses columns that are not there", async () => {
    await expect(
      dtable({ a: [1] })
        .unique("b" as never)
        .toRows(),
    ).rejects.toThrow("there is no column 'b'; there are 'a'");
  });
});

describe("pivot", () => {
  it("lays the values of groups out, as DuckDB does", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ([rows, size]) => {
        await duck.load("t", COLUMNS, rows);
        const names = ["-3", "-2", "-1", "0", "1", "2", "3"];
        const given = await duck.ask(
          `select s, n, ${names.map((x) => `sum(y) filter (x = ${x}) "${x}"`).join(", ")},
            sum(y) filter (x is null) "null" from t group by s, n`,
        );
        const made = await make(rows, size)
          .pivot({ index: ["s", "n"], columns: "x", values: "y", agg: "sum" })
          .toRows();
        const all = made.map((row) =>
          Object.fromEntries(["s", "n", ...names, "null"].map((name) => [name, row[name] ?? null])),
        );
        expect(sorted(all)).toEqual(sorted(given));
      }),
      { numRuns: times(800), seed: 3 },
    );
  });

  it("keeps the type of the values and orders the columns by the values", async () => {
    const dt = dtable(
      {
        day: [1, 1, 2],
        city: ["b", "a", "b"],
        at: [new Date(5), null, new Date(7)],
      },
      2,
    ).pivot({ index: "day", columns: "city", values: "at" });
    expect(await dt.names()).toEqual(["day", "a", "b"]);
    expect(sorted(await dt.toRows())).toEqual([
      { day: 1, a: null, b: new Date(5) },
      { day: 2, a: null, b: new Date(7) },
    ]);
    expectTypeOf((await dt.toRows())[0]!.day).toEqualTypeOf<number>();
  });

  it("refuses what makes no table", async () => {
    const dt = dtable({ a: [1, 2], b: ["a", "x"], c: [3, 4] });
    expect(() => dt.pivot({ index: "a", columns: "a", values: "c" })).toThrow("in the index, too");
    expect(() =>
      dt.pivot({ index: "a", columns: "b", values: "c", agg: "total" as never }),
    ).toThrow("use one of all, any, count");
    await expect(dt.pivot({ index: "a", columns: "b", values: "c" }).toRows()).rejects.toThrow(
      "pivot: 'a' is a value of 'b' and in the index",
    );
    const many = Float64Array.from({ length: 10_001 }, (_, i) => i);
    await expect(
      dtable({ a: many, b: many }).pivot({ index: "a", columns: "b", values: "b" }).toRows(),
    ).rejects.toThrow("'b' has 10001 values; at most 10000 become columns");
  });
});

describe("melt", () => {
  it("gives a row for each value, as DuckDB does", async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, async ([rows, size]) => {
        await duck.load("t", COLUMNS, rows);
        const given = await duck.ask(
          `select s, 'x' "variable", x "value" from t union all select s, 'y', y from t`,
        );
        const made = await make(rows, size)
          .melt({ index: ["s"], values: ["x", "y"] })
          .toRows();
        expect(sorted(made)).toEqual(sorted(given));
      }),
      { numRuns: times(1000), seed: 4 },
    );
  });

  it("takes all other columns, widens numbers, and lets columns of nulls be any type", async () => {
    const dt = dtable({
      id: ["p", "q"],
      i: Int32Array.of(1, 2),
      f: [0.5, null],
      none: [null, null],
    }).melt({ index: ["id"], variable: "what", value: "x" });
    const rows = await dt.toRows();
    expect(sorted(rows)).toEqual(
      sorted([
        { id: "p", what: "i", x: 1 },
        { id: "q", what: "i", x: 2 },
        { id: "p", what: "f", x: 0.5 },
        { id: "q", what: "f", x: null },
        { id: "p", what: "none", x: null },
        { id: "q", what: "none", x: null },
      ]),
    );
    const typed: { id: string; what: string; x: number | null } | undefined = rows[0];
    expect(typed).toBeDefined();
  });

  it("refuses columns of different kinds and names that clash", async () => {
    const dt = dtable({ a: [1], s: ["x"] });
    await expect(dt.melt().toRows()).rejects.toThrow("'a' is f64, 's' is dictionary");
    expect(() => dt.melt({ index: ["a"], variable: "a" })).toThrow("would have equal names");
    expect(() => dt.melt({ index: "a" as never })).toThrow("melt takes lists of names");
  });
});
