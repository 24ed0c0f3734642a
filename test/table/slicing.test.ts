/** Rows by their places, other partitions, and what all rows come to. */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, start } from "../../src/index.ts";
import { dtable } from "../../src/table/index.ts";
import { times } from "../support/counts.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const sizes = async (table: ReturnType<typeof dtable>): Promise<number[]> => {
  await table.wait();
  return await Promise.all(table.chunks.map(async (chunk) => (await chunk.toRows()).length));
};

describe("rows by their places", () => {
  it("may be cut within their partitions only", async () => {
    const a = Int32Array.from({ length: 1000 }, (_, row) => row);
    const table = dtable({ a }, 100);
    const only = { interpartitionMerges: false };
    const cut = table.repartition(30, only);
    expect(await sizes(cut as never)).toEqual(Array(10).fill([30, 30, 30, 10]).flat());
    expect((await cut.toRows()).map((row) => row.a)).toEqual([...a]);
    expect(await sizes(table.repartition(137, only) as never)).toEqual(Array(10).fill(100));
  });

  it("are those of a list, whatever the partitions", async () => {
    const given = fc.record({
      rows: fc.array(fc.record({ i: fc.nat(), s: fc.option(fc.string({ maxLength: 3 })) }), {
        maxLength: 25,
      }),
      size: fc.integer({ min: 1, max: 9 }),
      other: fc.integer({ min: 1, max: 12 }),
      count: fc.integer({ min: 0, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ rows, size, other, count }) => {
        const table = dtable({ i: rows.map(({ i }) => i), s: rows.map(({ s }) => s) }, size).filter(
          (row) => row.i % 3 !== 0,
        );
        const list = rows.filter(({ i }) => i % 3 !== 0);
        expect(await table.head(count).toRows()).toEqual(list.slice(0, count));
        expect(await table.tail(count).toRows()).toEqual(count === 0 ? [] : list.slice(-count));
        const cut = table.repartition(other);
        expect(await cut.toRows()).toEqual(list);
        const lengths = await sizes(cut as never);
        expect(lengths.slice(0, -1).every((length) => length === other)).toBe(true);
        const sampled = await table.sample(count, { seed: 5 }).toRows();
        expect(sampled).toHaveLength(Math.min(count, list.length));
        expect(await cut.sample(count, { seed: 5 }).toRows()).toEqual(sampled);
        let from = 0;
        for (const row of sampled) {
          const at = list.findIndex((each, k) => k >= from && each.i === row.i && each.s === row.s);
          expect(at).toBeGreaterThanOrEqual(from);
          from = at + 1;
        }
      }),
      { numRuns: times(4000), seed: 61 },
    );
  });

  it("merge partitions, or only cut them where they are", async () => {
    const table = dtable({ i: Int32Array.from({ length: 100 }, (_, i) => i) }, 40);
    expect(await sizes(table.repartition(30) as never)).toEqual([30, 30, 30, 10]);
    expect(await sizes(table.repartition(1000) as never)).toEqual([100]);
  });

  it("are refused where there is no such number", () => {
    const table = dtable({ i: [1] });
    expect(() => table.head(-1)).toThrow(/head\(-1\): give a number of rows/);
    expect(() => table.tail(0.5)).toThrow(/tail\(0.5\)/);
    expect(() => table.sample(Number.NaN)).toThrow(/sample\(NaN\)/);
    expect(() => table.repartition(0)).toThrow(/repartition\(0\)/);
    expect(() => table.repartition(5, { merge: false } as never)).toThrow(/no option 'merge'/);
    expect(() => table.sample(1, { sed: 1 } as never)).toThrow(/did you mean 'seed'/);
  });
});

describe("reductions", () => {
  const table = () =>
    dtable(
      {
        x: Float64Array.from({ length: 50 }, (_, i) => i),
        s: Array.from({ length: 50 }, (_, i) => `${i % 10}`),
      },
      7,
    );

  it("put the values of each column together, init once", async () => {
    const sums = await table().reduce((a: number, b: number) => a + b, {
      columns: ["x"],
      init: 1000,
    });
    expect(sums).toEqual({ x: 1225 + 1000 });
    const all = await table().reduce((a: string | number, b: string | number) => (a > b ? a : b));
    expect(all).toEqual({ x: 49, s: "9" });
    const texts = await table().reduce((a: string, b: string) => a + b, { columns: ["s"] });
    expect(texts.s).toBe("0123456789".repeat(5));
  });

  it("put together what a function gives for each row, in their order", async () => {
    const list = await table().mapReduce(
      (row) => [row.x],
      (a, b) => [...a, ...b],
    );
    expect(list).toEqual(Array.from({ length: 50 }, (_, i) => i));
    const total = await table()
      .filter((row) => row.x < 10)
      .mapReduce(
        (row) => row.x + row.s.length,
        (a, b) => a + b,
        { init: 0.5 },
      );
    expect(total).toBe(55.5);
  });

  it("of no rows need init", async () => {
    const none = table().filter(() => false);
    expect(await none.reduce((a: number, b: number) => a + b, { columns: ["x"], init: 7 })).toEqual(
      { x: 7 },
    );
    await expect(
      none.mapReduce(
        (row) => row.x,
        (a, b) => a + b,
      ),
    ).rejects.toThrow(/mapReduce of a table without rows; say what it is then/);
    await expect(table().reduce(5 as never)).rejects.toThrow(/reduce takes a function/);
  });
});
