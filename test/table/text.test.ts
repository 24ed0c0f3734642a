/** Tables as text, which never computes. */

import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../src/index.ts";
import { tableText } from "../../src/show/table-text.ts";
import { dtable, readCSV } from "../../src/table/index.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

describe("the text of a table", () => {
  it("shows all rows where they are few", async () => {
    const table = dtable(
      {
        i: Int32Array.of(1, -20),
        x: [0.123456789, null],
        s: ["a\nb", "a text that is much too long to be shown in a box"],
        at: [new Date(0), null],
      },
      1,
    );
    await table.wait();
    expect(stripVTControlCharacters(String(table))).toBe(
      [
        "DTable  2 rows × 4 columns · 2 partitions",
        "┌─────┬──────────┬──────────────────────────────────┬──────────────────────────┐",
        "│   i ┆        x ┆ s                                ┆ at                       │",
        "│ i32 ┆      f64 ┆ dict                             ┆ timestamp[ms]            │",
        "╞═════╪══════════╪══════════════════════════════════╪══════════════════════════╡",
        "│   1 ┆ 0.123457 ┆ a b                              ┆ 1970-01-01T00:00:00.000Z │",
        "│ -20 ┆     null ┆ a text that is much too long to… ┆ null                     │",
        "└─────┴──────────┴──────────────────────────────────┴──────────────────────────┘",
      ].join("\n"),
    );
  });

  it("shows both ends of many rows, over partitions", async () => {
    const table = dtable({ i: Int32Array.from({ length: 12_345 }, (_, i) => i) }, 3);
    await table.wait();
    const lines = String(table).split("\n");
    expect(lines[0]).toBe("DTable  12_345 rows × 1 columns · 4115 partitions");
    const cells = lines.slice(5, -1).map((line) => line.replaceAll(/[│ ]/g, ""));
    expect(cells).toEqual("0 1 2 3 4 … 12340 12341 12342 12343 12344".split(" "));
  });

  it("says what is not made yet, and does not make it", async () => {
    const csv = readCSV("none-of-that-name.csv").filter((row) => row["a"] === 1);
    expect(String(csv)).toBe("DTable  not made yet:\nCSV none-of-that-name.csv\n  filter");
    const made = dtable({ a: [1, 2, 3] }, 2).map((row) => ({ b: row.a }));
    expect(String(made)).toMatch(/not made yet/);
    await made.wait();
    expect(String(made)).toMatch(/^DTable {2}3 rows × 1 columns/);
  });

  it("says what failed", async () => {
    const table = dtable({ a: [1, 2] }, 1).map((row) => {
      if (row.a === 2) throw new Error("two");
      return row;
    });
    await expect(table.toRows()).rejects.toThrow("two");
    await table.chunks[0]?.toRows();
    expect(String(table)).toMatch(
      /\? rows × 1 columns · 2 partitions \(1 failed; collect\(\) says why\)/,
    );
  });

  it("of no rows and of no columns is short", async () => {
    const none = dtable({ a: [] as number[] });
    await none.wait();
    expect(String(none)).toMatch(/^DTable {2}0 rows × 1 columns · 1 partition\n/);
    const nothing = dtable({});
    await nothing.wait();
    expect(String(nothing)).toBe("DTable  0 rows × 0 columns · 1 partition");
  });

  it("leaves columns out in the middle where a line is too short", () => {
    const columns = Array.from({ length: 20 }, (_, at) => ({
      name: `column${at}`,
      type: "f64",
      isNumber: true,
      cells: ["1.0"],
    }));
    const lines = tableText({ columns, width: 60 }).split("\n");
    expect(lines.every((line) => line.length <= 60)).toBe(true);
    expect(lines[1]).toMatch(/^│ column0 ┆ column1 ┆ column2 ┆ … ┆ column18 ┆ column19 │$/);
  });
});
