/** Joins of random tables against DuckDB. */

import * as arrow from "apache-arrow";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../src/index.ts";
import { col, dtable, type JoinKind, type Row } from "../../src/table/index.ts";
import { times } from "../support/counts.ts";
import { duckdb, sorted } from "./support/duckdb.ts";

const duck = duckdb();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 6 });
const key = {
  s: orNull(fc.constantFrom("", "a", "ä", "long text with more than twenty four bytes")),
  n: orNull(fc.constantFrom(0, 1, 1.5, -7, 2 ** 40)),
};
const leftRow = fc.record({ ...key, x: orNull(fc.integer({ min: 0, max: 9 })), v: fc.boolean() });
const rightRow = fc.record({ ...key, x: orNull(fc.string({ maxLength: 3 })), w: fc.nat(99) });
const TYPES = { s: "varchar", n: "double" };

const sizes = fc.record({
  left: fc.integer({ min: 1, max: 9 }),
  right: fc.integer({ min: 1, max: 9 }),
});
const anyTables = fc.record({
  left: fc.array(leftRow, { maxLength: 25 }),
  right: fc.array(rightRow, { maxLength: 25 }),
  sizes,
});

const columnsOf = (names: readonly string[], rows: readonly Row[]) =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name] ?? null)]));

type Rows = readonly Row[];

/** Both tables here, and in DuckDB. */
async function both(left: Rows, right: Rows, size: { left: number; right: number }) {
  await duck.load("l", { ...TYPES, x: "double", v: "boolean" }, left);
  await duck.load("r", { ...TYPES, x: "varchar", w: "double" }, right);
  return [
    dtable(columnsOf(["s", "n", "x", "v"], left), size.left),
    dtable(columnsOf(["s", "n", "x", "w"], right), size.right),
  ] as const;
}

const KINDS = {
  inner: "inner join",
  left: "left join",
  right: "right join",
  outer: "full join",
} as const;

