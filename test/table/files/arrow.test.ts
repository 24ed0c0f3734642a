/** Files and streams of Arrow read as tables. */

import { fileURLToPath } from "node:url";
import * as arrow from "apache-arrow";
import pl from "nodejs-polars";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../../src/index.ts";
import { arrowSource } from "../../../src/table/files/arrow/source.ts";
import { readAll, testFolder } from "./support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const folder = testFolder();

const table = () =>
  new arrow.Table({
    i: arrow.vectorFromArray([1, null, 3], new arrow.Int32()),
    u: arrow.vectorFromArray([1, 2, 65535], new arrow.Uint16()),
    big: arrow.vectorFromArray([1n, -(2n ** 63n), null], new arrow.Int64()),
    f: arrow.vectorFromArray([0.5, Number.NaN, null], new arrow.Float64()),
    half: arrow.vectorFromArray([0.5, -2, 65504], new arrow.Float16()),
    flag: arrow.vectorFromArray([true, null, false], new arrow.Bool()),
    text: arrow.vectorFromArray(["é", null, ""], new arrow.Utf8()),
    city: arrow.vectorFromArray(
      ["Oslo", "Oslo", null],
      new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()),
    ),
    day: arrow.vectorFromArray([new Date(0), null, new Date(86_400_000)], new arrow.DateDay()),
    at: arrow.vectorFromArray([0, 1, null], new arrow.TimestampMillisecond()),
  });

const expected = {
  i: [1, null, 3],
  u: [1, 2, 65535],
  big: [1n, -(2n ** 63n), null],
  f: [0.5, Number.NaN, null],
  half: [0.5, -2, 65504],
  flag: [true, null, false],
  text: ["é", null, ""],
  city: ["Oslo", "Oslo", null],
  day: [0, null, 1],
  at: [0n, 1n, null],
};

describe("Arrow files", () => {
  it.each(["file", "stream"] as const)(
    "have columns of every type, with nulls: %s",
    async (kind) => {
      const path = await folder.put(`${kind}.arrow`, arrow.tableToIPC(table(), kind));
      const { types, columns } = await readAll(arrowSource(path));
      expect(columns).toEqual(expected);
      expect(types).toMatchObject({
        text: "utf8",
        city: "dictionary",
        at: "timestamp:ms",
        half: "f32",
      });
      const some = await readAll(arrowSource(path), { columns: ["city", "i"] });
      expect(some.columns).toEqual({ i: expected.i, city: expected.city });
    },
  );

  it("are read by batches, each with the dictionaries that it has", async () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 7);
    const part = (from: number) =>
      arrow.vectorFromArray(
        Array.from({ length: 40_000 }, (_, i) => `${from}-${i % 5}`),
        type,
      );
    const vectors = [part(0), part(1), part(2)];
    const writer = new arrow.RecordBatchStreamWriter();
    for (const city of vectors) writer.write(new arrow.Table({ city }).batches[0]);
    const path = await folder.put("batches.arrow", writer.finish().toUint8Array(true));
    const { columns, parts } = await readAll(arrowSource(path));
    expect(parts.length).toBeGreaterThan(1);
    expect(columns["city"]).toEqual(vectors.flatMap((vector) => [...vector]));
  });

  it("may be compressed, and written by others", async () => {
    const frame = pl.DataFrame({ a: [1, 2, 3], s: ["x", null, "zzzzzzzzzzzzzzzzzzzz"] });
    for (const compression of ["uncompressed", "zstd"] as const) {
      const path = folder.path(`${compression}.ipc`);
      frame.writeIPC(path, { compression });
      const { columns } = await readAll(arrowSource(path));
      expect(columns).toEqual({ a: [1, 2, 3], s: ["x", null, "zzzzzzzzzzzzzzzzzzzz"] });
    }
    const flights = fileURLToPath(
      new URL("../data/flights-200k.arrow", import.meta.resolve("vega-datasets")),
    );
    const { parts } = await readAll(arrowSource(flights), { columns: ["delay"] });
    expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(200_000);
  });

  it("may be empty", async () => {
    const path = await folder.put("empty.arrow", arrow.tableToIPC(table().slice(0, 0), "stream"));
    expect((await readAll(arrowSource(path))).columns["city"]).toEqual([]);
  });

  it("say what is broken", async () => {
    const text = await folder.put("text.arrow", "this is not a file of Arrow, but a text");
    await expect(readAll(arrowSource(text))).rejects.toThrow(/text\.arrow is no file of Arrow/);
    const bytes = arrow.tableToIPC(table(), "stream");
    const cut = await folder.put("cut.arrow", bytes.subarray(0, bytes.length - 100));
    await expect(readAll(arrowSource(cut))).rejects.toThrow(/cut\.arrow is damaged/);
    const empty = await folder.put("nothing.arrow", "");
    await expect(readAll(arrowSource(empty))).rejects.toThrow(/no file of Arrow/);
    const one = await folder.put("one.arrow", arrow.tableToIPC(table().select(["i"]), "file"));
    const two = await folder.put("two.arrow", arrow.tableToIPC(table().select(["u"]), "file"));
    await expect(readAll(arrowSource([one, two]))).rejects.toThrow(/two\.arrow has the columns u/);
  });
});
