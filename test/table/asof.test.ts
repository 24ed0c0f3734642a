/** As-of joins of random tables against DuckDB. */

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

const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 6 });
const keys = {
  k: orNull(fc.constantFrom("a", "b", "c")),
  t: orNull(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(0.5, 1e9, Infinity))),
};
const anyTables = fc.record({
  left: fc.array(fc.record({ ...keys, v: fc.nat(9) }), { maxLength: 25 }),
  // Which one of equal keys it is, DuckDB does not tell.
  right: fc.uniqueArray(fc.record({ ...keys, w: fc.nat(99) }), {
    maxLength: 25,
    selector: ({ k, t }) => `${k} ${t}`,
  }),
  sizes: fc.record({ left: fc.integer({ min: 1, max: 9 }), right: fc.integer({ min: 1, max: 9 }) }),
});

type Rows = readonly Row[];

async function both(left: Rows, right: Rows, sizes: { left: number; right: number }) {
  const columns = (names: readonly string[], rows: Rows) =>
    Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? null)]));
  await duck.load("l", { k: "varchar", t: "double", v: "double" }, left);
  await duck.load("r", { k: "varchar", t: "double", w: "double" }, right);
  const l = dtable(columns(["k", "t", "v"], left), sizes.left);
  const r = dtable(columns(["k", "t", "w"], right), sizes.right);
  return [l, r] as const;
}

/** Number columns of nothing but nulls, or without rows, have no type to check. */
const hasTimes = (rows: Rows): boolean => rows.some(({ t }) => t !== null);

describe("as-of join", () => {
  it.each([
    ["backward", ">="],
    ["forward", "<="],
  ] as const)("%s gives what DuckDB gives", async (strategy, sign) => {
    await fc.assert(
      fc.asyncProperty(anyTables, async ({ left, right, sizes }) => {
        fc.pre(hasTimes(left) && hasTimes(right));
        const [a, b] = await both(left, right, sizes);
        const ours = await a.join(b, { how: "asof", on: "t", by: "k", strategy }).toRows();
        const theirs = await duck.ask(
          `select l.*, r.w from l asof left join r on l.k = r.k and l.t ${sign} r.t`,
        );
        expect(sorted(ours)).toEqual(sorted(theirs));
      }),
      { numRuns: times(1500), seed: 41 },
    );
  });

  it("to the nearest within a tolerance gives what a search of all gives", async () => {
    await fc.assert(
      fc.asyncProperty(anyTables, fc.constantFrom(0, 1, 3.5), async (tables, tolerance) => {
        const { left, right, sizes } = tables;
        fc.pre(hasTimes(left) && hasTimes(right));
        const [a, b] = await both(left, right, sizes);
        const strategy = "nearest";
        const ours = await a
          .join(b, { how: "asof", on: "t", by: "k", strategy, tolerance })
          .toRows();
        const theirs = left.map((row) => {
          const far = (other: Row): number => Math.abs((row.t as number) - (other["t"] as number));
          const found = right
            .filter(({ k, t }) => k !== null && k === row.k && t !== null && row.t !== null)
            .filter((other) => far(other) <= tolerance)
            .sort((x, y) => far(x) - far(y) || (x.t as number) - (y.t as number))[0];
          return { ...row, w: found?.w ?? null };
        });
        expect(sorted(ours)).toEqual(sorted(theirs));
      }),
      { numRuns: times(1500), seed: 42 },
    );
  });

  it("takes pairs of names, no other keys, and times, and of equal keys the last or the first", async () => {
    const day = (date: number): Date => new Date(Date.UTC(2024, 0, date));
    const a = dtable({ at: [day(1), day(5), day(9)], x: [1, 2, 3] }, 2);
    const b = dtable({ when: [day(5), day(2), day(5)], x: ["p", "q", "r"] }, 2);
    const on = [["at", "when"]] as const;
    const joined = (options: object) => a.join(b, { how: "asof", on, ...options }).toRows();
    const found = async (options: object): Promise<unknown[]> =>
      (await joined(options)).map((row) => (row as Row)["x_2"]);
    expect(await found({})).toEqual([null, "r", "r"]);
    expect(await found({ strategy: "forward" })).toEqual(["q", "p", null]);
    expect(await found({ tolerance: 3 * 86_400_000 })).toEqual([null, "r", null]);
    expect(Object.keys((await joined({}))[0] as Row)).toEqual(["at", "x", "x_2"]);
  });

  it("keeps integers of 64 bits apart, and NaN above all", async () => {
    const big = 2n ** 60n;
    const a = dtable({ t: BigInt64Array.of(big, big + 1n), x: [1, 2] }, 1);
    const b = dtable({ t: BigInt64Array.of(big + 1n, big), w: [10, 20] }, 2);
    const wide = await a.join(b, { how: "asof", on: "t" }).toRows();
    expect(wide.map(({ w }) => w)).toEqual([20, 10]);
    const c = dtable({ t: [Number.NaN, 5] }, 2).join(dtable({ t: [1, Number.NaN], w: [1, 2] }), {
      how: "asof",
      on: "t",
    });
    expect((await c.toRows()).map(({ w }) => w)).toEqual([2, 1]);
  });

  it("of many rows in buckets of their other keys", async () => {
    const rows = 300_000;
    const k = Int32Array.from({ length: rows }, (_, i) => i % 1000);
    const a = dtable({ k, t: Int32Array.from({ length: rows }, (_, i) => i) }, 70_000);
    const b = dtable({ k, t: Int32Array.from({ length: rows }, (_, i) => i - 7), w: k }, 70_000);
    const table = await a.join(b, { how: "asof", on: "t", by: "k" }).collect();
    expect(table.numRows).toBe(rows);
    expect(table.getChild("w")?.toArray()).toEqual(table.getChild("k")?.toArray());
  });

  it("says what is wrong with its options", async () => {
    const a = dtable({ t: [1], s: ["x"] });
    const wrong = (options: object) => () => a.join(a, options as never);
    expect(wrong({ how: "asof" })).toThrow(/one key that need not be equal/);
    expect(wrong({ how: "asof", on: ["t", "s"] })).toThrow(/one key that need not be equal/);
    expect(wrong({ how: "asof", on: "t", strategy: "up" })).toThrow(/strategy is backward, /);
    expect(wrong({ how: "asof", on: "t", tolerance: -1 })).toThrow(/tolerance is a number from 0/);
    expect(wrong({ on: "t", by: "s" })).toThrow(/by is for \{ how: "asof" \}/);
    await expect(a.join(a, { how: "asof", on: "s" }).toRows()).rejects.toThrow(/on numbers, dates/);
    await expect(a.join(a, { how: "asof", on: "z" as "t" }).toRows()).rejects.toThrow(/no column/);
  });
});
