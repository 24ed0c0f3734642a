/** WGSL on a real driver: accuracy of operations and functions, ranges with many groups, and what it refuses. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileElementwise, compileKernel } from "../../src/kernel/compile.ts";
import { globalIndex } from "../../src/kernel/intrinsics.ts";
import { rangeOf } from "../../src/kernel/range.ts";
import { dispatchSize, toWgsl } from "../../src/kernel/wgsl/wgsl.ts";
import type { Kernel } from "./support/cases.ts";
import { runWgsl } from "./support/run-wgsl.ts";

const f32 = { kind: "array", dtype: "f32" } as const;
const f64 = { kind: "array", dtype: "f64" } as const;

type ElementFunction = (...values: number[]) => number;

/** The function of each element, computed on the device. */
async function run(fn: ElementFunction, ...inputs: Float32Array[]): Promise<Float32Array> {
  const n = inputs[0]?.length ?? 0;
  const out = new Float32Array(n);
  const { ir } = compileElementwise(
    fn,
    inputs.map(() => "f32"),
    "f32",
    { meaning: "dtype" },
  );
  await runWgsl(ir, [...inputs, out], rangeOf([n]));
  return out;
}

/** The distance of neighbouring f32 numbers around a value. */
const ulp = (x: number): number =>
  2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x) || 1e-45))) - 23);

const spread = (n: number, low: number, high: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => low + ((high - low) * ((i * 7919) % n)) / (n - 1));

const scattered = (n: number, seed: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => {
    const bits = Math.imul(i * 2 + seed, 0x9e3779b1);
    return ((bits & 0xffffff) / 2 ** 23 - 1) * 2 ** (((bits >>> 24) % 40) - 20);
  });

describe("operations of f32", () => {
  const operations: readonly [string, ElementFunction, ulps: number][] = [
    ["+", (a: number, b: number) => a + b, 1],
    ["-", (a: number, b: number) => a - b, 1],
    ["*", (a: number, b: number) => a * b, 1],
    ["/", (a: number, b: number) => a / b, 2.5],
  ];

  it.each(operations)("%s is within its bound", async (_, fn, ulps) => {
    const [a, b] = [scattered(2000, 1), scattered(2000, 7).map((x) => x || 1)];
    const out = await run(fn, a, b);
    out.forEach((x, i) => {
      const wanted = fn(a[i] as number, b[i] as number);
      expect(Math.abs(x - wanted)).toBeLessThanOrEqual(ulps * ulp(wanted));
    });
  });
});

