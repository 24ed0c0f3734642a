/** The order of rows, against that of plain JavaScript. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../src/index.ts";
import { dtable } from "../../src/table/index.ts";
import { times } from "../support/counts.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 5 });
const anyRow = fc.record({
  f: orNull(fc.oneof(fc.double(), fc.constantFrom(0, -0, 1))),
  s: orNull(fc.oneof(fc.constantFrom("a", "b", ""), fc.string({ maxLength: 3 }))),
  w: orNull(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  d: orNull(fc.date({ noInvalidDate: true })),
  b: fc.boolean(),
  i: fc.nat(),
});
type R = typeof anyRow extends fc.Arbitrary<infer T> ? T : never;
type Name = keyof R;

const NAMES: readonly Name[] = ["f", "s", "w", "d", "b", "i"];
const anySort = fc.record({
  rows: fc.array(anyRow, { maxLength: 40 }),
  size: fc.integer({ min: 1, max: 12 }),
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
  descending: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  nulls: fc.constantFrom("first", "last"),
});

const number = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);

function compare(a: unknown, b: unknown): number {
  const [x, y] = [number(a) as number, number(b) as number];
  if (x < y) return -1;
  if (x > y) return 1;
  return x === y ? 0 : Number(Number.isNaN(x)) - Number(Number.isNaN(y));
}

describe("sort", () => {
  it("orders rows by several columns, stably, nulls where they are wanted", async () => {
    await fc.assert(
      fc.asyncProperty(anySort, async ({ rows, size, names, descending, nulls }) => {
        const own = descending.slice(0, names.length);
        const table = dtable(
          Object.fromEntries(NAMES.map((name) => [name, rows.map((row) => row[name])])) as never,
          size,
        );
        const expected = [...rows].sort((a, b) => {
          for (const [at, name] of names.entries()) {
            const [x, y] = [a[name], b[name]];
            const missing = Number(x === null) - Number(y === null);
            if (missing !== 0) return nulls === "first" ? -missing : missing;
            const sign = x === null ? 0 : compare(x, y);
            if (sign !== 0) return own[at] ? -sign : sign;
          }
          return 0;
        });
        const found = await table
          .sort(names as never, { descending: own, nulls: nulls as "last" })
          .toRows();
        const plain = (list: readonly object[]) => list.map((row) => Object.values(row).map(exact));
        expect(plain(found)).toEqual(plain(expected));
      }),
      { numRuns: times(8000), seed: 41 },
    );
  });

  it("orders many rows, of which partitions have neighbours", async () => {
    const count = 300_000;
    const values = Float64Array.from(
      { length: count },
      (_, i) => Math.abs(Math.sin(i)) * (i % 3 ? 1 : 1e6),
    );
    const sorted = dtable({ v: values, i: Int32Array.from(values.keys()) }, 40_000).sort("v", {
      descending: true,
    });
    const table = await sorted.collect();
    expect([...table.getChild("v")!]).toEqual([...values].sort((a, b) => b - a));
    const chunks = sorted.chunks.length;
    expect(chunks).toBe(8);
    const sizes = await Promise.all(
      sorted.chunks.map(async (chunk) => (await chunk.fetch()).numRows),
    );
    expect(Math.max(...sizes)).toBeLessThan(80_000);
  });

  it("may be of equal rows, and of none", async () => {
    const equal = dtable(
      { a: new Array(100).fill("x"), i: Int32Array.from({ length: 100 }, (_, i) => i) },
      9,
    );
    expect((await equal.sort("a").toRows()).map(({ i }) => i)).toEqual([...Array(100).keys()]);
    expect(
      await dtable({ a: [] as number[] })
        .sort("a")
        .toRows(),
    ).toEqual([]);
    expect(
      await equal
        .filter(() => false)
        .sort("a")
        .toRows(),
    ).toEqual([]);
  });

  it("is refused where options are wrong", async () => {
    const table = dtable({ a: [1], b: [2] });
    expect(() => table.sort([])).toThrow(/sort takes the name of a column/);
    expect(() => table.sort("a", { descending: [true, false] })).toThrow(/2 values for 1 columns/);
    expect(() => table.sort("a", { nulls: "middle" as never })).toThrow(/"first" or "last"/);
    await expect(table.sort("q" as never).toRows()).rejects.toThrow(
      /no column 'q'; there are 'a', 'b'/,
    );
  });

  it("brings strings of partitions to one dictionary, also where some have none", async () => {
    const texts = Array.from({ length: 300 }, (_, i) => (i < 50 ? null : `t${(i * 7) % 5}`));
    const n = texts.map((_, i) => i);
    const table = dtable({ s: texts, n }, 50);
    const rows = await table
      .filter((row) => row.n < 100 || row.n >= 150)
      .sort("s")
      .toRows();
    const expected = n
      .filter((i) => i < 100 || i >= 150)
      .sort((a, b) => {
        const [x, y] = [texts[a] ?? "u", texts[b] ?? "u"]; // nulls are last
        return x < y ? -1 : x > y ? 1 : a - b;
      });
    expect(rows.map((row) => row.n)).toEqual(expected);
    expect(rows.map((row) => row.s)).toEqual(expected.map((i) => texts[i]));
  });
});

/** Numbers and wide integers that are equal are the same; −0 is 0. */
function exact(value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  if (value instanceof Date) return value.getTime();
  if (typeof value === "number" && Number.isInteger(value)) return `${value}`;
  return value;
}
