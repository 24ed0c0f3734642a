/** Vector functions against exact values (of mpmath), in units of the last place, and against `Math` in bulk. */

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arity, MATH_NAMES, type MathName } from "../../../src/kernel/math/functions.ts";
import { times } from "../../support/counts.ts";
import { arrayFunction } from "./module.ts";
import { ulp32, ulp64 } from "./units.ts";

type Table = Readonly<Record<MathName, readonly (readonly number[])[]>>;

const url = new URL("../reference/math.json", import.meta.url);
const EXACT = JSON.parse(readFileSync(url, "utf8")) as Table;
const NAMES = Object.keys(EXACT) as MathName[];

const column = (rows: readonly (readonly number[])[], at: number): Float64Array =>
  Float64Array.from(rows, (row) => row.at(at) as number);

describe("f64 against exact values", () => {
  test.each(NAMES)("%s is within 2 units", (name) => {
    const rows = EXACT[name];
    const inputs = Array.from({ length: arity(name) ?? 2 }, (_, k) => column(rows, k));
    const got = arrayFunction(name, "f64")(...inputs);
    const errors = rows.map((row, i) => {
      const [value, lack] = row.slice(-2) as [number, number];
      return Math.abs((got[i] as number) - value - lack) / ulp64(value);
    });
    expect(rows.length).toBeGreaterThan(60);
    expect(Math.max(...errors)).toBeLessThan(2);
  });
});

/** Functions of `Math`, and the base-2 exponential that it lacks. */
const scalar = (name: MathName): ((...args: number[]) => number) =>
  name === "exp2" ? (x) => 2 ** x : (Math[name] as (...args: number[]) => number);

/** Numbers that differ in their bits; every magnitude, NaN and infinities among them. */
const doubles = (length: number): fc.Arbitrary<Float64Array> =>
  fc.float64Array({ minLength: length, maxLength: length });
const floats = (length: number): fc.Arbitrary<Float32Array> =>
  fc.float32Array({ minLength: length, maxLength: length });

/** Half of a result of finite numbers: what is too large for a number is 2 ** 1024 there, a unit above the greatest. */
const halved = (x: number): number => (Math.abs(x) === Infinity ? Math.sign(x) * 2 ** 1023 : x / 2);

/** What engines may be off by themselves. */
const MATH_UNITS = 2.5;

describe("any numbers against Math", () => {
  test.each(MATH_NAMES)("%s of f64", (name) => {
    const run = arrayFunction(name, "f64");
    const inputs = fc.tuple(doubles(100), doubles(100));
    const check = (arrays: [Float64Array, Float64Array]): void => {
      const given = arrays.slice(0, arity(name) ?? 2) as Float64Array[];
      const got = run(...given);
      got.forEach((value, i) => {
        const args = given.map((array) => array[i] as number);
        const wanted = scalar(name)(...args);
        if (Object.is(value, wanted)) return;
        const overflows =
          args.every(Number.isFinite) && Math.abs(value) + Math.abs(wanted) === Infinity;
        const off = overflows
          ? 2 * Math.abs(halved(value) - halved(wanted))
          : Math.abs(value - wanted);
        expect(off / ulp64(wanted)).toBeLessThan(2 + MATH_UNITS);
      });
    };
    fc.assert(fc.property(inputs, check), { seed: 5, numRuns: times(10_000), endOnFailure: true });
  });

  test.each(MATH_NAMES)("%s of f32 is rounded from the exact value", (name) => {
    const run = arrayFunction(name, "f32");
    const inputs = fc.tuple(floats(100), floats(100));
    const check = (arrays: [Float32Array, Float32Array]): void => {
      const given = arrays.slice(0, arity(name) ?? 2) as Float32Array[];
      const got = run(...given);
      got.forEach((value, i) => {
        const wanted = scalar(name)(...given.map((array) => array[i] as number));
        if (Object.is(value, Math.fround(wanted))) return;
        expect(Math.abs(value - wanted) / ulp32(wanted)).toBeLessThan(0.6);
      });
    };
    fc.assert(fc.property(inputs, check), { seed: 6, numRuns: times(10_000), endOnFailure: true });
  });
});

describe("results that are exact", () => {
  test("log2 and exp2 of powers of two, cbrt of cubes, pow of small whole numbers", () => {
    const exponents = Float64Array.from({ length: 2098 }, (_, k) => k - 1074);
    const powers = exponents.map((k) => 2 ** k);
    expect(arrayFunction("log2", "f64")(powers)).toEqual(exponents);
    expect(arrayFunction("exp2", "f64")(exponents)).toEqual(powers);
    const whole = Float64Array.from({ length: 2001 }, (_, k) => k - 1000);
    expect(arrayFunction("cbrt", "f64")(whole.map((k) => k * k * k))).toEqual(whole);
    const squares = arrayFunction("pow", "f64")(
      whole,
      whole.map(() => 2),
    );
    expect(squares).toEqual(whole.map((k) => k * k));
  });

  test("results do not depend on the other lanes", () => {
    const large = Float64Array.of(3, 1e300, 1e300, 3, -0, 1e22, Number.NaN, 3);
    const got = arrayFunction("sin", "f64")(large);
    const alone = large.map((x) => arrayFunction("sin", "f64")(Float64Array.of(x))[0] as number);
    expect(got).toEqual(alone);
  });
});
