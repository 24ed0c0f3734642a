/** Tables: made of what is in memory, changed row by row, read from files and written to them. */

import * as arrow from "apache-arrow";
import { addWorkers, type Cluster, myid, start, threadid } from "bodkin";
import { dtable, readArrow, readCSV, readJSON, readParquet } from "bodkin/table";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { times } from "../support/counts.ts";
import { testFolder } from "./files/support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
  await addWorkers(1, { threads: 1 });
});
afterAll(() => cluster.close());

const folder = testFolder();
const ints = Int32Array.from({ length: 100 }, (_, i) => i);
const strings = Array.from({ length: 100 }, (_, i) => `s${i % 7}`);
const plain = Array.from({ length: 100 }, (_, i) => ({ a: i, b: `s${i % 7}` }));

describe("the talk's cells", () => {
  it("make a table of partitions", async () => {
    const dt = dtable({ a: ints, b: strings }, 20);
    expect(dt.chunks.length).toBe(5);
    const chunk = await dt.chunks[1]!.fetch();
    expect(chunk).toBeInstanceOf(arrow.Table);
    expect(chunk.toArray().map((row) => row.toJSON())).toEqual(plain.slice(20, 40));
    expect(await dt.chunks[4]!.toRows()).toEqual(plain.slice(80));
  });

  it("map rows, on the workers", async () => {
    const dt = dtable({ a: ints, b: strings }, 20);
    const mapped = dt.map((row) => ({ ...row, wid: myid(), tid: threadid() }));
    const table = await mapped.collect();
    expect(table.schema.fields.map(String)).toEqual([
      "a: Int32",
      "b: Dictionary<Int32, Utf8>",
      "wid: Float64",
      "tid: Float64",
    ]);
    expect(new Set(table.getChild("wid"))).toEqual(new Set([2]));
    expect([...table.getChild("a")!]).toEqual([...ints]);
  });

  it("filter rows", async () => {
    const dt = dtable({ a: ints, b: strings }, 2).filter((row) => row.a > 49);
    expect(dt.chunks.length).toBe(50);
    expect(await dt.toRows()).toEqual(plain.slice(50));
  });
});

describe("columns", () => {
  it("keep the types of typed arrays, and get one from values", async () => {
    const at = new Date("2026-01-31T12:00:00.250Z");
    const dt = dtable({
      u: Uint8Array.of(1, 255),
      big: BigInt64Array.of(2n ** 53n - 1n, -1n),
      wide: [2n ** 60n, null],
      x: [0.5, null],
      flag: [true, undefined],
      at: [at, null],
      none: [null, null],
    });
    expect((await dt.schema()).map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "u: u8",
      "big: i64",
      "wide: i64",
      "x: f64",
      "flag: bool",
      "at: timestamp",
      "none: dictionary",
    ]);
    expect(await dt.toRows()).toEqual([
      { u: 1, big: 2 ** 53 - 1, wide: 2n ** 60n, x: 0.5, flag: true, at, none: null },
      { u: 255, big: -1, wide: null, x: null, flag: null, at: null, none: null },
    ]);
  });

  it("may come as rows, and as tables of Arrow", async () => {
    expect(await dtable(plain, 30).toRows()).toEqual(plain);
    const rows = await dtable([{ a: 1 }, { b: "x" }] as {
      a?: number;
      b?: string;
    }[] as never).toRows();
    expect(rows).toEqual([
      { a: 1, b: null },
      { a: null, b: "x" },
    ]);
    const table = await dtable({ a: ints, b: strings }, 33).collect();
    const again = dtable(table, 40);
    expect(again.chunks.length).toBe(3);
    expect(await again.toRows()).toEqual(plain);
  });

  it("may be none, and of no rows", async () => {
    expect(await dtable({}).toRows()).toEqual([]);
    expect(
      await dtable({ a: [] as number[] })
        .map((row) => ({ b: row.a }))
        .toRows(),
    ).toEqual([]);
    expect((await dtable([]).collect()).numRows).toBe(0);
  });

  it.each([
    [() => dtable({ a: [1], b: [1, 2] }), /column 'b' has 2 rows, but 'a' has 1/],
    [() => dtable({ a: [1, "x"] as never }), /column 'a' has string x in row 1, but f64 before/],
    [() => dtable({ a: [{}] as never }), /columns hold numbers, bigints, booleans/],
    [() => dtable({ a: 5 as never }), /column 'a' is .* not an array/],
    [() => dtable(7 as never), /dtable takes columns, rows or a table of Arrow/],
    [() => dtable({ a: [1] }, 0), /0 rows a partition/],
  ])("are refused where they cannot be: %#", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("rows", () => {
  const dt = () =>
    dtable({ a: ints, b: strings, c: Array.from(ints, (i) => (i % 3 ? i / 4 : null)) }, 15);

  it("get new columns, lose some, get other names", async () => {
    const made = dt()
      .mutate({ d: (row) => row.a * 2, e: (row) => row.c === null })
      .mutate({ a: ({ a }) => a + 0.5 })
      .rename({ b: "key" })
      .select("key", "e", "d", "a");
    const rows = await made.toRows();
    expect(rows[7]).toEqual({ key: "s0", e: false, d: 14, a: 7.5 });
    expectTypeOf(rows[0]!).toEqualTypeOf<{
      readonly key: string;
      readonly e: boolean;
      readonly d: number;
      readonly a: number;
    }>();
  });

  it("may be kept, spread, and read by computed names", async () => {
    const name = "b";
    const rows = await dt()
      .map((row) => ({ ...row, z: row[name] + String(Object.keys(row).length) }))
      .toRows();
    expect(rows[1]).toEqual({ a: 1, b: "s1", c: 0.25, z: "s13" });
  });

  it("equal those of plain JavaScript", async () => {
    const row = fc.record({
      n: fc.option(fc.double()),
      i: fc.integer(),
      s: fc.option(fc.string()),
      f: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 20 }),
        fc.integer({ min: 1, max: 7 }),
        async (list, size) => {
          const table = dtable(
            {
              n: list.map(({ n }) => n),
              i: Int32Array.from(list, ({ i }) => i),
              s: list.map(({ s }) => s),
              f: list.map(({ f }) => f),
            },
            size,
          );
          const keep = (r: { n: number | null; i: number; s: string | null }) =>
            (r.n ?? 0) < r.i || (r.s ?? "").length > 3;
          const change = (r: { n: number | null; i: number; s: string | null; f: boolean }) => ({
            x: r.n === null ? null : r.n * 2,
            i: r.i,
            s: r.f ? r.s : `${r.s}!`,
          });
          expect(await table.filter(keep).map(change).toRows()).toEqual(
            list.filter(keep).map(change),
          );
        },
      ),
      { numRuns: times(4000), seed: 21 },
    );
  });

  it("are refused where they are none, or differ", async () => {
    const { cause: none } = (await dt()
      .map((() => 5) as never)
      .toRows()
      .catch((error: Error) => error)) as Error;
    expect(String(none)).toMatch(/map: the function gives 5 for row 0; give a row/);
    const odd = dt().map((row) => (row.a === 3 ? { a: 1, q: 2 } : { a: 1 }));
    await expect(odd.toRows()).rejects.toThrow(
      /row 3 has a column 'q' that the first row does not/,
    );
    const mixed = dt().map((row) => ({ v: row.a < 15 ? 1 : "x" }));
    await expect(mixed.toRows().then(() => mixed.collect())).rejects.toThrow(
      /column 'v' is f64 in one partition and dictionary in another/,
    );
    expect(() => dt().filter(5 as never)).toThrow(/filter takes a function of a row/);
  });
});