describe("join", () => {
  it.each(Object.entries(KINDS))("%s gives what DuckDB gives", async (how, sql) => {
    await fc.assert(
      fc.asyncProperty(anyTables, async ({ left, right, sizes: size }) => {
        const [a, b] = await both(left, right, size);
        for (const on of [["s"], ["n"], ["s", "n"]]) {
          const ours = await a.join(b, { on, how: how as JoinKind }).toRows();
          const others = ["s", "n"].filter((name) => !on.includes(name));
          const keys = on.map((name) => `coalesce(l.${name}, r.${name}) as ${name}`);
          const own = ["s", "n"].map((name) =>
            on.includes(name) ? keys[on.indexOf(name)] : `l.${name}`,
          );
          const added = others.map((name) => `r.${name} as ${name}_2`);
          const where = on.map((name) => `l.${name} = r.${name}`).join(" and ");
          const theirs = await duck.ask(
            `select ${[...own, "l.x", "l.v", ...added, "r.x as x_2", "r.w"].join(", ")} from l ${sql} r on ${where}`,
          );
          expect(sorted(ours)).toEqual(sorted(theirs));
        }
      }),
      { numRuns: times(2500), seed: 31 },
    );
  });

  it.each(["semi", "anti"] as const)("%s gives what DuckDB gives", async (how) => {
    await fc.assert(
      fc.asyncProperty(anyTables, async ({ left, right, sizes: size }) => {
        const [a, b] = await both(left, right, size);
        const ours = await a.join(b, { on: ["s", "n"], how }).toRows();
        const theirs = await duck.ask(`select * from l ${how} join r on l.s = r.s and l.n = r.n`);
        expect(sorted(ours)).toEqual(sorted(theirs));
      }),
      { numRuns: times(2500), seed: 32 },
    );
  });

  it("cross, with names that differ, and with a suffix", async () => {
    const a = dtable({ id: [1, 2, 2], t: ["x", "y", "z"] }, 2);
    const b = dtable({ key: Int32Array.of(2, 3, 2), t: ["p", "q", "r"] }, 2);
    expect(await a.join(b, { how: "cross" }).toRows()).toHaveLength(9);
    const named = await a.join(b, { on: [["id", "key"]], suffix: ".right" }).toRows();
    expect(sorted(named)).toEqual(
      sorted([
        { id: 2, t: "y", "t.right": "p" },
        { id: 2, t: "y", "t.right": "r" },
        { id: 2, t: "z", "t.right": "p" },
        { id: 2, t: "z", "t.right": "r" },
      ]),
    );
    const outer = await a.join(b, { on: [["id", "key"]], how: "outer" }).toRows();
    expect(outer.map(({ id }) => id).sort()).toEqual([1, 2, 2, 2, 2, 3]);
  });

  it.each([
    ["i32", 0],
    ["i64", 2 ** 45],
    ["f64", 0.5],
  ] as const)(
    "many keys of type %s, nulls and multiples among them, in buckets",
    async (type, base) => {
      const rows = 300_000;
      const keyOf = (id: number | null) => {
        if (id === null) return null;
        return type === "i64" ? BigInt(id + base) : id + base;
      };
      const own = Array.from({ length: rows }, (_, i) => (i % 50 === 0 ? null : (i % 997) ** 2));
      const other = Array.from({ length: rows }, (_, i) =>
        i % 99 === 0 ? null : 4 * (i % 280_000),
      );
      const cast = (keys: readonly (number | null)[]) =>
        dtable({ k: keys.map(keyOf), v: keys.map((_, i) => i) }, 70_000);
      const narrow = (keys: readonly (number | null)[]) =>
        type === "i32" ? cast(keys).mutate({ k: col("k").cast("i32") }) : cast(keys);
      const [a, b] = [narrow(own), narrow(other)];
      const counts = (keys: readonly (number | null)[]): Map<number, number> => {
        const found = new Map<number, number>();
        for (const id of keys) if (id !== null) found.set(id, (found.get(id) ?? 0) + 1);
        return found;
      };
      const [lefts, rights] = [counts(own), counts(other)];
      const inner = own.reduce<number>((sum, id) => sum + (rights.get(id ?? -1) ?? 0), 0);
      const alone = own.filter((id) => !rights.has(id ?? -1)).length;
      const others = other.filter((id) => !lefts.has(id ?? -1)).length;
      const expected: Partial<Record<JoinKind, number>> = {
        inner,
        left: inner + alone,
        right: inner + others,
        outer: inner + alone + others,
        semi: rows - alone,
        anti: alone,
      };
      for (const [how, count] of Object.entries(expected)) {
        expect([how, await a.join(b, { on: "k", how: how as JoinKind }).nrow()]).toEqual([
          how,
          count,
        ]);
      }
      const joined = await a.join(b, { on: "k" }).collect();
      const [x, y] = ["v", "v_2"].map((name) => joined.getChild(name)?.toArray() as Float64Array);
      const isWrong = (left: number, at: number): boolean => own[left] !== other[y?.[at] as number];
      expect(x?.some(isWrong)).toBe(false);
    },
  );

  it("left, of integers of 64 bits that are not there", async () => {
    const b = dtable({ id: [1, 2], wide: BigInt64Array.of(5n, 6n) });
    const rows = await dtable({ id: [2, 3] })
      .join(b, { on: "id", how: "left" })
      .toRows();
    expect(rows).toEqual([
      { id: 2, wide: 6 },
      { id: 3, wide: null },
    ]);
  });

  it("many rows, in buckets on both sides", async () => {
    const rows = 700_000;
    const a = dtable({ id: Int32Array.from({ length: rows }, (_, i) => (i * 11) % rows) }, 100_000);
    const b = dtable(
      {
        id: Int32Array.from({ length: rows }, (_, i) => i),
        name: Array.from({ length: rows }, (_, i) => `n${i % 1000}`),
      },
      150_000,
    );
    const joined = await a
      .join(
        b.filter((row) => row.id % 2 === 0),
        { on: "id" },
      )
      .collect();
    expect(joined.numRows).toBe(rows / 2);
    const [ids, names] = [joined.getChild("id")!, joined.getChild("name")!];
    for (const at of [0, 1, 1000, rows / 2 - 1])
      expect(names.get(at)).toBe(`n${ids.get(at) % 1000}`);
    const left = await a
      .join(b.head(10), { on: "id", how: "left" })
      .filter((row) => row.name !== null)
      .nrow();
    expect(left).toBe(10);
  });

  describe("with an index of a large right side", () => {
    const rows = 520_000;
    /** Columns of every kind, of some of whose rows nothing is known; a long text now and then. */
    const right = (keyOf: (row: number) => number | null) => {
      const ids = Array.from({ length: rows }, (_, i) => keyOf(i));
      const made = {
        id: ids,
        few: ids.map((_, i) => (i % 7 === 0 ? null : `few${i % 11}`)),
        text: ids.map((_, i) =>
          i % 5 === 0 ? null : i % 9 === 0 ? "long ".repeat(i % 40) : `t${i}`,
        ),
        int: Int32Array.from(ids, (_, i) => -i),
        float: ids.map((_, i) => (i % 3 === 0 ? null : i / 8)),
        wide: ids.map((_, i) => BigInt(i)),
        flag: ids.map((_, i) => i % 2 === 0),
      };
      return { ids, made };
    };
    const vectorsOf = ({ int, wide, ...others }: Record<string, unknown>) => ({
      ...Object.fromEntries(
        Object.entries(others).map(([name, values]) => [
          name,
          arrow.vectorFromArray(values as (number | null)[]),
        ]),
      ),
      int: arrow.makeVector(int as Int32Array),
      wide: arrow.makeVector(BigInt64Array.from(wide as bigint[])),
    });
    const left = Array.from({ length: 40_000 }, (_, i) =>
      i % 20 === 0 ? null : (i * 7919) % 600_000,
    );

    it.each([
      ["of its own", (i: number) => (i * 11) % rows],
      [
        "of several rows, nulls among them",
        (i: number) => (i % 13 === 0 ? null : (i * 11) % 299_993),
      ],
    ] as const)("where keys are %s", async (_, keyOf) => {
      const { ids, made } = right(keyOf);
      const small = (t: ReturnType<typeof dtable>) => t.mutate({ id: col("id").cast("i32") });
      const a = small(dtable({ id: left, int: left.map((_, i) => i) }, 30_000) as never);
      // Strings that are nearly all different, without a dictionary.
      const { text, ...others } = made;
      const texts = arrow.vectorFromArray(text, new arrow.Utf8());
      const b = small(
        dtable(new arrow.Table({ ...vectorsOf(others), text: texts }), 160_000) as never,
      );
      const found = new Map<number, number[]>();
      for (const [row, id] of ids.entries()) {
        if (id !== null) found.set(id, [...(found.get(id) ?? []), row]);
      }
      const matches = (id: number | null): readonly number[] => found.get(id ?? -1) ?? [];
      for (const how of ["inner", "left"] as const) {
        const expected = left.flatMap((id, i): unknown[] => {
          const own = matches(id).map((row) => ({
            ...{ id, int: i, few: made.few[row], text: made.text[row], int_2: made.int[row] },
            ...{ float: made.float[row], wide: row, flag: made.flag[row] },
          }));
          const none = { few: null, text: null, int_2: null, float: null, wide: null, flag: null };
          return own.length > 0 || how === "inner" ? own : [{ id, int: i, ...none }];
        });
        // Left rows keep their order, and so do their matches.
        expect(await a.join(b, { on: "id", how }).toRows()).toEqual(expected);
      }
      for (const how of ["semi", "anti"] as const) {
        const isIn = (id: number | null): boolean => matches(id).length > 0 === (how === "semi");
        const kept = await a.join(b, { on: "id", how }).toRows();
        expect(kept.map(({ id }) => id)).toEqual(left.filter(isIn));
      }
    });

    it("where partitions of a side have no rows", async () => {
      const { made } = right((i) => i);
      const a = dtable({ id: Int32Array.from({ length: 90_000 }, (_, i) => i) }, 30_000);
      const b = dtable({ id: Int32Array.from(made.id as number[]), text: made.text }, 100_000);
      const joined = a
        .filter((row) => row.id >= 30_000)
        .join(
          b.filter((row) => row.id < 80_000 || row.id >= 100_000),
          { on: "id" },
        );
      expect(await joined.nrow()).toBe(50_000);
    });
  });

  it.each([
    [{ on: "id", how: "lft" as never }, /no how 'lft'/],
    [{}, /join needs keys/],
    [{ on: "id", how: "cross" as const }, /a cross join has no keys/],
    [{ no: "id" } as never, /no option 'no'/],
  ])("is refused at once where options are wrong: %#", (options, message) => {
    const a = dtable({ id: [1] });
    expect(() => a.join(a, options)).toThrow(message);
  });

  it("says which column is not there, and which keys are never equal", async () => {
    const [a, b] = [dtable({ id: [1] }), dtable({ id: ["x"], other: [1] })];
    await expect(a.join(b, { on: "other" }).toRows()).rejects.toThrow(
      /no column 'other'; there are 'id'/,
    );
    await expect(a.join(b, { on: "id" }).toRows()).rejects.toThrow(
      /keys of type f64 and dictionary/,
    );
  });
});

describe("concat, head and trim", () => {
  it("put tables together and take parts of them", async () => {
    const a = dtable({ i: [1, 2, 3], s: ["a", null, "c"] }, 2);
    const all = a.concat(
      a.filter((row) => row.i > 2),
      dtable({ i: [9], s: ["z"] }),
    );
    const rows = await all.toRows();
    expect(rows.map(({ i, s }) => [i, s])).toEqual([
      [1, "a"],
      [2, null],
      [3, "c"],
      [3, "c"],
      [9, "z"],
    ]);
    for (const count of [0, 1, 2, 4, 99])
      expect(await all.head(count).toRows()).toEqual(rows.slice(0, count));
    const trimmed = all.trim();
    await trimmed.wait();
    expect(trimmed.chunks.length).toBe(4);
    expect(await trimmed.toRows()).toEqual(rows);
    const none = all.filter(() => false).trim();
    await none.wait();
    expect(none.chunks.length).toBe(0);
  });
});
