import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exponential, randint } from "../../src/array/functions.ts";
import { fillExponential } from "../../src/array/random/exponential.ts";
import { fillIntegers } from "../../src/array/random/integers.ts";
import { philox, type Words4, wordsOf } from "../../src/array/random/philox.ts";
import { wholeRegion } from "../../src/array/region.ts";

/** The method in whole numbers of any size: the upper half of word times length, drawn again where it must be. */
function reference(seed: number, index: number, low: number, high: number): number {
  const length = BigInt(high - low);
  const favoured = 2n ** 32n % length;
  const [a, b] = wordsOf(Math.floor(index / 4));
  const words = [philox([a, b, 0, 2] as Words4, wordsOf(seed))[index % 4] as number];
  const [c, d] = wordsOf(index);
  for (let attempt = 1; ; attempt++) {
    for (const word of words) {
      const product = BigInt(word) * length;
      if (BigInt.asUintN(32, product) >= favoured) return low + Number(product >> 32n);
    }
    words.splice(0, words.length, ...philox([c, d, attempt, 2], wordsOf(seed)));
  }
}

/** Ranges of which many, some and no words must be drawn again. */
const anyRange = fc
  .tuple(
    fc.oneof(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
    fc.oneof(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 2 ** 31 - 3, max: 2 ** 31 + 3 }),
      fc.integer({ min: 2 ** 32 - 3, max: 2 ** 32 }),
    ),
  )
  .map(([low, length]) => [low, low + length] as const);

describe("random integers", () => {
  test("are the upper halves of products, without favour", () => {
    fc.assert(
      fc.property(anyRange, fc.maxSafeNat(), fc.integer({ min: 1, max: 40 }), (range, seed, n) => {
        const [low, high] = range;
        const made = [...randint([n], low, high, { dtype: "f64", seed })];
        expect(made).toEqual(made.map((_, index) => reference(seed, index, low, high)));
      }),
    );
  });

  test("of any region are those of the whole array", () => {
    const filling = { seed: 9, low: -5, high: 2 ** 31 + 7 };
    const all = new Float64Array(8 * 9);
    fillIntegers(all, filling, [8, 9], wholeRegion([8, 9]));
    fc.assert(
      fc.property(fc.nat(8), fc.nat(9), fc.nat(8), fc.nat(9), (row, column, rows, columns) => {
        const shape = [Math.min(rows, 8 - row), Math.min(columns, 9 - column)] as const;
        const out = new Float64Array(shape[0] * shape[1]);
        fillIntegers(out, filling, [8, 9], { start: [row, column], shape });
        const at = (i: number) =>
          all[(row + Math.floor(i / shape[1])) * 9 + column + (i % shape[1])];
        expect([...out]).toEqual([...out].map((_, i) => at(i)));
      }),
    );
  });

  test("are equally likely", () => {
    const counts = new Array<number>(6).fill(0);
    const n = 600_000;
    for (const x of randint([n], 1, 7, { seed: 4 })) (counts[x - 1] as number)++;
    const expected = n / 6;
    const square = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // Beyond this once in 10^6 samples (5 degrees of freedom); the seed is fixed.
    expect(square).toBeLessThan(35.9);
  });

  test.each([
    ["i32", -(2 ** 31), 2 ** 31],
    ["u32", 0, 2 ** 32],
    ["i16", -(2 ** 15), 2 ** 15],
    ["u16", 0, 2 ** 16],
    ["i8", -128, 128],
    ["u8", 0, 256],
    ["f32", -(2 ** 24), 2 ** 24],
  ] as const)("fill the whole range of %s, and not more", (dtype, low, high) => {
    const sample = randint([2000], low, high, { dtype, seed: 1 });
    expect(sample.dtype).toBe(dtype);
    const wide = randint([2000], low, high, { dtype: "f64", seed: 1 });
    expect([...sample]).toEqual([...wide]);
    expect(() => randint([1], low, high + 2, { dtype })).toThrow(/dtype|2\^32/);
    expect(() => randint([1], low - 1, low + 1, { dtype })).toThrow(`dtype ${dtype} holds ${low}`);
  });

  test("are refused where there are none", () => {
    expect(() => randint([1], 3, 3)).toThrow("give two integers, the lower one first");
    expect(() => randint([1], 0.5, 3)).toThrow("randint from 0.5 to before 3");
    expect(() => randint([1], 0, 2 ** 33, { dtype: "f64" })).toThrow("more than 2^32 numbers");
    expect(() => randint([1], 0, 2, { dtype: "bool" })).toThrow("use a dtype of numbers, not bool");
    expect(() => randint([1], 0, 2, { sed: 1 } as object)).toThrow("seed");
    expect([...randint([0], 0, 2)]).toEqual([]);
  });
});

describe("exponential numbers", () => {
  test.each(["f64", "f32"] as const)("have their distribution: %s", (dtype) => {
    const n = 200_000;
    const sample = [...exponential([n], { dtype, scale: 2.5, seed: 6 })].toSorted((a, b) => a - b);
    const distance = sample.reduce((most, x, i) => {
      const p = 1 - Math.exp(-x / 2.5);
      return Math.max(most, Math.abs(p - i / n), Math.abs(p - (i + 1) / n));
    }, 0);
    // A true distribution exceeds this in about one of 10^6 samples; the seed is fixed.
    expect(distance).toBeLessThan(2.7 / Math.sqrt(n));
    expect(sample[0]).toBeGreaterThanOrEqual(0);
  });

  test("of any region are those of the whole array", () => {
    const all = new Float64Array(60);
    fillExponential(all, { seed: 3, scale: 1 }, [60], wholeRegion([60]));
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), (start, length) => {
        const out = new Float64Array(Math.min(length, 60 - start));
        fillExponential(out, { seed: 3, scale: 1 }, [60], { start: [start], shape: [out.length] });
        expect(out).toEqual(all.slice(start, start + out.length));
      }),
    );
  });

  test("are refused where they have no meaning", () => {
    expect(() => exponential([1], { scale: 0 })).toThrow("the mean is a number above 0");
    expect(() => exponential([1], { scale: Number.NaN })).toThrow("scale NaN");
    expect(() => exponential([1], { dtype: "i32" as "f32" })).toThrow("f64 or f32, not i32");
  });
});
