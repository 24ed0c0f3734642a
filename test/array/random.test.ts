import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate } from "../../src/array/element.ts";
import { rand, randn } from "../../src/array/functions.ts";
import type { Region } from "../../src/array/grid.ts";
import { fillNormal } from "../../src/array/random/normal.ts";
import { PhiloxWords, philox, type Words4 } from "../../src/array/random/philox.ts";
import { fillUniform } from "../../src/array/random/uniform.ts";
import { wholeRegion } from "../../src/array/region.ts";
import { type Shape, sizeOf } from "../../src/array/shape.ts";
import { indicesOf } from "./helpers.ts";

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("Philox4x32-10", () => {
  // The vectors published with Random123 (kat_vectors).
  test.each<[string, string, string]>([
    [
      "00000000 00000000 00000000 00000000",
      "00000000 00000000",
      "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ],
    [
      "ffffffff ffffffff ffffffff ffffffff",
      "ffffffff ffffffff",
      "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ],
    [
      "243f6a88 85a308d3 13198a2e 03707344",
      "a4093822 299f31d0",
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ])("known answer for counter %s", (counter, key, answer) => {
    const words = (text: string) => text.split(" ").map((hex) => Number.parseInt(hex, 16));
    const made = philox(words(counter) as unknown as Words4, words(key) as [number, number]);
    expect([...made]).toEqual(words(answer));
  });

  test("in WebAssembly gives the same words", () => {
    const many = new PhiloxWords();
    fc.assert(
      fc.property(
        fc.oneof(fc.nat(100), fc.integer({ min: 2 ** 32 - 9, max: 2 ** 32 + 9 }), fc.maxSafeNat()),
        fc.integer({ min: 1, max: 512 }),
        fc.tuple(word, word),
        fc.tuple(word, word),
        (first, count, stream, key) => {
          many.fill(first, count, stream, key);
          for (const block of [0, count >> 1, count - 1]) {
            const at = BigInt(first) + BigInt(block);
            const low = Number(BigInt.asUintN(32, at));
            const high = Number(at >> 32n);
            expect([...many.words.subarray(4 * block, 4 * block + 4)]).toEqual([
              ...philox([low, high, ...stream], key),
            ]);
          }
        },
      ),
    );
  });
});

const anyRegion = fc
  .array(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4)), { maxLength: 4 })
  .map((axes) => ({
    whole: axes.map(([before, length, after]) => before + length + after),
    region: { start: axes.map(([before]) => before), shape: axes.map(([, length]) => length) },
  }));

describe.each([
  ["uniform", fillUniform],
  ["normal", fillNormal],
] as const)("%s numbers", (_name, fill) => {
  const make = (
    dtype: "f64" | "f32" | "c64" | "c128",
    seed: number,
    whole: Shape,
    region: Region,
  ) => {
    const out = allocate(dtype, sizeOf(region.shape));
    fill(out, dtype, seed, whole, region);
    return [...out];
  };

  test.each(["f64", "f32", "c64", "c128"] as const)(
    "of any region are those of the whole array: %s",
    (dtype) => {
      const lanes = dtype.startsWith("c") ? 2 : 1;
      fc.assert(
        fc.property(anyRegion, fc.maxSafeNat(), ({ whole, region }, seed) => {
          const all = make(dtype, seed, whole, wholeRegion(whole));
          const index = (at: readonly number[]) =>
            at.reduce(
              (sum, i, axis) => sum * (whole[axis] as number) + i + (region.start[axis] as number),
              0,
            );
          const wanted = indicesOf(region.shape).flatMap((at) =>
            all.slice(lanes * index(at), lanes * (index(at) + 1)),
          );
          expect(make(dtype, seed, whole, region)).toEqual(wanted);
        }),
      );
    },
  );

  test("far into a large array", () => {
    const whole = [2 ** 20, 2 ** 30];
    const region = { start: [2 ** 19, 2 ** 29 - 3], shape: [2, 3000] };
    const all = make("f64", 5, whole, region);
    expect(make("f64", 5, whole, { start: [2 ** 19 + 1, 2 ** 29], shape: [1, 4] })).toEqual(
      all.slice(3003, 3007),
    );
    expect(new Set(all).size).toBe(all.length);
  });

  test("differ by seed", () => {
    const of = (seed: number) => make("f64", seed, [8], wholeRegion([8]));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
    expect(of(1)).not.toEqual(of(1 + 2 ** 32));
  });
});

const N = 200_000;

/** Largest distance between the distribution of a sample and the one it should have. */
function distance(sample: readonly number[], cumulative: (x: number) => number): number {
  return sample
    .toSorted((a, b) => a - b)
    .reduce((most, x, i) => {
      const p = cumulative(x);
      return Math.max(most, Math.abs(p - i / sample.length), Math.abs(p - (i + 1) / sample.length));
    }, 0);
}

/** Of the normal distribution, by a continued fraction outside of the middle and a series within. */
function normalCumulative(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) > 4) {
    let ratio = Math.abs(x);
    for (let k = 50; k > 0; k--) ratio = Math.abs(x) + k / ratio;
    return x > 0 ? 1 - density / ratio : density / ratio;
  }
  let [term, sum] = [x, x];
  for (let k = 1; k < 60; k++) sum += term *= (x * x) / (2 * k + 1);
  return 0.5 + density * sum;
}