describe("files", () => {
  it("are read lazily and written again, in all formats", async () => {
    const path = folder.path("t.csv");
    await dtable({ a: ints, b: strings }, 30).writeCSV(path);
    const dt = readCSV<{ a: number; b: string }>(path, { rangeBytes: 100 });
    expect(() => dt.chunks).toThrow(/await table.wait\(\) first/);
    await dt.filter((row) => row.a % 2 === 1).writeParquet(folder.path("t.parquet"));
    await readParquet(folder.path("t.parquet")).writeArrow(folder.path("t.arrow"));
    await readArrow(folder.path("t.arrow")).writeJSON(folder.path("t.jsonl"));
    const last = readJSON<{ a: number; b: string }>(folder.path("t.jsonl")).select("b", "a");
    expect(await last.toRows()).toEqual(
      plain.filter(({ a }) => a % 2 === 1).map(({ a, b }) => ({ b, a })),
    );
    expect(await dt.nrow()).toBe(100);
    expect(dt.chunks.length).toBeGreaterThan(1);
    expect(dt.explain()).toMatch(/^CSV .*t\.csv$/);
  });

  it("give types that later rows need, under steps too", async () => {
    const path = await folder.put("late.csv", `a\n${"1\n".repeat(600_000)}x\n`);
    const dt = readCSV<{ a: string }>(path, { rangeBytes: 200_000 });
    const counted = await dt.map((row) => ({ a: row.a, long: row.a.length })).collect();
    expect(counted.numRows).toBe(600_001);
    expect(counted.getChild("a")!.get(600_000)).toBe("x");
    expect(counted.getChild("a")!.get(0)).toBe("1");
  });

  it("may be folders, by values of columns", async () => {
    const path = folder.path("folder/");
    await dtable({ a: ints, b: strings }, 30).writeParquet(path, { partitionBy: ["b"] });
    const rows = await readParquet<{ a: number }>(folder.path("folder/b=s3/*.parquet")).toRows();
    expect(rows.map(({ a }) => a)).toEqual([...ints].filter((i) => i % 7 === 3));
  });

  it.each([
    [
      () => readCSV("x.csv", { seperator: ";" } as never),
      /no option 'seperator' \(did you mean 'separator'/,
    ],
    [() => readCSV("x.csv", { separator: ";;" }), /give one ASCII character/],
    [() => readCSV([]), /no files/],
    [() => readCSV("x.csv", { types: { a: "int" as never } }), /column 'a' cannot have type 'int'/],
    [() => readParquet(5 as never), /takes the path of a file/],
    [() => readJSON("x.json", { rangeBytes: -1 }), /rangeBytes -1/],
  ])("are refused at once where options are wrong: %#", (make, message) => {
    expect(make).toThrow(message);
  });

  it("fail where they are used, with the file's name", async () => {
    await expect(readCSV(folder.path("none.csv")).toRows()).rejects.toThrow(
      /none\.csv cannot be read/,
    );
    const table = dtable({ a: ints });
    await expect(table.writeCSV(folder.path("x.csv"), { partitionBy: ["q"] })).rejects.toThrow(
      /partitionBy 'q': the columns are a/,
    );
    await expect(table.writeParquet("x", { compression: "best" as never })).rejects.toThrow(
      /there are none, snappy/,
    );
  });
});
