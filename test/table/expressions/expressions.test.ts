/** Expressions over columns of tables: what each operator gives, nulls as in SQL, and what is refused. */

import { type Cluster, start } from "bodkin";
import { col, dtable, type Expr, lit, type Value, when } from "bodkin/table";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const [noon, night] = [new Date("2026-02-28T12:34:56.789Z"), new Date("1969-12-31T23:00:00Z")];

const table = () =>
  dtable(
    {
      n: [1.5, -2.5, null, 0],
      m: [2, null, 3, -1],
      i: Int32Array.of(7, -7, 0, 2 ** 31 - 1),
      big: BigInt64Array.of(2n ** 60n + 1n, -5n, 0n, 7n),
      s: ["abc", "", null, "ÄÖ😀b"],
      t: ["b", "x", "y", null],
      p: [true, true, true, false],
      q: [true, false, null, null],
      r: [false, null, null, true],
      at: [noon, night, null, noon],
      none: [null, null, null, null],
    },
    3,
  );

const valuesOf = async (expression: Expr): Promise<Value[]> =>
  (await table().select(expression.as("v")).toRows()).map((row) => row.v as Value);

describe("expressions", () => {
  it.each<readonly [string, Expr, readonly Value[]]>([
    ["add", col("n").add(col("m")), [3.5, null, null, -1]],
    ["add a value", col("i").add(1), [8, -6, 1, 2 ** 31]],
    ["add 64 bits", col("big").add(1), [2n ** 60n + 2n, -4n, 1n, 8]],
    ["add strings", col("s").add("-").add(col("t")), ["abc-b", "-x", null, null]],
    ["sub", col("n").sub(col("m")), [-0.5, null, null, 1]],
    [
      "sub times",
      col("at").sub(new Date(noon.getTime() - 5)),
      [5, night.getTime() - noon.getTime() + 5, null, 5],
    ],
    ["mul", col("m").mul(-2), [-4, null, -6, 2]],
    ["mul null", col("m").mul(lit(null) as never), [null, null, null, null]],
    ["div", col("m").div(0), [Infinity, null, Infinity, -Infinity]],
    ["div 64 bits", col("big").div(2), [2 ** 59, -2.5, 0, 3.5]],
    ["mod", col("i").mod(4), [3, -3, 0, 3]],
    ["mod 64 bits", col("big").mod(col("big").sub(7)), [7, -5, 0, null]],
    ["pow", col("m").pow(2), [4, null, 9, 1]],
    ["neg", col("n").neg(), [-1.5, 2.5, null, -0]],
    ["neg 64 bits", col("big").neg().add(5), [-(2n ** 60n) + 4n, 10n, 5n, -2]],
    ["abs", col("n").abs(), [1.5, 2.5, null, 0]],
    ["abs 64 bits", col("big").abs().gt(4), [true, true, false, true]],
    ["round", col("n").round(), [2, -3, null, 0]],
    ["round decimals", lit(1.005).mul(1).round(2), [1.01, 1.01, 1.01, 1.01]],
    ["floor", col("n").floor(), [1, -3, null, 0]],
    ["ceil", col("n").ceil(), [2, -2, null, 0]],
    ["sqrt", col("m").sqrt(), [Math.SQRT2, null, Math.sqrt(3), NaN]],
    ["exp", col("m").exp(), [Math.exp(2), null, Math.exp(3), Math.exp(-1)]],
    ["log", col("m").log(), [Math.log(2), null, Math.log(3), NaN]],
    ["eq", col("n").eq(0), [false, false, null, true]],
    ["eq strings", col("s").eq("abc"), [true, false, null, false]],
    ["eq 64 bits", col("big").eq(-5), [false, true, false, false]],
    ["ne 64 bits", col("big").ne(2n ** 60n + 1n), [false, true, true, true]],
    ["compare 64 bits with columns", col("big").gt(col("n")), [true, false, null, true]],
    ["eq null", col("n").eq(null), [null, null, null, null]],
    ["eq times", col("at").eq(noon), [true, false, null, true]],
    ["lt", col("n").lt(col("m")), [true, null, null, false]],
    ["le", col("s").le("abc"), [true, true, null, false]],
    ["ge", col("at").ge(night), [true, true, null, true]],
    ["between", col("i").between(-7, 7), [true, true, true, false]],
    ["isIn", col("i").isIn([7, 0.5, 0]), [true, false, true, false]],
    ["isIn with null", col("n").isIn([0, null]), [null, null, null, true]],
    ["isIn 64 bits", col("big").isIn([2n ** 60n + 1n, 7]), [true, false, false, true]],
    ["isIn strings", col("s").isIn(["", "x"]), [false, true, null, false]],
    ["isIn times", col("at").isIn([noon]), [true, false, null, true]],
    ["isIn nothing", col("i").isIn([]), [false, false, false, false]],
    ["and", col("q").and(col("r")), [false, false, null, null]],
    ["and, the other way", col("r").and(col("q")), [false, false, null, null]],
    ["and a value", col("q").and(false), [false, false, false, false]],
    ["or", col("q").or(col("r")), [true, null, null, true]],
    ["or null", col("p").or(lit(null) as never), [true, true, true, null]],
    ["not", col("q").not(), [false, true, null, null]],
    ["isNull", col("n").isNull(), [false, false, true, false]],
    ["isNotNull", col("none").isNotNull(), [false, false, false, false]],
    ["coalesce", col("n").coalesce(col("m"), 9), [1.5, -2.5, 3, 0]],
    ["coalesce null", col("none").coalesce(col("s")), ["abc", "", null, "ÄÖ😀b"]],
    ["startsWith", col("s").startsWith("ab"), [true, false, null, false]],
    ["endsWith", col("s").endsWith(col("t")), [false, false, null, null]],
    ["contains", col("s").contains("😀"), [false, false, null, true]],
    ["lower", col("s").lower(), ["abc", "", null, "äö😀b"]],
    ["upper", col("s").upper(), ["ABC", "", null, "ÄÖ😀B"]],
    ["length", col("s").length(), [3, 0, null, 4]],
    ["replace", col("s").replace("b", "$&"), ["a$&c", "", null, "ÄÖ😀$&"]],
    ["year", col("at").year(), [2026, 1969, null, 2026]],
    ["month", col("at").month(), [2, 12, null, 2]],
    ["day", col("at").day(), [28, 31, null, 28]],
    ["hour", col("at").hour(), [12, 23, null, 12]],
    ["minute", col("at").minute(), [34, 0, null, 34]],
    ["second", col("at").second(), [56, 0, null, 56]],
    ["weekday", col("at").weekday(), [6, 3, null, 6]],
    ["cast to i32", col("n").cast("i32"), [1, -2, null, 0]],
    ["cast to text", col("n").cast("dictionary"), ["1.5", "-2.5", null, "0"]],
    ["cast from text", col("n").cast("utf8").cast("f64"), [1.5, -2.5, null, 0]],
    ["cast to bool", col("m").cast("bool"), [true, null, true, true]],
    ["cast to i64", col("i").cast("i64"), [7, -7, 0, 2 ** 31 - 1]],
    [
      "cast to date",
      col("at").cast("date"),
      [new Date("2026-02-28"), new Date("1969-12-31"), null, new Date("2026-02-28")],
    ],
    [
      "cast to timestamp",
      lit("2026-02-28T12:34:56.789Z").cast("timestamp"),
      [noon, noon, noon, noon],
    ],
    [
      "when",
      when(col("n").gt(0)).then("+").when(col("n").lt(0)).then("-").otherwise("0"),
      ["+", "-", "0", "0"],
    ],
    ["when without otherwise", when(col("q")).then(col("m")), [2, null, null, null]],
    ["when of nulls", when(col("p")).then(col("n")).otherwise(col("m")), [1.5, -2.5, null, -1]],
    ["a value", lit("x"), ["x", "x", "x", "x"]],
    ["null", lit(null), [null, null, null, null]],
  ])("%s", async (_, expression, expected) => {
    expect(await valuesOf(expression)).toEqual(expected);
  });

  it("evaluate only the branch that counts", async () => {
    const numbers = dtable({ s: ["1", "", "x", "2"] });
    const cast = when(col("s").isIn(["1", "2"]))
      .then(col("s").cast("i32"))
      .otherwise(-1);
    expect(await numbers.select(cast.as("v")).toRows()).toEqual([1, -1, -1, 2].map((v) => ({ v })));
    const filtered = numbers.filter(col("s").isIn(["1", "2"])).select(col("s").cast("i32"));
    expect(await filtered.toRows()).toEqual([{ s: 1 }, { s: 2 }]);
  });

  it("make columns of their type", async () => {
    const made = table().select(
      col("i"),
      col("n").gt(1).as("b"),
      col("big").add(1).as("w"),
      col("s").lower().as("l"),
      col("at").cast("date").as("d"),
      col("n").cast("i8").as("small"),
    );
    const fields = (await made.schema()).map(({ name, type }) => `${name}: ${type}`);
    expect(fields).toEqual([
      "i: i32",
      "b: bool",
      "w: i64",
      "l: dictionary",
      "d: date",
      "small: i8",
    ]);
  });

  it.each<readonly [Expr, RegExp]>([
    [col("s").mul(2), /col\("s"\)\.mul\(2\): it takes numbers, not strings and numbers/],
    [col("n").eq("x"), /two values of one kind/],
    [col("n").and(true), /it takes conditions/],
    [col("n").coalesce("x"), /its values are of different kinds/],
    [col("s").isIn([1]), /not of the kind of what is looked for/],
    [col("s").cast("i32"), /cast: ".+" is no i32/],
    [col("i").cast("i16"), /cast: 2147483647 is no i16/],
    [col("zz").add(1), /there is no column 'zz'; there are 'n', 'm'/],
  ])("that are wrong say what: %#", async (expression, message) => {
    await expect(valuesOf(expression)).rejects.toThrow(message);
  });

  it.each<readonly [() => unknown, RegExp]>([
    [() => col(5 as never), /col takes the name of a column/],
    [() => col("a").add({} as never), /an expression takes columns and values/],
    [() => col("a").cast("int" as never), /cast to .*there are i8, i16/],
    [() => col("a").round(-1), /number of decimals/],
    [() => col("a").isIn([{}] as never), /isIn takes values/],
    [() => col("a").as(1 as never), /as takes a name/],
    [() => table().filter("n > 1" as never), /filter takes a function of a row/],
    [() => table().groupBy(col("i").mod(2)), /groupBy col\("i"\)\.mod\(2\): give the key a name/],
    [() => table().select(5 as never), /select takes names of columns, patterns/],
  ])("are refused before anything runs: %#", (make, message) => {
    expect(make).toThrow(message);
  });

  it("have a text and a name", () => {
    const expression = col("a")
      .mul(2)
      .gt(col("b"))
      .and(when(col("c")).then(true))
      .as("x");
    expect(String(expression)).toBe(
      'col("a").mul(2).gt(col("b")).and(when(col("c"), true, null)).as("x")',
    );
    expect(expression.name).toBe("x");
    expect(lit(1).add(col("q")).name).toBe("q");
    expectTypeOf(col("a").lower()).toEqualTypeOf<Expr<string | null, "a">>();
  });
});

