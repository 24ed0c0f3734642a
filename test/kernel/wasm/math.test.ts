/** Functions of `Math` within kernels: as exact as alone, and the same wherever an item stands in a range. */

import { describe, expect, test } from "vitest";
import { compileElementwise } from "../../../src/kernel/compile.ts";
import type { ElementDType } from "../../../src/kernel/ir.ts";
import { wasmKernel } from "../../../src/kernel/wasm/webassembly.ts";
import { ulp32, ulp64 } from "../math/units.ts";
import { arrayOf, firstDifference, line, runWasm, values } from "./harness.ts";

type Fn = (a: number, b: number) => number;

const FUNCTIONS: Record<string, Fn> = {
  acos: (a) => Math.acos(a),
  acosh: (a) => Math.acosh(a),
  asin: (a) => Math.asin(a),
  asinh: (a) => Math.asinh(a),
  atan: (a) => Math.atan(a),
  atan2: (a, b) => Math.atan2(a, b),
  atanh: (a) => Math.atanh(a),
  cbrt: (a) => Math.cbrt(a),
  cos: (a) => Math.cos(a),
  cosh: (a) => Math.cosh(a),
  exp: (a) => Math.exp(a),
  expm1: (a) => Math.expm1(a),
  hypot: (a, b) => Math.hypot(a, b),
  log: (a) => Math.log(a),
  log10: (a) => Math.log10(a),
  log1p: (a) => Math.log1p(a),
  log2: (a) => Math.log2(a),
  pow: (a, b) => a ** b,
  sin: (a) => Math.sin(a),
  sinh: (a) => Math.sinh(a),
  tan: (a) => Math.tan(a),
  tanh: (a) => Math.tanh(a),
};

const COUNT = 103;

/** The least exact of both: what a function may be off by, and what engines are. */
const UNITS = 4.5;

describe.each(["f64", "f32"] as const)("functions of %s", (dtype: ElementDType) => {
  const ulp = dtype === "f64" ? ulp64 : ulp32;
  const a = arrayOf(dtype, values(dtype, COUNT, 3));
  const b = arrayOf(dtype, values(dtype, COUNT, 8));
  const O = arrayOf(dtype, Array(COUNT).fill(0));

  test.each(Object.keys(FUNCTIONS))("%s", (name) => {
    const fn = FUNCTIONS[name] as Fn;
    for (const meaning of ["javascript", "dtype"] as const) {
      const { ir } = compileElementwise(fn, [dtype, dtype].slice(0, fn.length), dtype, { meaning });
      expect(wasmKernel(ir).lanes).toBeGreaterThan(1);
      const given = [...[a, b].slice(0, fn.length), O];
      const got = runWasm(ir, given, line(COUNT)).at(-1) as typeof O;
      const cut = runWasm(ir, given, line(COUNT), { cuts: [0, 1, 6, 50, COUNT] }).at(-1);
      expect(firstDifference(got, cut as typeof O)).toBe(-1);
      got.forEach((value, i) => {
        const exact = fn(a[i] as number, b[i] as number);
        const wanted = dtype === "f32" ? Math.fround(exact) : exact;
        if (Object.is(value, wanted)) return;
        const units = Math.abs(value - wanted) / ulp(wanted);
        expect(units, `${name}(${a[i]}, ${b[i]}) is ${exact}, got ${value}`).toBeLessThan(UNITS);
      });
    }
  });
});
