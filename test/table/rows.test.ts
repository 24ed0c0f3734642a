/** Functions of rows: compiled or not, they give the same bits; what they give on keeps its type; errors say where. */

import { type Cluster, start } from "bodkin";
import { dtable } from "bodkin/table";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ElementDType } from "../../src/kernel/ir.ts";
import { compileRows } from "../../src/table/rows/compiled.ts";
import type { RowFunction } from "../../src/table/rows/loop.ts";
import { times } from "../support/counts.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

interface Numbers {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
}

const TYPES = { a: "f64", b: "i32", c: "u32", d: "i8", e: "f32" } as const;
const ROWS = 300;
const factor = 2.5;
const helper = (x: number, y: number): number => (x > y ? x - y : y);

/** Functions that compile, by what they give. */
const CONDITIONS = [
  (row: Numbers) => row.a * 2 > 3 && row.b < 5,
  (row: Numbers) => row.a || row.b,
  (row: Numbers) => !(row.c % 7 === 3) || row.e >= row.a,
  ({ a, d }: Numbers) => Math.abs(a) < d,
  (row: Numbers) => row["b"] & row.d,
] as const;
const VALUES = [
  (row: Numbers) => row.a * row.b + 1,
  (row: Numbers) => row.b * row.c,
  (row: Numbers) => row.b * row.b * row.b * row.b,
  (row: Numbers) => (row.c - row.b) / row.d,
  (row: Numbers) => row.b % row.d,
  (row: Numbers) => Math.sqrt(row.a) + Math.floor(row.e) - Math.round(row.a),
  (row: Numbers) => Math.max(row.a, row.e) ?? 0,
  (row: Numbers) => (row.b << 3) ^ (row.c >>> 1),
  (row: Numbers) => (row.a > row.b ? factor : -row.d),
  (row: Numbers) => helper(row.a, row.e) * factor,
  (row: Numbers) => row.a !== row.e,
  ({ a, e, ...rest }: Numbers) => a + e + rest.b,
  (row: Numbers) => {
    let sum = 0;
    for (let i = 0; i < 3; i++) sum += row.e * i;
    return sum;
  },
] as const;

const fieldsOf = (names: string): { name: string; dtype: ElementDType }[] =>
  [...names].map((name) => ({ name, dtype: TYPES[name as keyof typeof TYPES] }));

const special = fc.oneof(
  fc.constantFrom(Number.NaN, 0, -0, Number.POSITIVE_INFINITY, -1, 1e300, 2 ** 31, 0.1),
  fc.double(),
  fc.integer().map((n) => n / 8),
);
const columns = fc
  .tuple(
    fc.array(special, { minLength: ROWS, maxLength: ROWS }),
    fc.array(fc.integer(), { minLength: ROWS, maxLength: ROWS }),
  )
  .map(([floats, ints]) => ({
    a: Float64Array.from(floats),
    b: Int32Array.from(ints),
    c: Uint32Array.from(ints, (n) => n >>> 0),
    d: Int8Array.from(ints, (n) => n >> 3),
    e: Float32Array.from(floats, (x) => x / 3),
  }));

const rowsOf = (given: { readonly [K in keyof Numbers]: ArrayLike<number> }): Numbers[] =>
  Array.from({ length: ROWS }, (_, i) => ({
    a: given.a[i] as number,
    b: given.b[i] as number,
    c: given.c[i] as number,
    d: given.d[i] as number,
    e: given.e[i] as number,
  }));

