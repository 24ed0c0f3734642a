/** NaN, ±0, ±∞, the smallest and the largest numbers: what `Math` gives, to the sign of zero. */

import { describe, expect, test } from "vitest";
import { arity, MATH_NAMES, type MathName } from "../../../src/kernel/math/functions.ts";
import { arrayFunction, type Lane } from "./module.ts";

const SPECIAL = [0, 1, 2, 3, 0.5, 1e300, 1e-300, 2 ** 53, 2 ** 53 - 1, 2 ** 31, 1e40, 1e-46].concat(
  [
    Number.MIN_VALUE,
    Number.MAX_VALUE,
    Number.POSITIVE_INFINITY,
    2 ** -1022,
    2 ** -149,
    2 ** -126,
    (2 - 2 ** -23) * 2 ** 127,
  ],
);
const ALL = [...SPECIAL, ...SPECIAL.map((x) => -x), Number.NaN];
const PAIRS = ALL.flatMap((x) => ALL.map((y) => [x, y] as const));

const scalar = (name: MathName): ((...args: number[]) => number) =>
  name === "exp2" ? (x) => 2 ** x : (Math[name] as (...args: number[]) => number);

/** Results that have no rounding error must be equal; others are close. */
function compare(name: MathName, lane: Lane, inputs: (Float64Array | Float32Array)[]): void {
  const got = arrayFunction(name, lane)(...(inputs as Float64Array[]));
  const round = lane === "f32" ? Math.fround : (x: number): number => x;
  got.forEach((value, i) => {
    const args = inputs.map((input) => input[i] as number);
    const exact = scalar(name)(...args);
    const wanted = round(exact);
    const what = `${name}(${args.map((x) => (Object.is(x, -0) ? "-0" : x)).join(", ")})`;
    const isOrdinary = Number.isFinite(wanted) && wanted !== 0;
    if (isOrdinary)
      expect(Math.abs(value / wanted - 1), what).toBeLessThan(tolerance(lane, wanted));
    else expect(value, what).toBe(wanted);
  });
}

function tolerance(lane: Lane, wanted: number): number {
  const [unit, smallest] = lane === "f64" ? [2 ** -52, 2 ** -1074] : [2 ** -23, 2 ** -149];
  return Math.max(4 * unit, (1.01 * smallest) / Math.abs(wanted));
}

describe.each(["f64", "f32"] as const)("special values of %s", (lane) => {
  const array = (values: readonly number[]) =>
    lane === "f64" ? Float64Array.from(values) : Float32Array.from(values);

  test.each(MATH_NAMES)("%s", (name) => {
    if (arity(name) === 1) compare(name, lane, [array(ALL)]);
    else compare(name, lane, [array(PAIRS.map(([x]) => x)), array(PAIRS.map(([, y]) => y))]);
  });

  test("min, max and hypot of three", () => {
    const triples = PAIRS.flatMap(([x, y]) => [0, Number.NaN, 5].map((z) => [x, y, z] as const));
    for (const name of ["min", "max", "hypot"] as const) {
      const inputs = [0, 1, 2].map((k) => array(triples.map((triple) => triple[k] as number)));
      const got = arrayFunction(name, lane, 3)(...(inputs as Float64Array[]));
      got.forEach((value, i) => {
        const wanted = scalar(name)(...inputs.map((input) => input[i] as number));
        if (name !== "hypot") expect(value).toBe(wanted);
        else if (wanted > 1e-30 && wanted < 1e30) expect(value / wanted).toBeCloseTo(1, 6);
      });
    }
  });
});
