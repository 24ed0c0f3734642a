/** The verbs of folds give what plain loops give, however the elements are cut. */

import { Blocks, type Cluster, distribute, folds, rand, range, start } from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { times } from "../support/counts.ts";

const number = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noDefaultInfinity: true, noNaN: true, min: -1e6, max: 1e6 }),
);
const anyNumbers = fc.array(number, { maxLength: 40 });
const isLarge = (x: number) => x > 2;

describe.each([
  { threads: 1, workers: 0 },
  { threads: 3, workers: 0 },
  { threads: 1, workers: 2 },
])("on $workers further workers of $threads threads", ({ threads, workers }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads, workers });
  });
  afterAll(() => cluster.close());

  it("are those of the elements in a row", async () => {
    await fc.assert(
      fc.asyncProperty(anyNumbers, fc.integer({ min: 1, max: 41 }), async (xs, size) => {
        const XS = distribute(Float64Array.from(xs), Blocks(size));
        const at = (place: number) => (place < 0 ? undefined : place);
        expect(await folds.count(isLarge, XS)).toBe(xs.filter(isLarge).length);
        expect(await folds.any(isLarge, XS)).toBe(xs.some(isLarge));
        expect(await folds.all(isLarge, XS)).toBe(xs.every(isLarge));
        expect(await folds.findFirst(isLarge, XS)).toBe(at(xs.findIndex(isLarge)));
        expect(await folds.findLast(isLarge, XS)).toBe(at(xs.findLastIndex(isLarge)));
        expect(await folds.findAll(isLarge, XS)).toEqual(
          xs.flatMap((x, i) => (isLarge(x) ? [i] : [])),
        );
        expect(await folds.isSorted(XS)).toBe(
          xs.every((x, i) => i === 0 || x >= (xs[i - 1] as number)),
        );
        // Not of a set, which makes 0 of −0.
        expect(await folds.unique(XS)).toEqual(xs.filter((x, i) => xs.indexOf(x) === i));
        const floor = (x: number) => Math.floor(x);
        expect(await folds.unique(floor, XS)).toEqual(
          xs.filter((x, i) => xs.findIndex((y) => floor(y) === floor(x)) === i),
        );
        expect(await folds.set(XS)).toEqual(new Set(xs));
        expect(await folds.dict((x: number) => [x > 0, x] as const, XS)).toEqual(
          new Map(xs.map((x) => [x > 0, x])),
        );
        expect(await folds.map((x) => x * 2, XS)).toEqual(xs.map((x) => x * 2));
        expect(await folds.collect(XS)).toEqual(xs);
        expect(
          await folds.mapReduce(
            (x) => String(x),
            (a, b) => `${a} ${b}`,
            XS,
            { init: ">" },
          ),
        ).toBe([">", ...xs].join(" "));
        expect(await folds.accumulate((a, b) => Math.max(a, b), XS)).toEqual(
          xs.map((_, i) => Math.max(...xs.slice(0, i + 1))),
        );
        if (xs.length === 0) return;
        expect(await folds.max(XS)).toBe(Math.max(...xs));
        expect(await folds.min(XS)).toBe(Math.min(...xs));
        expect(await folds.extrema(XS)).toEqual([Math.min(...xs), Math.max(...xs)]);
        expect(await folds.argMax(XS)).toBe(xs.indexOf(Math.max(...xs)));
        expect(await folds.argMin(XS)).toBe(xs.indexOf(Math.min(...xs)));
        expect(await folds.findMax((x) => -x, XS)).toEqual([
          -Math.min(...xs),
          xs.indexOf(Math.min(...xs)),
        ]);
        expect(await folds.reduce((a, b) => Math.max(a, b), XS)).toBe(Math.max(...xs));
      }),
      { numRuns: times(2000), seed: 1 },
    );
  });

  it("of integers are exact, and scans too", async () => {
    const integers = fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(integers, fc.integer({ min: 1, max: 41 }), async (xs, size) => {
        const XS = distribute(Float64Array.from(xs), Blocks(size));
        const sums = xs.map((_, i) => xs.slice(0, i + 1).reduce((a, b) => a + b, 0));
        const products = xs.map((_, i) => xs.slice(0, i + 1).reduce((a, b) => a * b, 1) + 0);
        expect(await folds.sum(XS)).toBe(sums.at(-1) ?? 0);
        expect((await folds.prod(XS)) + 0).toBe(products.at(-1) ?? 1);
        expect(await folds.cumsum(XS)).toEqual(sums);
        expect((await folds.cumprod(XS)).map((x) => x + 0)).toEqual(products);
        const joined = (a: string, b: string) => a + b;
        const letters = xs.map((x) => String.fromCharCode(100 + x));
        expect(await folds.scan(joined, letters, { init: "-" })).toEqual(
          letters.map((_, i) => `-${letters.slice(0, i + 1).join("")}`),
        );
      }),
      { numRuns: times(2000), seed: 2 },
    );
  });

  it("visit every element once", async () => {
    const seen = distribute(new Int32Array(100), Blocks(7));
    await folds.forEach((x) => {
      expectTypeOf(x).toEqualTypeOf<number>();
      if (x !== 0) throw new Error(`${x}`);
    }, seen);
    expect(await folds.count(() => true, range(12_345))).toBe(12_345);
  });
});

