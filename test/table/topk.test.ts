/** The first rows in an order, against sorting all of them. */

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

const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 5 });

describe("topk", () => {
  it("gives what sorting all rows gives first", async () => {
    const anyRow = fc.tuple(
      orNull(fc.constantFrom(1, 2, Number.NaN, -0)),
      orNull(fc.constantFrom("a", "b", "")),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 60 }),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 0, max: 70 }),
        fc.boolean(),
        fc.constantFrom("first", "last"),
        async (rows, size, count, descending, nulls) => {
          const dt = dtable(
            {
              x: rows.map(([x]) => x),
              s: rows.map(([, s]) => s),
              i: rows.map((_, i) => i),
            },
            size,
          );
          const options = { descending, nulls } as const;
          const top = await dt.topk(count, ["x", "s"], options).toRows();
          const all = await dt.sort(["x", "s"], options).toRows();
          expect(top).toEqual(all.slice(0, count));
        },
      ),
      { numRuns: times(1000), seed: 5 },
    );
  });

  it("is of the greatest unless told otherwise, and is refused where it makes no sense", async () => {
    const dt = dtable({ a: [3, 1, null, 2] }, 2);
    expect(await dt.topk(2, "a").toRows()).toEqual([{ a: 3 }, { a: 2 }]);
    expect(await dt.topk(2, "a", { descending: false }).toRows()).toEqual([{ a: 1 }, { a: 2 }]);
    expect(() => dt.topk(-1, "a")).toThrow("topk(-1): give a number of rows");
    await expect(dt.topk(1, "b" as never).toRows()).rejects.toThrow("there is no column 'b'");
  });
});