describe("distributions", () => {
  // A true distribution exceeds this distance in about one of 10^6 samples; the seeds are fixed.
  const limit = 2.7 / Math.sqrt(N);

  test.each(["f64", "f32"] as const)("uniform numbers: %s", (dtype) => {
    const sample = [...rand([N], { dtype, seed: 1 })];
    expect(Math.min(...sample.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(sample.every((x) => x >= 0 && x < 1)).toBe(true);
    expect(distance(sample, (x) => x)).toBeLessThan(limit);
    const bits = dtype === "f64" ? 53 : 24;
    expect(sample.every((x) => Number.isInteger(x * 2 ** bits))).toBe(true);
    expect(sample.some((x) => !Number.isInteger(x * 2 ** (bits - 1)))).toBe(true);
  });

  test.each(["f64", "f32"] as const)("normal numbers: %s", (dtype) => {
    const sample = [...randn([N], { dtype, seed: 2 })];
    expect(distance(sample, normalCumulative)).toBeLessThan(limit);
    const beyond = sample.filter((x) => Math.abs(x) > 3.6541528853610088).length;
    expect(beyond / N).toBeCloseTo(2 * normalCumulative(-3.6541528853610088), 4);
  });

  test("the tail of the normal distribution is filled", () => {
    const sample = [...randn([2_000_000], { seed: 3 })].filter((x) => Math.abs(x) > 4);
    const expected = 2_000_000 * 2 * normalCumulative(-4);
    expect(Math.abs(sample.length - expected)).toBeLessThan(5 * Math.sqrt(expected));
    expect(sample.some((x) => x > 4.5)).toBe(true);
    expect(sample.some((x) => x < -4.5)).toBe(true);
  });

  test("neighbours are not correlated", () => {
    for (const sample of [
      [...randn([N], { seed: 4 })],
      [...rand([N], { seed: 4 })].map((x) => (x - 0.5) * Math.sqrt(12)),
    ]) {
      for (const lag of [1, 2, 3, 4]) {
        const sum = sample.reduce((s, x, i) => s + x * (sample[i + lag] ?? 0), 0);
        expect(Math.abs(sum / Math.sqrt(N))).toBeLessThan(5);
      }
    }
  });

  test("complex normal numbers have variance 1", () => {
    const sample = [...randn([N], { dtype: "c128", seed: 5 })];
    const variance = sample.reduce((s, z) => s + z.re ** 2 + z.im ** 2, 0) / N;
    expect(variance).toBeCloseTo(1, 1.5);
    expect(
      distance(
        sample.map((z) => z.im * Math.SQRT2),
        normalCumulative,
      ),
    ).toBeLessThan(limit);
  });
});

test("refuses seeds and dtypes that have no meaning", () => {
  expect(() => rand([2], { seed: -1 })).toThrow("seed -1: use an integer from 0");
  expect(() => rand([2], { seed: 0.5 })).toThrow("seed 0.5");
  expect(() => rand([2], { dtype: "i32" as "f32" })).toThrow(
    "random numbers are of dtype f64, f32, c64 or c128, not i32",
  );
});

test("without a seed they differ each time", () => {
  expect([...rand([4])]).not.toEqual([...rand([4])]);
});
