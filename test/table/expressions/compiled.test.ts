/** Expressions as vector loops give, to the bit, what the loops over columns with nulls give, which are JavaScript. */

import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cluster, start } from "../../../src/index.ts";
import { col, dtable, type Expr, when } from "../../../src/table/index.ts";
import { times } from "../../support/counts.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

type Condition = Expr<boolean | null>;
type Numbers = Expr<number | null>;
interface Trees {
  readonly number: Numbers;
  readonly condition: Condition;
}

const constants = fc.constantFrom(0, -0, 1, -3, 2.5, 0.1, 1e300, 2 ** 40, Number.NaN);
const { number: numbers, condition: conditions } = fc.letrec<Trees>(
  (tie: fc.LetrecTypedTie<Trees>) => {
    const [n, c] = [tie("number"), tie("condition")];
    const operand = fc.oneof(n, constants);
    const binary = (...names: ("add" | "sub" | "mul" | "div" | "mod")[]) =>
      fc.tuple(fc.constantFrom(...names), n, operand).map(([name, a, b]) => a[name](b));
    const unary = fc
      .tuple(fc.constantFrom("neg", "abs", "floor", "ceil", "sqrt", "round"), n)
      .map(([name, a]) => a[name as "neg"]());
    const compared = fc
      .tuple(fc.constantFrom("eq", "ne", "lt", "le", "gt", "ge"), n, operand)
      .map(([name, a, b]) => a[name as "eq"](b));
    const choice = fc
      .tuple(c, n, operand)
      .map(([is, a, b]) => when(is).then(a).otherwise(b) as Numbers);
    return {
      number: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        fc.constantFrom("a", "b", "c", "d", "e").map((name) => col(name) as unknown as Numbers),
        binary("add", "sub", "mul", "div", "mod"),
        unary,
        choice,
      ),
      condition: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        fc.constant(col("f") as unknown as Condition),
        compared,
        fc.tuple(c, c).map(([a, b]) => a.and(b)),
        fc.tuple(c, c).map(([a, b]) => a.or(b)),
        c.map((a) => a.not()),
        n.map((a) => a.isNull()),
      ),
    };
  },
);

const ROWS = 300;
const special = fc.oneof(
  fc.constantFrom(Number.NaN, 0, -0, Number.POSITIVE_INFINITY, -1, 1e300, 2 ** 31, 0.1),
  fc.double(),
  fc.integer().map((n) => n / 8),
);
const list = <V>(of: fc.Arbitrary<V>): fc.Arbitrary<V[]> =>
  fc.array(of, { minLength: ROWS, maxLength: ROWS });
const columns = fc
  .tuple(list(special), list(fc.integer()), list(fc.boolean()))
  .map(([floats, ints, bools]) => ({
    a: Float64Array.from(floats),
    b: Int32Array.from(ints),
    c: Uint32Array.from(ints, (n) => n >>> 0),
    d: Int8Array.from(ints, (n) => n >> 3),
    e: Float32Array.from(floats, (x) => x / 3),
    f: bools,
  }));

it("conditions and values of numbers without nulls are as with nulls, to the bit", async () => {
  const property = fc.asyncProperty(columns, numbers, conditions, async (given, value, is) => {
    const table = dtable(given);
    // The row of nulls comes off again: what is left has their bitmaps, though no null.
    const nulls = dtable({ a: [null], b: [null], c: [null], d: [null], e: [null], f: [null] });
    const withNulls = table.concat(nulls as never).repartition(ROWS + 1);
    const columnsOf = (of: unknown) => (of as typeof table).mutate({ v: value, w: is } as never);
    const [made, expected] = [await columnsOf(table).toRows(), await columnsOf(withNulls).toRows()];
    expect(made).toEqual(expected.slice(0, ROWS));
    const kept = await columnsOf(table)
      .filter(is as never)
      .toRows();
    expect(kept).toEqual(made.filter((row) => (row as unknown as { w: boolean }).w));
  });
  await fc.assert(property, { numRuns: times(3000), seed: 8 });
});