describe("compiled functions of rows", () => {
  it("are those of numbers", () => {
    const compile = (f: unknown, fields = "abcde") =>
      compileRows(f as RowFunction, { fields: fieldsOf(fields), wanted: "value" });
    const refused = VALUES.filter((f) => "reason" in compile(f));
    expect(refused.map(String)).toEqual([String(VALUES[6]), String(VALUES[11])]);
    expect(CONDITIONS.filter((f) => "reason" in compile(f))).toEqual([]);
    expect(compile((row: Numbers) => Math.sin(row.a))).toEqual({
      reason: "Math.sin could differ in the last place",
    });
    expect(compile((row: Numbers) => row.a, "bc")).toHaveProperty("reason");
    const both = compileRows(
      ((row: Numbers) => ({ ...row, x: row.a > 1, y: row.b + 1 })) as never,
      {
        fields: fieldsOf("ab"),
        wanted: ["x", "y"],
      },
    );
    const outs = "ir" in both ? both.ir.parameters.slice(2) : [];
    expect(outs.map((each) => each.kind === "array" && each.dtype)).toEqual(["bool", "f64"]);
  });

  it("give what JavaScript gives, to the bit", async () => {
    await fc.assert(
      fc.asyncProperty(
        columns,
        fc.constantFrom(...CONDITIONS),
        fc.constantFrom(...VALUES),
        async (given, condition, value) => {
          const list = rowsOf(given);
          const table = dtable(given);
          const kept = await table.filter(condition).toRows();
          const expected = list.filter(condition);
          expect(kept.length).toBe(expected.length);
          for (const [at, row] of kept.entries()) expect(row).toEqual(expected[at]);
          const made = await table.mutate({ v: value as never }).toRows();
          const values = made.map((row) => (row as unknown as { v: unknown }).v);
          expect(values).toEqual(list.map((row) => value(row)));
        },
      ),
      { numRuns: times(1000), seed: 7 },
    );
  });

  it("give several columns at once, beside those that stay", async () => {
    const n = 1000;
    const a = Int32Array.from({ length: n }, (_, i) => i);
    const table = dtable({ a, s: Array.from(a, (i) => `s${i % 3}`) }, 400);
    const made = table
      .map((row) => ({ ...row, b: row.a * factor, even: row.a % 2 === 0, t: row.s, q: row.a }))
      .filter((row) => row.even && row.b > 10)
      .mutate({ c: (row) => row.b + row.q, a: (row) => row.a })
      .select("t", "c", "a", "even");
    const types = (await made.schema()).map(({ name, type }) => `${name}: ${type}`);
    expect(types).toEqual(["t: dictionary", "c: f64", "a: i32", "even: bool"]);
    expect(await made.toRows()).toEqual(
      Array.from(a, (i) => ({ t: `s${i % 3}`, c: i * factor + i, a: i, even: i % 2 === 0 })).filter(
        ({ a: own, even }) => even && own * factor > 10,
      ),
    );
  });
});

describe("columns of rows", () => {
  const ints = () => dtable({ a: Int32Array.from({ length: 20 }, (_, i) => i) }, 5);
  const typeOf = async (table: { schema(): Promise<readonly { type: string }[]> }) =>
    (await table.schema()).map(({ type }) => type).join();

  it("have one type in all partitions, whatever the values", async () => {
    const change = ints().map((row) => ({ ...row, a: row.a > 15 ? 0 : row.a }));
    expect(await typeOf(change)).toBe("f64");
    expect(await typeOf(ints().mutate({ a: (row) => (row.a > 15 ? 0 : row.a) }))).toBe("f64");
    const block = ints().map((row) => {
      const b = row.a + 1;
      return { a: row.a, b };
    });
    expect(await typeOf(block)).toBe("i32,f64");
    const changed = ints().map((row) => {
      const own = { ...row };
      if (own.a > 15) (own as { a: number }).a = 0;
      return own;
    });
    expect(await typeOf(changed)).toBe("f64");
  });

  it("keep it where the row is handed on after they were given", async () => {
    const sum = (row: Readonly<Record<string, unknown>>) => Object.keys(row).length;
    const made = ints().map((row) => ({ ...row, n: sum(row) }));
    expect(await typeOf(made)).toBe("i32,f64");
    const spoil = (row: { a: number }) => {
      row.a = -1;
      return 0;
    };
    const spoiled = await ints()
      .map((row) => ({ n: spoil(row as { a: number }), ...row }))
      .toRows();
    expect(spoiled[3]).toEqual({ n: 0, a: -1 });
  });

  it("that are not there are missed, unless they have a default", async () => {
    const typo = ints().filter((row) => (row as unknown as { A: number }).A > 3);
    await expect(typo.toRows()).rejects.toThrow(
      /there is no column 'A'; there are 'a' \(partition/,
    );
    const own = await ints()
      .map((({ a, z = 7 }: { a: number; z?: number }) => ({ a, z })) as never)
      .toRows();
    expect(own[2]).toEqual({ a: 2, z: 7 });
  });
});

describe("errors of functions of rows", () => {
  const table = () => dtable({ a: Float64Array.from({ length: 20 }, (_, i) => i) }, 5);
  const thrown = async (rows: Promise<unknown>): Promise<Error> =>
    (await rows.catch((error: Error) => error.cause)) as Error;
  class OwnError extends TypeError {}
  const fail = (row: { a: number }): number => {
    if (row.a === 7) throw new OwnError("seven");
    return 1;
  };

  it.each([
    ["map", () => table().map((row) => ({ b: fail(row) }))],
    ["filter", () => table().filter((row) => fail(row))],
    ["mutate", () => table().mutate({ c: (row) => fail(row) })],
  ])("are those that were thrown, and say in which row: %s", async (_, make) => {
    const error = await thrown(make().toRows());
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toBe("seven (row 2 of partition 1)");
  });

  it("of columns say in which partition", async () => {
    const mixed = table().map((row) => ({ v: row.a === 7 ? "x" : 1 }));
    expect((await thrown(mixed.toRows())).message).toMatch(
      /column 'v' has string x in row 2, but f64 before; .* \(partition 1\)$/,
    );
    const late = table().filter((row) => (row.a === 7 ? Promise.resolve(false) : false));
    expect((await thrown(late.toRows())).message).toMatch(/gives a Promise for row 2/);
  });
});
