/** What plans have a source read: the columns that are needed, and the rows that filters on its columns leave. */

import { readFileSync, writeFileSync } from "node:fs";
import { type Cluster, start } from "bodkin";
import { between, col, dtable, lit, readParquet } from "bodkin/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testFolder } from "./files/support.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const folder = testFolder();
type Columns = { readonly a: number; readonly b: string; readonly c: number };

async function written(name: string): Promise<string> {
  const a = Int32Array.from({ length: 100 }, (_, i) => i);
  const b = Array.from(a, (i) => `s${i % 3}`);
  const path = folder.path(name);
  await dtable({ a, b, c: Float64Array.from(a, (i) => i / 2) }, 20).writeParquet(path);
  return path;
}

describe("plans", () => {
  it("read only the columns that are used, and only row groups that may have the rows", async () => {
    const dt = readParquet<Columns>(await written("t.parquet"))
      .filter(
        col("a")
          .ge(60)
          .and(col("b").ne("s1"))
          .and(lit(65).gt(col("a"))),
      )
      .mutate({ d: col("c").mul(2) })
      .filter(col("d").gt(1))
      .select("a", "d");
    const [source, ...steps] = dt.explain().split("\n");
    expect(source).toMatch(/t\.parquet, columns a, b, c, where a >= 60 and a < 65$/);
    expect(steps.map((line) => line.trim().split(" ")[0])).toEqual([
      "filter",
      "mutate",
      "filter",
      "select",
    ]);
    expect(await dt.toRows()).toEqual([60, 62, 63].map((a) => ({ a, d: a })));
  });

  it("do not read what no row is wanted of", async () => {
    const path = await written("damaged.parquet");
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4, 104); // in the first row group
    writeFileSync(path, bytes);
    const dt = readParquet<Columns>(path);
    await expect(dt.toRows()).rejects.toThrow();
    const rows = await readParquet<Columns>(path).filter(col("a").gt(90)).select("a").toRows();
    expect(rows.map(({ a }) => a)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99]);
  });

  it("do not ask a source for columns that steps make", async () => {
    const path = await written("made.parquet");
    const dt = readParquet<Columns>(path)
      .mutate({ x: (row: Columns) => row.a + 1, y: (row: { x: number }) => row.x + 1 } as never)
      .mutate({ a: col("c") })
      .filter(
        col("a")
          .eq(1.5)
          .and(col("x" as never).eq(4)),
      )
      .select("a", "y" as never);
    expect(dt.explain()).toMatch(/^Parquet .*made\.parquet, columns a, c\n/);
    expect(await dt.toRows()).toEqual([{ a: 1.5, y: 5 }]);
    const some = readParquet<Columns>(path).select(between("b", "c"));
    expect(some.explain()).toMatch(/^Parquet .*made\.parquet\n {2}select between\(b, c\)$/);
    expect(await some.names()).toEqual(["b", "c"]);
  });
});