describe("functions", () => {
  /** The largest error that the WGSL specification allows at `x`, where the exact result is `y`. */
  type Bound = (x: number, y: number) => number;
  const ulps =
    (n: number): Bound =>
    (_, y) =>
      n * ulp(y);
  const absolute =
    (e: number): Bound =>
    () =>
      e;
  const ofExp: Bound = (x, y) => (3 + 2 * Math.abs(x)) * ulp(y);
  const ofLog: Bound = (x, y) => (x >= 0.5 && x <= 2 ? 2 ** -21 : 3 * ulp(y));

  const functions: readonly [string, ElementFunction, low: number, high: number, Bound][] = [
    ["floor", (x: number) => Math.floor(x), -100, 100, ulps(0)],
    ["round", (x: number) => Math.round(x), -100, 100, ulps(0)],
    ["trunc", (x: number) => Math.trunc(x), -100, 100, ulps(0)],
    ["sqrt", (x: number) => Math.sqrt(x), 0.001, 1000, ulps(4)],
    ["cbrt", (x: number) => Math.cbrt(x), -1000, 1000, ulps(8)],
    ["exp", (x: number) => Math.exp(x), -80, 80, ofExp],
    ["expm1", (x: number) => Math.expm1(x), -3, 3, (x, y) => 8 * ulp(y) + ofExp(x, Math.exp(x))],
    ["log", (x: number) => Math.log(x), 0.001, 1000, ofLog],
    ["log2", (x: number) => Math.log2(x), 0.001, 1000, ofLog],
    ["log10", (x: number) => Math.log10(x), 0.001, 1000, (x, y) => ofLog(x, y) + 2 * ulp(y)],
    ["log1p", (x: number) => Math.log1p(x), -0.9, 20, (x, y) => ofLog(1 + x, y) + 8 * ulp(y)],
    ["sin", (x: number) => Math.sin(x), -3.14, 3.14, absolute(2 ** -11)],
    ["cos", (x: number) => Math.cos(x), -3.14, 3.14, absolute(2 ** -11)],
    ["tan", (x: number) => Math.tan(x), -1, 1, absolute(2 ** -8)],
    ["asin", (x: number) => Math.asin(x), -1, 1, absolute(1e-3)],
    ["acos", (x: number) => Math.acos(x), -1, 1, absolute(1e-3)],
    ["atan", (x: number) => Math.atan(x), -50, 50, ulps(4096)],
    ["sinh", (x: number) => Math.sinh(x), -8, 8, (x) => 4 * ofExp(x, Math.cosh(x))],
    ["cosh", (x: number) => Math.cosh(x), -8, 8, (x, y) => 4 * ofExp(x, y)],
    ["tanh", (x: number) => Math.tanh(x), -50, 50, absolute(1e-4)],
    ["asinh", (x: number) => Math.asinh(x), -20, 20, absolute(1e-4)],
    ["acosh", (x: number) => Math.acosh(x), 1.1, 100, absolute(1e-4)],
    ["atanh", (x: number) => Math.atanh(x), -0.95, 0.95, absolute(1e-4)],
  ];

  it.each(functions)("%s is within the bound of WGSL", async (name, fn, low, high, bound) => {
    const inputs = spread(500, low, high);
    const out = await run(fn, inputs);
    out.forEach((y, i) => {
      const x = inputs[i] as number;
      const wanted = fn(x);
      const error = Math.abs(y - wanted);
      const allowed = bound(x, wanted) + ulp(wanted) / 2;
      expect(error <= allowed, `${name}(${x}) gave ${y}, not ${wanted}`).toBe(true);
    });
  });

  it("keep their special values", async () => {
    const x = Float32Array.of(-0.5, Number.NaN, 100, -100, 0, Number.POSITIVE_INFINITY);
    const flags = (a: number): number =>
      (Number.isNaN(a) ? 1 : 0) +
      (Number.isNaN(a ** 2.5) ? 2 : 0) +
      (Math.tanh(a) === 1 ? 4 : 0) +
      (Math.tanh(a) === -1 ? 8 : 0) +
      (Number.isFinite(a) ? 16 : 0) +
      (Number.isNaN(Math.min(a, 3)) ? 32 : 0);
    expect([...(await run(flags, x))]).toEqual([...x].map(flags));
  });
});

describe("ranges", () => {
  it("of more than 65 535 groups run every item once", async () => {
    const n = 70_001;
    const out = new Int32Array(n);
    const kernel: Kernel = (O) => {
      const i = globalIndex();
      O[i] += i;
    };
    const { ir } = compileKernel(kernel, [{ kind: "array", dtype: "i32" }]);
    await runWgsl(ir, [out], rangeOf([n], [1]));
    expect(out.every((x, i) => x === i)).toBe(true);
  });

  it("are dispatched within the limits, without a row too many", () => {
    const size = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 256 }), (n, group) => {
        const range = rangeOf([n], [group]);
        const [x, y, z] = dispatchSize(range);
        expect(x * y * z).toBeGreaterThanOrEqual(range.groupCount);
        expect(x * y - range.groupCount).toBeLessThan(Math.max(1, y));
        if (range.groupCount <= 65_535 ** 2) expect(Math.max(x, y, z)).toBeLessThanOrEqual(65_535);
      }),
      { seed: 5 },
    );
  });

  it("must be one to three whole numbers below 2^31 in all", () => {
    for (const size of [[], [1, 2, 3, 4], [-1], [1.5], [2 ** 31], [65_536, 65_536]]) {
      expect(() => rangeOf(size)).toThrow(/give one to three whole numbers from 0/);
    }
    expect(() => rangeOf([4], [0])).toThrow(/group of a kernel.*from 1/);
    expect(() => rangeOf([4, 4], [2])).toThrow(/2 axes.*has 1; give both the same number/);
  });
});

describe("f64", () => {
  it("is refused with the ways out", () => {
    const kernel: Kernel = (O, A) => {
      O[globalIndex()] = A[globalIndex()];
    };
    const { ir } = compileKernel(kernel, [f64, f64]);
    expect(() => toWgsl(ir, [64, 1, 1])).toThrow(
      /computes with f64.*f64: "downcast".*astype\("f32"\).*CPU/,
    );
    expect(() => toWgsl(compileKernel(kernel, [f32, f32]).ir, [64, 1, 1])).not.toThrow();
  });
});
