/** CSV files read as tables: whatever is in their fields, however they are cut. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../../src/index.ts";
import { type CSVPlan, csvSource } from "../../../src/table/files/csv/source.ts";
import { times } from "../../support/counts.ts";
import { readAll, testFolder } from "./support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const folder = testFolder();
let count = 0;

const read = async (text: string | Uint8Array, plan: Partial<CSVPlan> = {}, columns?: string[]) => {
  const path = await folder.put(`${count++}.csv`, text);
  return await readAll(source(path, plan), columns && { columns });
};

const source = (files: CSVPlan["files"], plan: Partial<CSVPlan> = {}) =>
  csvSource({
    files,
    separator: undefined,
    header: true,
    types: undefined,
    nulls: [],
    pads: false,
    rangeBytes: 1 << 24,
    ...plan,
  });

describe("fields", () => {
  it("have the narrowest type that holds all values of their column", async () => {
    const { types, columns } = await read(
      [
        "a,b,c,d,e,f,g,h",
        "1,3000000000,1.5,true,Köln,2026-01-31,2026-01-31T12:00:00.25Z,",
        "-7,-1,-2,FALSE,,1969-12-31,1969-12-31 23:59:59.000001,",
        ",9007199254740993,1e3,,Oslo,,,",
      ].join("\n"),
    );
    expect(types).toEqual({
      a: "i32",
      b: "i64",
      c: "f64",
      d: "bool",
      e: "dictionary",
      f: "date",
      g: "timestamp:us",
      h: "dictionary",
    });
    expect(columns).toEqual({
      a: [1, -7, null],
      b: [3000000000n, -1n, 9007199254740993n],
      c: [1.5, -2, 1000],
      d: [true, false, null],
      e: ["Köln", null, "Oslo"],
      f: [20484, -1, null],
      g: [1769860800250000n, -999999n, null],
      h: [null, null, null],
    });
  });

  it("may be quoted, with separators, quotes and newlines in them", async () => {
    const { columns } = await read('a,b\r\n"x, ""y""","1"\r\n"two\r\nlines",2\r\n"",""""\r\n', {
      types: { b: "utf8" },
    });
    expect(columns).toEqual({ a: ['x, "y"', "two\r\nlines", ""], b: ["1", "2", '"'] });
  });

  it("keep quotes that do not open them", async () => {
    const { columns } = await read('a,b\n5" pipe,1\n6" pipe,2\n', { rangeBytes: 4 });
    expect(columns).toEqual({ a: ['5" pipe', '6" pipe'], b: [1, 2] });
  });

  it("are null where they are empty or spelled so", async () => {
    const plan = { nulls: ["NA", "-1"] };
    const { columns } = await read("a,b\nNA,x\n-1,NA\n3,-1\n", plan);
    expect(columns).toEqual({ a: [null, null, 3], b: ["x", null, null] });
  });

  it("may be numbers that are not finite, and numbers of many digits", async () => {
    const { columns } = await read(
      "a\nNaN\ninf\n-Infinity\n0.1234567890123456789\n1.7976931348623157e308\n-0\n",
    );
    expect(columns["a"]).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      0.12345678901234568,
      1.7976931348623157e308,
      -0,
    ]);
  });

  it("have the types that are given", async () => {
    const types = { a: "u8", b: "utf8", c: "f32", d: { type: "timestamp", unit: "s" } } as const;
    const read1 = await read("a,b,c,d\n255,007,0.1,2026-01-01T00:00\n", { types });
    expect(read1.types).toEqual({ a: "u8", b: "utf8", c: "f32", d: "timestamp:s" });
    expect(read1.columns).toEqual({
      a: [255],
      b: ["007"],
      c: [Math.fround(0.1)],
      d: [1767225600n],
    });
  });
});

describe("files", () => {
  it.each([
    ["nothing", "", {}],
    ["a header", "a,b", { a: [], b: [] }],
    ["a header and a newline", "a,b\r\n", { a: [], b: [] }],
    ["a byte order mark", "\ufeffa,b\n1,2", { a: [1], b: [2] }],
    ["empty lines", "a,b\n\n1,2\n\r\n\n3,4\n\n", { a: [1, 3], b: [2, 4] }],
    ["one column with nulls", "a\n1\n\n3\n", { a: [1, null, 3] }],
    ["names that come twice", "a,a,\n1,2,3\n", { a: [1], a_2: [2], column_3: [3] }],
  ])("may have %s", async (_, text, columns) => {
    expect((await read(text)).columns).toEqual(columns);
  });

  it("may be without a header, with one that is given, with another separator", async () => {
    const own = await read("1;x\n2;y\n", { header: false, separator: 59 });
    expect(own.columns).toEqual({ column_1: [1, 2], column_2: ["x", "y"] });
    const given = await read("\ufeff1\tx", { header: ["n", "s"], separator: 9 });
    expect(given.columns).toEqual({ n: [1], s: ["x"] });
  });

  it("may be several, by a pattern too", async () => {
    await folder.put("part-1.csv", "a\n1\n");
    await folder.put("part-2.csv", "a\n2.5\n");
    const { columns } = await readAll(source(folder.path("part-*.csv")));
    expect(columns).toEqual({ a: [1, 2.5] });
  });

  it("give only the columns that are wanted", async () => {
    const { columns } = await read('a,b,c\n1,"x\ny",2\n3,z,4\n', { rangeBytes: 3 }, ["c"]);
    expect(columns).toEqual({ c: [2, 4] });
    const none = await read("a,b\n1,2\n3,4\n", {}, []);
    expect(none.parts[0]?.rows).toBe(2);
  });
});

describe("what the beginning of a file does not show", () => {
  const long = (last: string): string => `a\n${"12345\n".repeat(200_000)}${last}\n`;

  it.each([
    ["3000000000", "i64", 3000000000n],
    ["0.5", "f64", 0.5],
    ["x", "dictionary", "x"],
    ['"7"', "i32", 7],
  ])("widens the column in all pieces: %s", async (last, type, value) => {
    const { types, columns, parts } = await read(long(last), { rangeBytes: 300_000 });
    expect(types["a"]).toBe(type);
    expect(parts.every((part) => part.columns[0]?.type === type)).toBe(true);
    expect(columns["a"]?.length).toBe(200_001);
    expect(columns["a"]?.at(-1)).toBe(value);
    expect(String(columns["a"]?.[0])).toBe("12345");
  });

  it("is an error where the type was given", async () => {
    await expect(read(long("x"), { rangeBytes: 300_000, types: { a: "i32" } })).rejects.toThrow(
      /\.csv, line 200002, column 'a': "x" is not an integer of 32 bits/,
    );
  });
});

describe("broken files", () => {
  it.each([
    ["a,b\n1,2\n3\n", /line 3: 1 field instead of 2; { ragged: "pad" }/],
    ["a,b\n1,2,3\n", /line 2: more than 2 fields/],
    ['a,b\n1,"2\n3,4\n', /line 2: a quote that is not closed/],
    ['a,b\n1,"2"x\n', /line 2: text after the quote that closes a field/],
  ])("say where they are broken: %j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("say that they are not UTF-8, or have no lines", async () => {
    await expect(read(Buffer.from("\ufeffa,b\n1,2\n", "utf16le"))).rejects.toThrow(/is UTF-16/);
    await expect(read("a,b\r1,2\r")).rejects.toThrow(/carriage returns and no newlines/);
    expect((await read("a,b\r")).columns).toEqual({ a: [], b: [] });
  });

  it("may have records that are longer than what is read at once", async () => {
    const text = "x".repeat(300_000);
    const lines = `a,b\n${text},1\ny,2\n"${text}\n""",3`;
    const { columns } = await read(lines, { rangeBytes: 1000 });
    expect(columns).toEqual({ a: [text, "y", `${text}\n"`], b: [1, 2, 3] });
  });

  it("may be padded where records are short", async () => {
    const { columns } = await read("a,b,c\n1\n2,x\n3,y,0.5\n", { pads: true });
    expect(columns).toEqual({ a: [1, 2, 3], b: [null, "x", "y"], c: [null, null, 0.5] });
  });

  it("say which file is missing, and which columns differ", async () => {
    await expect(readAll(source(folder.path("none.csv")))).rejects.toThrow(
      /none\.csv cannot be read/,
    );
    await expect(readAll(source(folder.path("none-*.csv")))).rejects.toThrow(/no file matches/);
    const one = await folder.put("one.csv", "a\n1\n");
    const two = await folder.put("two.csv", "b\n1\n");
    await expect(readAll(source([one, two]))).rejects.toThrow(/two\.csv has the columns b, but/);
    await expect(readAll(source(one, { types: { aa: "i32" } }))).rejects.toThrow(
      /did you mean 'a'/,
    );
  });
});

const field = fc.oneof(
  fc.constant(""),
  fc.constantFrom('"', ",", "\n", "\r\n", '""', '","', "\r", "é", " x "),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: "binary", maxLength: 4 }).map((text) => text.toWellFormed()),
);

const quoted = (text: string | null): string =>
  text === null
    ? ""
    : text === "" || /[",\r\n]/.test(text)
      ? `"${text.replaceAll('"', '""')}"`
      : text;

describe("any fields, cut anywhere", () => {
  it("are what was written", async () => {
    const table = fc.record({
      rows: fc.array(fc.tuple(fc.option(field), fc.option(field)), { maxLength: 12 }),
      rangeBytes: fc.integer({ min: 1, max: 20 }),
      end: fc.constantFrom("\n", "\r\n"),
      isEnded: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(table, async ({ rows, rangeBytes, end, isEnded }) => {
        const lines = ["a,b", ...rows.map(([a, b]) => `${quoted(a)},${quoted(b)}`)];
        const text = lines.join(end) + (isEnded ? end : "");
        const types = { a: "utf8", b: "dictionary" } as const;
        const { columns } = await read(text, { rangeBytes, types });
        expect(columns).toEqual({ a: rows.map(([a]) => a), b: rows.map(([, b]) => b) });
      }),
      { numRuns: times(10_000), seed: 5 },
    );
  });

  it("are the numbers that were written", async () => {
    const table = fc.array(
      fc.record({ f: fc.double(), i: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 60 }), async (rows, rangeBytes) => {
        const text = `f,i\n${rows.map(({ f, i }) => `${Object.is(f, -0) ? "-0" : f},${i}\n`).join("")}`;
        const { columns } = await read(text, { rangeBytes, types: { f: "f64", i: "i64" } });
        expect(columns).toEqual({ f: rows.map(({ f }) => f), i: rows.map(({ i }) => i) });
      }),
      { numRuns: times(5000), seed: 6 },
    );
  });
});
