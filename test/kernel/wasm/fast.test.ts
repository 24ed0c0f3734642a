/** Sums of products that are rounded once: only where that was allowed, and the same bits however items are cut. */

import { expect, test } from "vitest";
import { compileElementwise } from "../../../src/kernel/compile.ts";
import type { KernelArray } from "../../../src/kernel/js/javascript.ts";
import { arrayOf, firstDifference, line, runWasm, values } from "./harness.ts";

const N = 53;

type Fn = (a: number, b: number) => number;

function run(fn: Fn, dtype: "f64" | "f32", a: KernelArray, b: KernelArray, isFast: boolean) {
  const { ir } = compileElementwise(fn, [dtype, dtype], dtype, { meaning: "dtype" });
  const given = [a, b, arrayOf(dtype, Array(N).fill(7))];
  const all = runWasm(ir, given, line(N), { isFast })[2] as KernelArray;
  const byOne = Array.from({ length: N + 1 }, (_, i) => i);
  const single = runWasm(ir, given, line(N), { isFast, cuts: byOne })[2] as KernelArray;
  expect(firstDifference(all, single)).toBe(-1);
  return all;
}

/** A product that has no room in one number, less what it rounds to. */
const SMALL = { f64: 2 ** -30, f32: 2 ** -13 };

test.each(["f64", "f32"] as const)(
  "%s: products are rounded before they are added, unless fast",
  (dtype) => {
    const small = SMALL[dtype];
    const a = arrayOf(dtype, Array(N).fill(1 + small));
    const b = arrayOf(dtype, Array(N).fill(1 - small));
    const fused = -small * small;
    const cases: [Fn, number][] = [
      [(x, y) => x * y + -1, fused],
      [(x, y) => -1 + x * y, fused],
      [(x, y) => x * y - 1, fused],
      [(x, y) => 1 - x * y, -fused],
    ];
    for (const [fn, once] of cases) {
      expect([...run(fn, dtype, a, b, false)]).toEqual(Array(N).fill(0));
      // A processor without the instruction rounds twice.
      const got = run(fn, dtype, a, b, true);
      expect([once, 0]).toContain(got[0]);
      expect([...got]).toEqual(Array(N).fill(got[0]));
    }
  },
);

test("fast or not, results lie within the rounding of each operation", () => {
  const fn: Fn = (x, y) => ((x * 0.3 + y) * x - 3) * y + Math.exp(x) * 2 - Math.sin(y);
  for (const dtype of ["f64", "f32"] as const) {
    const numbers = (k: number) => Array.from({ length: N }, (_, i) => ((i * k) % 97) / 50 - 1);
    const [a, b] = [arrayOf(dtype, numbers(7)), arrayOf(dtype, numbers(31))];
    const wanted = run(fn, dtype, a, b, false);
    const got = run(fn, dtype, a, b, true);
    const unit = dtype === "f64" ? 2 ** -52 : 2 ** -23;
    for (const [i, value] of wanted.entries()) {
      expect(Math.abs((got[i] as number) - value)).toBeLessThan(400 * unit);
    }
  }
});

test("numbers of all kinds stay what they are in kind", () => {
  const fn: Fn = (x, y) => x * y + x;
  const a = arrayOf("f64", values("f64", N, 1));
  const b = arrayOf("f64", values("f64", N, 2));
  const [wanted, got] = [run(fn, "f64", a, b, false), run(fn, "f64", a, b, true)];
  for (const [i, value] of wanted.entries()) {
    const x = a[i] as number;
    const isOverflow = !Number.isFinite(x * (b[i] as number)) && Number.isFinite(x);
    if (!isOverflow) expect(Number.isNaN(got[i])).toBe(Number.isNaN(value));
  }
});
