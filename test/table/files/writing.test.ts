/** Tables written in every format: read again they are the same, and others read what we wrote. */

import { readdir, readFile, stat } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import pl from "nodejs-polars";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../../src/index.ts";
import { arrowSource } from "../../../src/table/files/arrow/source.ts";
import { csvSource } from "../../../src/table/files/csv/source.ts";
import { jsonSource } from "../../../src/table/files/json/source.ts";
import { parquetSource } from "../../../src/table/files/parquet/source.ts";
import type { WriteFormat } from "../../../src/table/files/writing/formats.ts";
import { type WriteOptions, writeTable } from "../../../src/table/files/writing/write.ts";
import type { TableSource } from "../../../src/table/source.ts";
import { times } from "../../support/counts.ts";
import { readAll, store, testFolder } from "./support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const folder = testFolder();
let count = 0;

const COLUMNS = {
  i8: new arrow.Int8(),
  i32: new arrow.Int32(),
  i64: new arrow.Int64(),
  u16: new arrow.Uint16(),
  f64: new arrow.Float64(),
  f32: new arrow.Float32(),
  flag: new arrow.Bool(),
  text: new arrow.Utf8(),
  code: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
  day: new arrow.DateDay(),
  at: new arrow.TimestampMicrosecond(),
};

const TYPES = {
  i8: "i8",
  i32: "i32",
  i64: "i64",
  u16: "u16",
  f64: "f64",
  f32: "f32",
  flag: "bool",
  text: "utf8",
  code: "dictionary",
  day: "date",
  at: { type: "timestamp", unit: "us" },
} as const;

const FORMATS: readonly { format: WriteFormat; read: (files: string) => TableSource }[] = [
  {
    format: { kind: "csv", separator: ";", header: true },
    read: (files) =>
      csvSource({
        files,
        separator: 59,
        header: true,
        types: TYPES,
        nulls: [],
        pads: false,
        rangeBytes: 100,
      }),
  },
  {
    format: { kind: "json" },
    read: (files) => jsonSource({ files, types: TYPES, rangeBytes: 99 }),
  },
  { format: { kind: "arrow", container: "file" }, read: arrowSource },
  { format: { kind: "arrow", container: "stream" }, read: arrowSource },
  {
    format: { kind: "parquet", compression: "snappy" },
    read: (files) => parquetSource({ files, columns: undefined }),
  },
  {
    format: { kind: "parquet", compression: "zstd" },
    read: (files) => parquetSource({ files, columns: undefined }),
  },
];

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 4 });
const text = fc.oneof(
  fc.constantFrom("", '"', ",;\n", "null", "1", "\r\n", "é𝄞"),
  fc.string({ maxLength: 8 }),
);

const anyRow = fc.record({
  i8: nullable(fc.integer({ min: -128, max: 127 })),
  i32: nullable(fc.integer()),
  i64: nullable(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  u16: nullable(fc.integer({ min: 0, max: 65535 })),
  f64: nullable(fc.double()),
  f32: nullable(fc.float()),
  flag: nullable(fc.boolean()),
  text: nullable(text),
  code: nullable(text),
  day: nullable(fc.integer({ min: -700_000, max: 2_900_000 })),
  at: nullable(fc.bigInt(-62_135_596_800_000_000n, 253_402_300_799_999_999n)),
});

type Row = typeof anyRow extends fc.Arbitrary<infer R> ? R : never;
type Columns = { [K in keyof typeof COLUMNS]: unknown[] };

/** Rows as batches of Arrow, cut in two. */
async function stored(rows: readonly Row[]) {
  const schema = new arrow.Schema(
    Object.entries(COLUMNS).map(([name, type]) => new arrow.Field(name, type, true)),
  );
  const half = rows.length >> 1;
  const files: string[] = [];
  for (const part of [rows.slice(0, half), rows.slice(half)]) {
    const vectors = Object.entries(COLUMNS).map(([name, type]) => {
      const values = part.map((row) => row[name as keyof Row]);
      return [name, vectorOf(name, type, values)] as const;
    });
    const bytes = arrow.tableToIPC(new arrow.Table(schema, Object.fromEntries(vectors)), "stream");
    files.push(await folder.put(`${count++}.source`, bytes));
  }
  return await store(arrowSource(files));
}

/** Days and times as they are stored, which Arrow itself takes as dates only. */
function vectorOf(name: string, type: arrow.DataType, values: readonly unknown[]): arrow.Vector {
  const wide = { day: new arrow.Int32(), at: new arrow.Int64() }[name];
  const vector = arrow.vectorFromArray([...values], wide ?? type) as arrow.Vector;
  if (!wide) return vector;
  const chunks = vector.data.map(({ length, nullCount, nullBitmap, values: data }) =>
    arrow.makeData({ type, length, nullCount, nullBitmap, data } as never),
  );
  return new arrow.Vector(chunks);
}

const columnsOf = (rows: readonly Row[]): Columns =>
  Object.fromEntries(
    Object.keys(COLUMNS).map((name) => [name, rows.map((row) => row[name as keyof Row])]),
  ) as Columns;

/** JSON has no numbers that are not finite. */
const inJSON = (value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? null : value;

async function write(rows: readonly Row[], format: WriteFormat, options: WriteOptions = {}) {
  const path = folder.path(`${count++}.${format.kind}`);
  await writeTable("write", path, await stored(rows), format, format.kind, options);
  return path;
}

describe.each(FORMATS)("$format", ({ format, read }) => {
  it("gives what was written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 12 }), async (rows) => {
        const { columns, types } = await readAll(read(await write(rows, format)));
        const expected = columnsOf(rows);
        if (format.kind === "json") {
          expected.f64 = expected.f64.map(inJSON);
          expected.f32 = expected.f32.map(inJSON);
        }
        expect(columns).toEqual(expected);
        expect(types).toMatchObject({ i8: "i8", i64: "i64", day: "date", at: "timestamp:us" });
      }),
      { numRuns: times(2500), seed: 11 },
    );
  });

  it("may be without rows, and without partitions", async () => {
    const empty = await readAll(read(await write([], format)));
    expect(empty.columns["i32"]).toEqual([]);
    const path = folder.path(`${count++}.none`);
    const { schema } = await stored([]);
    await writeTable("write", path, { schema, parts: [], dictionaries: [] }, format, "x", {});
    expect((await readAll(read(path))).columns["i32"]).toEqual([]);
  });
});

