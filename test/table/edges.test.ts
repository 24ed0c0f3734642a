/** Tables at the edges: folds, iteration, loaders of users, polars. */

import { filter, fold, folds, pipe } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../src/index.ts";
import { dtable, loadTable } from "../../src/table/index.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const table = () =>
  dtable(
    {
      x: Float64Array.from({ length: 20 }, (_, i) => i),
      s: Array.from({ length: 20 }, (_, i) => (i % 5 ? `s${i}` : null)),
    },
    6,
  );

describe("folds over tables", () => {
  it("take rows, in their order", async () => {
    const dt = table();
    await dt.wait();
    const joined = await fold(dt, {
      init: () => "",
      step: (text: string, row) => `${text}${row.x},`,
      combine: (a, b) => a + b,
    });
    expect(joined).toBe(Array.from({ length: 20 }, (_, i) => `${i},`).join(""));
    expect(await folds.sum((row) => row.x, dt)).toBe(190);
    const few = await pipe(
      dt,
      filter((row) => row.s === null),
    ).collect();
    expect([...few]).toEqual([0, 5, 10, 15].map((x) => ({ x, s: null })));
  });

  it("need to know the partitions", async () => {
    await expect(
      fold(table(), { init: () => 0, step: (n: number) => n + 1, combine: (a, b) => a + b }),
    ).rejects.toThrow(/await table.wait\(\) before folding it/);
  });
});

describe("tables elsewhere", () => {
  it("are iterated row by row", async () => {
    const seen: number[] = [];
    for await (const row of table().filter(({ x }) => x % 2 === 0)) seen.push(row.x);
    expect(seen).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  });

  it("become frames of polars", async () => {
    const frame = await table().toPolars();
    expect(frame.shape).toEqual({ height: 20, width: 2 });
    expect(frame.getColumn("s").toArray().slice(0, 3)).toEqual([null, "s1", "s2"]);
    expect(frame.getColumn("x").sum()).toBe(190);
  });

  it("are made by loaders, a partition a file, when rows are asked for", async () => {
    const made = loadTable<{ i: number; file: string }>(
      async (file) => [
        { i: 1, file },
        { i: file.length, file },
      ],
      ["a.x", "bb.x"],
    );
    expect(await made.toRows()).toEqual([
      { i: 1, file: "a.x" },
      { i: 3, file: "a.x" },
      { i: 1, file: "bb.x" },
      { i: 4, file: "bb.x" },
    ]);
    expect(made.chunks.length).toBe(2);
    const columns = loadTable<{ n: number }, number>(
      (n) => ({ n: Int32Array.of(n, n + 1) }),
      [5, 7],
    );
    expect((await columns.schema())[0]).toEqual({ name: "n", type: "i32" });
    expect(await columns.filter((row) => row.n > 5).toRows()).toEqual([
      { n: 6 },
      { n: 7 },
      { n: 8 },
    ]);
    const none = loadTable((() => 5) as never, ["f"]);
    await expect(none.toRows()).rejects.toThrow(/gives 5 for f; give rows, columns/);
    expect(() => loadTable(5 as never, [])).toThrow(/takes a function and a list/);
    expect(await loadTable<{ a: number }>(() => [], []).toRows()).toEqual([]);
  });
});
