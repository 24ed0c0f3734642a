/** Tables larger than the memory of their worker, and many small questions. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Cluster,
  type StorageUse,
  scope,
  spawnWith,
  start,
  storageUse,
} from "../../src/index.ts";
import { dtable } from "../../src/table/index.ts";
import { times } from "../support/counts.ts";

const MIB = 2 ** 20;
let cluster: Cluster;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bodkin-test-tables-"));
});
afterEach(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true });
});

const use = (): Promise<StorageUse> =>
  spawnWith({ scope: scope({ worker: 1 }) }, storageUse).fetch();

describe("with less memory than a table has", () => {
  const rows = 1_200_000; // 24 bytes a row: 27 MiB
  const k = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % 600_011);
  const x = Float64Array.from({ length: rows }, (_, i) => i % 11);

  beforeEach(async () => {
    cluster = await start({ threads: 2, memory: 6 * MIB, spillDir: folder });
  });

  it("groups that are as large come out right", async () => {
    const expected = new Map<number, number>();
    for (const [i, key] of k.entries())
      expected.set(key, (expected.get(key) ?? 0) + (x[i] as number));
    const made = dtable({ k, x }, 50_000).groupBy("k").agg({ x: "sum" });
    const found = await made.collect();
    expect(found.numRows).toBe(expected.size);
    const [keys, sums] = ["k", "x"].map((name) => found.getChild(name)?.toArray());
    for (let row = 0; row < found.numRows; row++)
      expect(expected.get(keys?.[row])).toBe(sums?.[row]);
    const { writes, reads, peak } = await use();
    expect(writes).toBeGreaterThan(0);
    expect(reads).toBeGreaterThan(0);
    // The bound, and what two tasks make at once of buckets of half a million rows.
    expect(peak).toBeLessThan(40 * MIB);
  });

  it("joins of two sides that are as large come out right", async () => {
    const left = dtable({ k, x }, 50_000);
    const right = dtable(
      {
        k: Int32Array.from({ length: 600_011 }, (_, i) => i),
        y: Float64Array.from({ length: 600_011 }, (_, i) => 2 * i),
      },
      50_000,
    );
    const joined = left.join(right, { on: "k" });
    const [sum] = await joined
      .map((row) => ({ one: 1, d: row.y - 2 * (row.k as number) }))
      .groupBy("one")
      .agg({ d: "sum", n: ["d", "count"], low: ["d", "min"], high: ["d", "max"] })
      .toRows();
    expect(sum).toEqual({ one: 1, d: 0, n: rows, low: 0, high: 0 });
    expect((await use()).reads).toBeGreaterThan(0);
  });

  it("sorts come out right", async () => {
    const sorted = await dtable({ k, x }, 50_000).sort("k").collect();
    const keys = sorted.getChild("k")?.toArray() as Int32Array;
    expect(keys).toEqual(k.toSorted());
  });
});

it(`${times(10_000)} questions leave nothing behind`, { timeout: 600_000 }, async () => {
  cluster = await start({ threads: 2 });
  const table = dtable({ k: ["a", "b", "a", "c"], x: [1, 2, 3, 4] }, 2);
  await table.wait();
  const ask = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const rows = await table
        .filter((row) => row.x > 1)
        .groupBy("k")
        .agg({ x: "sum" })
        .join(dtable({ k: ["a", "c"], y: [10, 20] }), { on: "k" })
        .sort("k")
        .toRows();
      expect(rows).toEqual([
        { k: "a", x: 3, y: 10 },
        { k: "c", x: 4, y: 20 },
      ]);
    }
  };
  await ask(30);
  const settled = async (): Promise<number> => {
    globalThis.gc?.();
    return (await use()).memory;
  };
  const before = await settled();
  await ask(times(10_000));
  // Handles that nobody holds are given up when they are collected.
  await expect.poll(settled, { timeout: 60_000 }).toBeLessThan(2 * before + 300_000);
});