describe("verbs", () => {
  const numbers = dtable.bind(null);
  const dt = () =>
    numbers({ a: [3, 1, 2, 1], b: ["x", "y", null, "x"], v1: [1, 2, 3, 4], v2: [5, 6, 7, 8] }, 2);

  it("filter, mutate and select by expressions", async () => {
    const made = dt()
      .filter(col("a").gt(1).and(col("b").isNotNull()).or(col("v1").eq(4)))
      .mutate({ c: col("a").mul(10), d: (row) => row.v1 + 1, e: col("d").add(col("c")) })
      .select("a", col("e").neg().as("f"), "d");
    const rows = await made.toRows();
    expectTypeOf(rows[0]!).toEqualTypeOf<{
      readonly a: number;
      readonly f: number | null;
      readonly d: number;
    }>();
    expect(rows).toEqual([
      { a: 3, f: -32, d: 2 },
      { a: 1, f: -15, d: 5 },
    ]);
    expect(made.explain()).toContain('e = col("d").add(col("c"))');
  });

  it("select by patterns, ranges and all but some", async () => {
    const { all, between, not } = await import("bodkin/table");
    expect(await dt().select(/^v/).names()).toEqual(["v1", "v2"]);
    expect(await dt().select(between("b", "v1")).names()).toEqual(["b", "v1"]);
    expect(await dt().select(not("a", /2$/)).names()).toEqual(["b", "v1"]);
    expect(await dt().select("v2", all()).names()).toEqual(["v2", "a", "b", "v1"]);
    expect(await dt().drop("a", between("v1", "v2")).names()).toEqual(["b"]);
    await expect(
      dt()
        .drop("zz" as never)
        .wait(),
    ).rejects.toThrow(/no column 'zz'/);
    await expect(dt().select("a", col("b").as("a")).wait()).rejects.toThrow(/two columns/);
  });

  it("aggregate expressions", async () => {
    const [row] = await dt()
      .groupBy(lit(1).as("one"))
      .agg({
        v2: "sum",
        twice: [col("v1").mul(2), "sum"],
        last: [col("b").upper(), "max"],
        r: ["v1", "corr", col("v2").neg()],
      })
      .toRows();
    expectTypeOf(row!.last).toEqualTypeOf<string | null>();
    expect(row).toEqual({ one: 1, v2: 26, twice: 20, last: "Y", r: expect.closeTo(-1) });
  });

  it("sort and group by expressions", async () => {
    const sorted = await dt()
      .sort([col("v1").mod(2), "a"], { descending: [true, false] })
      .toRows();
    expect(sorted.map(({ v1 }) => v1)).toEqual([3, 1, 2, 4]);
    expect(Object.keys(sorted[0]!)).toEqual(["a", "b", "v1", "v2"]);
    const groups = await dt()
      .groupBy(col("v1").mod(2).eq(1).as("odd"), "b")
      .agg({ v2: "sum" })
      .toRows();
    const found = groups.map(({ odd, b, v2 }) => `${odd} ${b} ${v2}`).sort();
    expect(found).toEqual(["false x 8", "false y 6", "true null 7", "true x 5"]);
  });
});
