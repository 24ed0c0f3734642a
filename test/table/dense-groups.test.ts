import { type Cluster, start } from "bodkin";
import { dtable } from "bodkin/table";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { denseGroups } from "../../src/table/groupby/dense.ts";
import { times } from "../support/counts.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

interface Given {
  readonly k: number | null;
  readonly b: boolean | null;
  readonly s: string | null;
  readonly x: number | null;
  readonly y: number;
  readonly i: number | null;
}

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: 4, nil: null });
const row = fc.record<Given>({
  k: orNull(fc.integer({ min: -3, max: 4 })),
  b: orNull(fc.boolean()),
  s: orNull(fc.constantFrom("", "a", "b", "ö", "long enough")),
  x: orNull(fc.constantFrom(0, -0, 1.5, -2, 1e9, Number.NaN, Number.POSITIVE_INFINITY)),
  y: fc.integer({ min: -9, max: 9 }),
  i: orNull(fc.integer({ min: -100, max: 100 })),
});

const numbers = (rows: readonly Given[], name: "x" | "y" | "i"): number[] =>
  rows.flatMap((own) => own[name] ?? []);
const mean = (xs: readonly number[]): number | null =>
  xs.length === 0 ? null : xs.reduce((a, b) => a + b, 0) / xs.length;
/** NaN is greater than all numbers. */
const extreme = (xs: readonly number[], sign: 1 | -1): number | null =>
  xs.length === 0
    ? null
    : xs.reduce((a, b) => {
        if (Number.isNaN(a)) return sign > 0 ? a : b;
        if (Number.isNaN(b)) return sign > 0 ? b : a;
        return (b - a) * sign > 0 ? b : a;
      });

function expected(rows: readonly Given[]): Record<string, number | null> {
  const [i, x, y] = [numbers(rows, "i"), numbers(rows, "x"), numbers(rows, "y")];
  const m = mean(i);
  const squares = i.reduce((sum, v) => sum + (v - (m as number)) ** 2, 0);
  return {
    n: rows.length,
    ni: i.length,
    sum: i.length === 0 ? null : i.reduce((a, b) => a + b, 0),
    mean: mean(y),
    std: i.length < 2 ? null : Math.sqrt(squares / (i.length - 1)),
    min: extreme(x, -1),
    max: extreme(x, 1),
    most: extreme(i, 1),
  };
}

const AGGREGATES = {
  n: ["y", "count"],
  ni: ["i", "count"],
  sum: ["i", "sum"],
  mean: ["y", "mean"],
  std: ["i", "std"],
  min: ["x", "min"],
  max: ["x", "max"],
  most: ["i", "max"],
} as const;

it("groups by small integers, booleans and strings are those that a loop over rows finds, however the table is cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 60 }),
      fc.subarray(["k", "b", "s"] as const, { minLength: 1 }),
      fc.integer({ min: 1, max: 30 }),
      async (rows, keys, length) => {
        const columns = Object.fromEntries(
          (["k", "b", "s", "x", "y", "i"] as const).map((name) => [
            name,
            rows.map((own) => own[name]),
          ]),
        );
        const table = dtable(columns as Record<string, (number | string | null)[]>, length);
        const made = (await table
          .groupBy(...keys)
          .agg(AGGREGATES as never)
          .toRows()) as Record<string, number | null>[];
        const keyOf = (own: object): string =>
          JSON.stringify(keys.map((name) => (own as Record<string, unknown>)[name]));
        const groups = Map.groupBy(rows, keyOf);
        expect(made.map(keyOf).sort()).toEqual([...groups.keys()].sort());
        for (const own of made) {
          const wanted = expected(groups.get(keyOf(own)) as Given[]);
          for (const [name, value] of Object.entries(wanted)) {
            const got = own[name] as number | null;
            if (value === null || got === null) expect({ name, got }).toEqual({ name, got: value });
            else if (Number.isNaN(value)) expect(got).toBeNaN();
            else if (Number.isFinite(value)) expect(got).toBeCloseTo(value, 9);
            else expect(got).toBe(value);
          }
        }
      },
    ),
    { seed: 24, numRuns: Math.max(30, times(3000)) },
  );
}, 600_000);

it("keys that are no small integers are left to others", () => {
  const column = (name: string, type: "f64" | "i32", values: Float64Array | Int32Array) => ({
    name,
    type,
    values,
    nulls: 0,
  });
  const part = (key: object) => ({
    rows: 2,
    columns: [key as never, column("v", "f64", Float64Array.of(1, 2))],
  });
  const sum = [{ name: "s", verb: "sum", column: "v" }] as const;
  const groups = (key: object) => denseGroups([part(key)], ["k"], sum);
  expect(groups(column("k", "i32", Int32Array.of(5, 7)))?.count).toBe(2);
  expect(groups(column("k", "f64", Float64Array.of(1, 2)))).toBeUndefined();
  expect(groups(column("k", "i32", Int32Array.of(0, 2 ** 30)))).toBeUndefined();
});
