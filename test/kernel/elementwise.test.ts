/**
 * Functions of elements in JavaScript's meaning give what calling them gives, to the bit, whatever the dtypes; in
 * the dtypes' own meaning they round as these do.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileElementwise } from "../../src/kernel/compile.ts";
import type { ElementDType } from "../../src/kernel/ir.ts";
import { javascriptKernel, type KernelArray } from "../../src/kernel/js/javascript.ts";
import { rangeOf } from "../../src/kernel/range.ts";
import { times } from "../support/counts.ts";

type ElementFunction = (...values: never[]) => number | boolean;

const CLASSES = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
  bool: Uint8Array,
};

const DTYPES = Object.keys(CLASSES) as ElementDType[];

const arrayOf = (dtype: ElementDType, values: readonly number[]): KernelArray =>
  CLASSES[dtype].from(dtype === "bool" ? values.map((x) => (x > 0 ? 1 : 0)) : values);

function apply(
  fn: ElementFunction,
  inputs: readonly (readonly [ElementDType, KernelArray])[],
  output: ElementDType,
  meaning: "javascript" | "dtype" = "javascript",
): KernelArray {
  const dtypes = inputs.map(([dtype]) => dtype);
  const { ir, captured } = compileElementwise(fn, dtypes, output, { meaning });
  const length = inputs[0]?.[1].length ?? 0;
  const out = new CLASSES[output](length);
  const args = [...inputs.map(([, array]) => array), out, ...captured];
  javascriptKernel(ir)(args, rangeOf([length]), 0, length);
  return out;
}

/** The function called for each element, and its results stored. */
function called(
  fn: ElementFunction,
  inputs: readonly (readonly [ElementDType, KernelArray])[],
  output: ElementDType,
): KernelArray {
  const length = inputs[0]?.[1].length ?? 0;
  const out = new CLASSES[output](length);
  for (let i = 0; i < length; i++) {
    const values = inputs.map(([dtype, array]) => (dtype === "bool" ? array[i] === 1 : array[i]));
    const value = fn(...(values as never[]));
    // NaN is not zero.
    out[i] = output === "bool" ? Number(Number(value) !== 0) : Number(value);
  }
  return out;
}

const k = 2.5;
const sign = -1;

/** Each with one or two parameters. */
const FUNCTIONS: readonly ElementFunction[] = [
  (x: number) => x * 2,
  (x: number) => (x + 3) / 2,
  (x: number, y: number) => x * 2 + y,
  (x: number, y: number) => x / y,
  (x: number, y: number) => x % y,
  (x: number) => x * k + sign,
  (x: number) => -x,
  (x: number) => Math.abs(x) - Math.sign(x),
  (x: number) => (x > 1 ? x : 1 / x),
  (x: number, y: number) => x > y,
  (x: number, y: number) => (x <= y && x >= y) || x < -y,
  (x: number, y: number) => Math.max(x, y) - Math.min(x, y, 0),
  (x: number) => Math.floor(x / 3) + Math.ceil(x / 7) + Math.round(x / 2) + Math.trunc(x / 5),
  (x: number, y: number) => (x / y) | 0,
  (x: number, y: number) => (x + y) | 0,
  (x: number, y: number) => (x - y + x) >>> 0,
  (x: number, y: number) => ((x + y) * (x - y)) | 0,
  (x: number, y: number) => Math.imul(x, y) ^ (x & y),
  (x: number) => ~x + (x << 3) + (x >> 1) + (x >>> 2),
  (x: number) => x * x * x,
  (x: number) => {
    if (x < 0) return 0;
    return Math.sqrt(x);
  },
  (x: number, y: number) => {
    let s = 0;
    for (let j = 0; j < 5; j++) {
      if (j > y) break;
      s += x * j;
    }
    return s;
  },
  (x: number, y: number) => {
    const t = [x, y, x + y];
    let s = 0.5;
    for (let j = 0; j < t.length; j++) s = s * 0.5 + (t[j] as number);
    return s;
  },
  (x: number) => Math.exp(x / 1e9) + Math.sin(x) * Math.log1p(Math.abs(x)),
  (x: number, y: number) => Math.hypot(x, y) + Math.atan2(x, y),
  (x: number) => Math.fround(x * 0.1) * 3,
  (x: number) => (x ? 1 : 2) + (!x ? 10 : 20),
  (x: number, y: number) => (x && y) || 7,
  (x: number) => Number.isInteger(x) && Number.isFinite(x) && !Number.isNaN(x),
];

const value = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 5e-324),
);

describe("in JavaScript's meaning", () => {
  it.each(FUNCTIONS.map((fn) => [String(fn).replace(/\s+/g, " ").slice(0, 60), fn] as const))(
    "%s gives what calling it gives",
    (_, fn) => {
      const dtype = fc.constantFrom(...DTYPES);
      const values = fc.array(value, { minLength: 1, maxLength: 20 });
      fc.assert(
        fc.property(dtype, dtype, dtype, values, values, (a, b, out, xs, ys) => {
          const y = arrayOf(
            b,
            xs.map((_x, i) => ys[i % ys.length] as number),
          );
          const inputs = [[a, arrayOf(a, xs)] as const, [b, y] as const].slice(0, fn.length);
          expect(apply(fn, inputs, out)).toEqual(called(fn, inputs, out));
        }),
        { numRuns: times(5_000), seed: 7 },
      );
    },
  );

  it("rounds only when it stores", () => {
    const x: KernelArray = Float32Array.of(0.1, 16_777_216);
    const out = apply((v: number) => (v + 1e-9 - v) * 1e9, [["f32", x]], "f64");
    expect([...out]).toEqual([...x].map((v) => (v + 1e-9 - v) * 1e9));
  });

  it("does not wrap integers", () => {
    const x = Int32Array.of(2 ** 31 - 1);
    expect([...apply((v: number) => v + v, [["i32", x]], "f64")]).toEqual([2 ** 32 - 2]);
  });

  it("keeps -0 and the remainder by zero", () => {
    const x = Int32Array.of(-4, 3);
    expect([...apply((v: number) => v % 2, [["i32", x]], "f64")]).toEqual([-0, 1]);
    expect([...apply((v: number) => v % 0, [["i32", x]], "f64")]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("in the dtypes' meaning", () => {
  it("rounds every operation of f32", () => {
    const x = Float32Array.of(0.1, 16_777_216, 1 / 3);
    const out = apply((v: number) => (v + 1) * 0.1 - v, [["f32", x]], "f32", "dtype");
    const { fround } = Math;
    expect([...out]).toEqual([...x].map((v) => fround(fround(fround(v + 1) * fround(0.1)) - v)));
  });

  it("wraps integers", () => {
    const x = Int32Array.of(2 ** 31 - 1, -(2 ** 31));
    expect([...apply((v: number) => v + 1, [["i32", x]], "i32", "dtype")]).toEqual([
      -(2 ** 31),
      -(2 ** 31) + 1,
    ]);
    const u = Uint32Array.of(0, 5);
    expect([...apply((v: number) => v - 1, [["u32", u]], "u32", "dtype")]).toEqual([
      2 ** 32 - 1,
      4,
    ]);
  });

  it("computes in f64 where an array or the result is f64", () => {
    const x = Int32Array.of(1, 2);
    expect([...apply((v: number) => v / 3, [["i32", x]], "f64", "dtype")]).toEqual([1 / 3, 2 / 3]);
    const out = apply((v: number) => v / 3, [["i32", x]], "f32", "dtype");
    expect([...out]).toEqual([Math.fround(1 / 3), Math.fround(2 / 3)]);
  });
});
