/** Random expressions over random tables with nulls give what DuckDB gives of the same in SQL. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../../src/index.ts";
import { col, dtable, type Expr, lit, type Value, when } from "../../../src/table/index.ts";
import { times } from "../../support/counts.ts";
import { duckdb } from "../support/duckdb.ts";

const duck = duckdb();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

/** The same here and in SQL. */
type Both<V extends Value> = readonly [expression: Expr<V | null>, sql: string];

const quarters = fc.integer({ min: -12, max: 12 }).map((quarter) => quarter / 4);
const texts = fc.constantFrom("", "a", "ab", "ba", "b", "ß😀", "abab");

const quoted = (text: string): string => `'${text}'`;
const number = (value: number): Both<number> => [lit(value), `(${value})::double`];
const text = (value: string): Both<string> => [lit(value), quoted(value)];

interface Trees {
  readonly number: Both<number>;
  readonly text: Both<string>;
  readonly condition: Both<boolean>;
}

const {
  number: numbers,
  text: strings,
  condition: conditions,
} = fc.letrec<Trees>((tie: fc.LetrecTypedTie<Trees>) => {
  const [n, t, c] = [tie("number"), tie("text"), tie("condition")];
  const choice = <V extends Value>(own: fc.Arbitrary<Both<V>>): fc.Arbitrary<Both<V>>[] => [
    fc
      .tuple(own, own)
      .map(([a, b]) => [a[0].coalesce(b[0]) as Expr<V | null>, `coalesce(${a[1]}, ${b[1]})`]),
    fc.tuple(c, own, own).map(([test, a, b]) => [
      when(test[0] as Expr<boolean>)
        .then(a[0])
        .otherwise(b[0]) as Expr<V | null>,
      `case when ${test[1]} then ${a[1]} else ${b[1]} end`,
    ]),
  ];
  const compared = <V extends Value>(own: fc.Arbitrary<Both<V>>): fc.Arbitrary<Both<boolean>> =>
    fc
      .tuple(
        own,
        own,
        fc.constantFrom(
          ...([
            ["eq", "="],
            ["ne", "<>"],
            ["lt", "<"],
            ["le", "<="],
            ["gt", ">"],
            ["ge", ">="],
          ] as const),
        ),
      )
      .map(([a, b, [name, sign]]) => [a[0][name](b[0] as Expr), `(${a[1]} ${sign} ${b[1]})`]);
  return {
    number: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constantFrom<Both<number>>([col("n") as never, "n"], [col("i") as never, "i"]),
      quarters.map(number),
      fc
        .tuple(
          n,
          n,
          fc.constantFrom(
            ...([
              ["add", "+"],
              ["sub", "-"],
              ["mul", "*"],
            ] as const),
          ),
        )
        .map(
          ([a, b, [name, sign]]): Both<number> => [
            a[0][name](b[0] as Expr<number>),
            `(${a[1]} ${sign} ${b[1]})`,
          ],
        ),
      fc
        .tuple(n, fc.constantFrom("abs", "floor", "ceil", "round", "neg"))
        .map(
          ([a, name]): Both<number> => [
            a[0][name as "abs"](),
            name === "neg" ? `(-(${a[1]}))` : `${name}(${a[1]})`,
          ],
        ),
      t.map(([a, sql]): Both<number> => [a.length(), `length(${sql})::double`]),
      ...choice(n),
    ),
    text: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constantFrom<Both<string>>([col("s") as never, "s"], [col("k") as never, "k"]),
      texts.map(text),
      fc
        .tuple(t, t)
        .map(
          ([a, b]): Both<string> => [
            a[0].add(b[0] as Expr<string>) as never,
            `(${a[1]} || ${b[1]})`,
          ],
        ),
      fc
        .tuple(t, texts)
        .map(
          ([a, b]): Both<string> => [a[0].replace("a", b), `replace(${a[1]}, 'a', ${quoted(b)})`],
        ),
      ...choice(t),
    ),
    condition: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constantFrom<Both<boolean>>([col("b") as never, "b"], [lit(true), "true"]),
      compared(n),
      compared(fc.oneof(fc.constant([col("s") as never, "s"] as Both<string>), texts.map(text))),
      fc
        .tuple(c, c)
        .map(([a, b]): Both<boolean> => [a[0].and(b[0] as Expr<boolean>), `(${a[1]} and ${b[1]})`]),
      fc
        .tuple(c, c)
        .map(([a, b]): Both<boolean> => [a[0].or(b[0] as Expr<boolean>), `(${a[1]} or ${b[1]})`]),
      c.map(([a, sql]): Both<boolean> => [a.not(), `(not ${sql})`]),
      n.map(([a, sql]): Both<boolean> => [a.isNull(), `(${sql} is null)`]),
      t.map(([a, sql]): Both<boolean> => [a.isNotNull(), `(${sql} is not null)`]),
      fc
        .tuple(n, fc.array(fc.option(quarters), { minLength: 1, maxLength: 3 }))
        .map(
          ([a, list]): Both<boolean> => [
            a[0].isIn(list),
            `(${a[1]} in (${list.join(", ").replace(/^(?=,|$)|(?<=, )(?=,|$)/g, "null")}))`,
          ],
        ),
      fc
        .tuple(n, quarters, quarters)
        .map(
          ([a, low, high]): Both<boolean> => [
            a[0].between(low, high),
            `(${a[1]} between ${low} and ${high})`,
          ],
        ),
      fc
        .tuple(
          t,
          texts,
          fc.constantFrom(
            ...([
              ["startsWith", "starts_with"],
              ["endsWith", "ends_with"],
              ["contains", "contains"],
            ] as const),
          ),
        )
        .map(
          ([a, b, [name, sql]]): Both<boolean> => [a[0][name](b), `${sql}(${a[1]}, ${quoted(b)})`],
        ),
      ...choice(c),
    ),
  };
});

const orNull = <V>(value: fc.Arbitrary<V>): fc.Arbitrary<V | null> => fc.option(value, { freq: 3 });
const row = fc.record({
  n: orNull(quarters),
  i: orNull(fc.integer({ min: -3, max: 3 })),
  b: orNull(fc.boolean()),
  s: orNull(texts),
  k: orNull(texts),
});
const COLUMNS = {
  id: "double",
  n: "double",
  i: "double",
  b: "boolean",
  s: "varchar",
  k: "varchar",
};

describe("expressions", () => {
  it("give what DuckDB gives", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 25 }),
        numbers,
        strings,
        conditions,
        async (list, size, x, y, z) => {
          const rows = list.map((own, id) => ({ id, ...own }));
          await duck.load("t", COLUMNS, rows);
          const columns = Object.keys(COLUMNS).map((name) => [
            name,
            rows.map((own) => own[name as "id"]),
          ]);
          const table = dtable(Object.fromEntries(columns), size);
          const made = await table
            .mutate({ x: x[0], y: y[0], z: z[0] })
            .select("id", "x", "y", "z")
            .toRows();
          const told = await duck.ask(
            `select id, ${x[1]} x, ${y[1]} y, ${z[1]} z from t order by id`,
          );
          const plain = made.map((own) => ({ ...own, x: own.x === 0 ? 0 : own.x }));
          const expected = told.map((own) => ({ ...own, x: own["x"] === 0 ? 0 : own["x"] }));
          expect(plain).toEqual(expected);
          const kept = await table.filter(z[0]).select("id").toRows();
          expect(kept).toEqual(await duck.ask(`select id from t where ${z[1]} order by id`));
        },
      ),
      { numRuns: times(20_000), seed: 77 },
    );
  });
});