describe("verbs", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  it("sum floating numbers alike on every run, as exact as pairs", async () => {
    const xs = rand(Blocks(1000), [50_000], { seed: 1 });
    const sums = await Promise.all(Array.from({ length: 5 }, () => folds.sum(xs)));
    expect(new Set(sums).size).toBe(1);
    expect(await folds.sum(xs)).toBeCloseTo(await xs.sum(), 9);
  });

  it("take NaN for the largest and the smallest, so that it is not lost", async () => {
    const xs = distribute([3, Number.NaN, 5], Blocks(1));
    expect(await folds.max(xs)).toBeNaN();
    expect(await folds.min(xs)).toBeNaN();
    expect(await folds.argMax(xs)).toBe(1);
    expect(await folds.argMin(xs)).toBe(1);
  });

  it("sum what is no plain number", async () => {
    expect(await folds.sum([1n, 2n ** 70n])).toBe(2n ** 70n + 1n);
    expect(await folds.sum([true, false, true])).toBe(2);
    expect(
      await folds.prod([
        { re: 0, im: 1 },
        { re: 0, im: 1 },
      ]),
    ).toEqual({ re: -1, im: 0 });
    await expect(folds.sum(["a"] as never)).rejects.toThrow("sum takes numbers, not string a");
    await expect(folds.sum([1n, 2] as never)).rejects.toThrow("big integers do not go with");
  });

  it("have no value of nothing, unless there is one to begin with", async () => {
    const nothing = distribute(new Float64Array(0), Blocks(4));
    for (const empty of [nothing, [], range(0)]) {
      expect(await folds.sum(empty)).toBe(0);
      expect(await folds.prod(empty)).toBe(1);
      expect(await folds.collect(empty)).toEqual([]);
      await expect(folds.max(empty)).rejects.toMatchObject({ code: "EMPTY_RESULT" });
      await expect(folds.argMin(empty)).rejects.toThrow("argMin of no elements has no value");
      await expect(folds.reduce((a) => a, empty)).rejects.toThrow("give one to begin with");
      expect(await folds.reduce((a) => a, empty, { init: 3 })).toBe(3);
    }
  });

  it("are refused where their arguments are wrong", async () => {
    const refused = (call: () => unknown, message: string) =>
      expect((async () => call())()).rejects.toThrow(message);
    await refused(
      () => folds.reduce(3 as never, [1]),
      "folds.reduce(fn, xs) takes a function first",
    );
    await refused(() => folds.count(5 as never), "folds.count takes an array, a range");
    await refused(() => folds.count([1], { basesise: 3 } as never), "'basesize'");
    await refused(() => folds.argMax([1], { basesize: 0 }), "basesize 0 is no number of elements");
  });
});
