/** `describe`: what the values of columns are like. */

import { type Cluster, start } from "bodkin";
import { dtable } from "bodkin/table";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { times } from "../support/counts.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const nothing = { mean: null, std: null, min: null, q25: null, median: null, q75: null, max: null };

describe("describe", () => {
  it("tells of numbers, strings and nulls", async () => {
    const dt = dtable(
      {
        a: Int32Array.of(4, 1, 3, 2),
        b: ["x", null, "y", "x"],
        c: [null, 2.5, null, null],
        d: BigInt64Array.of(10n, 20n, 30n, 41n),
      },
      3,
    );
    const [a, b, c, d] = await dt.describe().toRows();
    expect(a).toEqual({
      ...{
        column: "a",
        type: "i32",
        count: 4,
        nulls: 0,
        mean: 2.5,
        std: expect.closeTo(1.2909944),
      },
      ...{ min: 1, q25: 1.75, median: 2.5, q75: 3.25, max: 4 },
    });
    expect(b).toEqual({ column: "b", type: "dictionary", count: 3, nulls: 1, ...nothing });
    const same = { mean: 2.5, min: 2.5, q25: 2.5, median: 2.5, q75: 2.5, max: 2.5 };
    expect(c).toEqual({ column: "c", type: "f64", count: 1, nulls: 3, ...same, std: null });
    expect(d).toMatchObject({ type: "i64", mean: 25.25, min: 10, median: 25, max: 41 });
  });

  it("tells of tables without rows, and without columns", async () => {
    expect(await dtable({ a: new Float64Array() }).describe().toRows()).toEqual([
      { column: "a", type: "f64", count: 0, nulls: 0, ...nothing },
    ]);
    expect(await dtable({}).describe().toRows()).toEqual([]);
  });

  it("equals what plain JavaScript finds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.integer({ min: 1, max: 9 }),
        async (values, size) => {
          const [row] = await dtable({ v: values }, size).describe().toRows();
          const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
          const n = sorted.length;
          expect(row).toMatchObject({ count: n, nulls: values.length - n });
          if (n === 0) {
            expect(row).toMatchObject(nothing);
            return;
          }
          const mean = sorted.reduce((a, b) => a + b, 0) / n;
          const at = (q: number) => {
            const [low, part] = [Math.floor(q * (n - 1)), (q * (n - 1)) % 1];
            return sorted[low]! + (part > 0 ? part * (sorted[low + 1]! - sorted[low]!) : 0);
          };
          expect(row!.mean).toBeCloseTo(mean, 6);
          expect([row!.min, row!.q25, row!.median, row!.q75, row!.max]).toEqual(
            [0, 0.25, 0.5, 0.75, 1].map((q) => expect.closeTo(at(q), 6)),
          );
        },
      ),
      { numRuns: times(600), seed: 5 },
    );
  });
});