const some = (): Row[] => fc.sample(anyRow, { numRuns: 40, seed: 3 });

describe("others read what we wrote", () => {
  it.each([
    ["csv", { kind: "csv", separator: ",", header: true }],
    ["json", { kind: "json" }],
    ["parquet", { kind: "parquet", compression: "snappy" }],
  ] as const)("DuckDB: %s", async (_, format) => {
    const rows = some();
    const path = await write(rows, format);
    const from = {
      csv: `read_csv('${path}', allow_quoted_nulls = false)`,
      json: `read_json('${path}', format='newline_delimited')`,
      parquet: `'${path}'`,
    };
    const connection = await (await DuckDBInstance.create()).connect();
    const query = `SELECT count(*), count(i32), sum(i32), sum(u16), count(text), sum(i8) FROM ${from[format.kind]}`;
    const [found] = (await connection.runAndReadAll(query)).getRows();
    const sum = (name: "i32" | "u16" | "i8") =>
      rows.reduce((total, row) => total + (row[name] ?? 0), 0);
    expect(found?.map(Number)).toEqual([
      40,
      rows.filter((row) => row.i32 !== null).length,
      sum("i32"),
      sum("u16"),
      rows.filter((row) => row.text !== null).length,
      sum("i8"),
    ]);
    connection.closeSync();
  });

  it("polars: Parquet, Arrow", async () => {
    const rows = some();
    const parquet = pl.readParquet(await write(rows, { kind: "parquet", compression: "zstd" }));
    const ipc = pl.readIPC(await readFile(await write(rows, { kind: "arrow", container: "file" })));
    const stream = pl.readIPCStream(
      await readFile(await write(rows, { kind: "arrow", container: "stream" })),
    );
    for (const frame of [parquet, ipc, stream]) {
      expect(frame.getColumn("text").toArray()).toEqual(rows.map((row) => row.text));
      expect(frame.getColumn("i32").toArray()).toEqual(rows.map((row) => row.i32));
    }
    expect(parquet.getColumn("code").cast(pl.Utf8).toArray()).toEqual(rows.map((row) => row.code));
  });
});

describe("writing", () => {
  it("puts a file a partition into a folder, and values into the names of folders", async () => {
    const rows = some();
    const plain = await write(rows, { kind: "parquet", compression: "none" }, { partitionBy: [] });
    expect((await readdir(plain)).sort()).toEqual(["part-00000.parquet", "part-00001.parquet"]);
    const path = await write(
      rows,
      { kind: "csv", separator: ",", header: true },
      { partitionBy: ["flag"] },
    );
    expect((await readdir(path)).sort()).toEqual([
      "flag=__HIVE_DEFAULT_PARTITION__",
      "flag=false",
      "flag=true",
    ]);
    const connection = await (await DuckDBInstance.create()).connect();
    const query = `SELECT flag::VARCHAR, count(*) FROM read_csv('${path}/**/*.csv', hive_partitioning = true) GROUP BY 1 ORDER BY 1`;
    const found = (await connection.runAndReadAll(query)).getRows();
    const of = (value: boolean | null) => BigInt(rows.filter(({ flag }) => flag === value).length);
    expect(found).toEqual([
      ["false", of(false)],
      ["true", of(true)],
      [null, of(null)],
    ]);
    connection.closeSync();
  });

  it("tells how far it is", async () => {
    const seen: number[] = [];
    await write(some(), { kind: "json" }, { progress: (done, total) => seen.push(done, total) });
    expect(seen).toEqual([1, 2, 2, 2]);
  });

  it("leaves what was there, and nothing else, where it fails", async () => {
    const path = await folder.put("kept.json", "old");
    const table = await stored(some());
    const fails = () => {
      throw new Error("full");
    };
    await expect(
      writeTable("write", path, table, { kind: "json" }, "json", { progress: fails }),
    ).rejects.toThrow("full");
    await expect(
      writeTable("write", path, table, { kind: "json" }, "json", { signal: AbortSignal.abort() }),
    ).rejects.toThrow(/abort/);
    expect(await readFile(path, "utf8")).toBe("old");
    expect((await readdir(folder.path("."))).filter((name) => name.includes("kept"))).toEqual([
      "kept.json",
    ]);
    await expect(
      writeTable("write", folder.path("none/x.json"), table, { kind: "json" }, "json", {}),
    ).rejects.toThrow(/x\.json cannot be written: there is no such file or folder/);
    expect((await stat(path)).size).toBe(3);
  });
});
