import {
  AutoBlocks,
  Blocks,
  type Cluster,
  choice,
  collect,
  type DArray,
  type NDArray,
  permutation,
  rand,
  start,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { times } from "../../support/counts.ts";
import { expectSame } from "./support.ts";

describe.each([
  { threads: 1, workers: 0 },
  { threads: 2, workers: 2 },
])("on $workers further workers of $threads threads", ({ threads, workers }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads, workers });
  });
  afterAll(() => cluster.close());

  it("orders all numbers at random, the same for a seed however they are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.integer({ min: 1, max: 70 }),
        fc.maxSafeNat(),
        async (n, length, seed) => {
          const local = permutation(n, { seed });
          expect([...local].toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: n }, (_, i) => i),
          );
          await expectSame(permutation(Blocks(length), n, { seed }), local);
        },
      ),
      { numRuns: times(1000), seed: 1 },
    );
  });

  it("chooses the same for a seed however it is cut, with and without replacement", async () => {
    const anyChoice = fc.record({
      n: fc.integer({ min: 1, max: 40 }),
      length: fc.integer({ min: 1, max: 50 }),
      seed: fc.maxSafeNat(),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(anyChoice, async ({ n, length, seed, part }) => {
        const size = Math.round(part * n);
        const blocks = Blocks(length);
        const different = choice(n, [size], { replace: false, seed });
        expect(new Set(different).size).toBe(size);
        expect([...different].every((at) => at >= 0 && at < n)).toBe(true);
        await expectSame(choice(blocks, n, [size], { replace: false, seed }), different);
        await expectSame(choice(blocks, n, [size], { seed }), choice(n, [size], { seed }));
        const weights = rand([n], { seed: 1 });
        await expectSame(
          choice(blocks, n, [size], { weights, seed }),
          choice(n, [size], { weights, seed }),
        );
      }),
      { numRuns: times(1000), seed: 2 },
    );
  });
});

describe("distributions", () => {
  /** Σ (count − expected)² / expected. */
  const square = (counts: readonly number[], expected: readonly number[]): number =>
    counts.reduce((sum, count, i) => {
      const wanted = expected[i] as number;
      return sum + (wanted === 0 ? count * 1e9 : (count - wanted) ** 2 / wanted);
    }, 0);

  it("each order of three is equally likely", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = [...permutation(3, { seed })].join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    // Beyond this once in 10^6 samples (5 degrees of freedom); the seeds are fixed.
    expect(square([...counts.values()], new Array(6).fill(1000))).toBeLessThan(35.9);
  });

  it("positions come as often as their weights say, and never where these are 0", () => {
    const weights = [0, 1, 2, 0, 5, 0];
    const counts = new Array<number>(6).fill(0);
    for (const at of choice(6, [80_000], { weights, seed: 3 })) (counts[at] as number)++;
    expect(square(counts, [0, 10_000, 20_000, 0, 50_000, 0])).toBeLessThan(27.6);
  });
});

it("keeps shapes and types", async () => {
  const some = choice(9, [2, 3], { seed: 1 });
  expectTypeOf(some).toEqualTypeOf<NDArray<"i32">>();
  expect(some.shape).toEqual([2, 3]);
  expect(choice(9, [2, 3], { replace: false, seed: 1 }).shape).toEqual([2, 3]);
  const cut = choice(AutoBlocks(), 9, [4], { replace: false, seed: 1 });
  expectTypeOf(cut).toEqualTypeOf<DArray<"i32">>();
  expect((await collect(cut)).shape).toEqual([4]);
  expect([...permutation(0)]).toEqual([]);
  expect([...choice(0, [0])]).toEqual([]);
});

it("refuses what has no meaning", () => {
  expect(() => permutation(-1)).toThrow("an integer from 0 to 2^31");
  expect(() => permutation(3, { sed: 1 } as object)).toThrow("seed");
  expect(() => choice(0, [1])).toThrow("nothing to choose from");
  expect(() => choice(3, [4], { replace: false })).toThrow("choice of 4 different ones of 3");
  expect(() => choice(3, [1], { weights: [1, 2] })).toThrow("weights are 3 numbers from 0");
  expect(() => choice(3, [1], { weights: [1, -1, 2] })).toThrow("weights are 3 numbers from 0");
  expect(() => choice(2, [1], { weights: [0, 0] })).toThrow("not all of them 0");
  expect(() => choice(2, [1], { weights: [1, 1], replace: false })).toThrow(
    "leave one of them out",
  );
  expect(() => choice(Blocks(1, 1), 4, [2, 2], { replace: false })).toThrow("use [4]");
});
