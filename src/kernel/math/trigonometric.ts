/**
 * sin, cos and tan. Up to 2^20 the argument is reduced by a multiple of π/2 in three parts of 33, 33 and 53 bits
 * (Cody and Waite), the rest is a pair of numbers that goes into the polynomials (K. C. Ng in FDLIBM). Larger
 * arguments, if there are any in a vector, are left to the functions of JavaScript.
 */

import type { Callable } from "../../wasm/module.ts";
import { set } from "../../wasm/ops.ts";
import { f64x2 as F, i64x2, type Vector, v128 } from "../../wasm/simd.ts";
import type { Code, HostName } from "./code.ts";
import { COS, type Precision, SIN } from "./coefficients.ts";
import {
  add,
  type Double,
  div,
  fastTwoSum,
  flipsign,
  mul,
  polynomial,
  productError,
  sub,
  twoDifference,
  where,
} from "./double.ts";
import { nearestInteger } from "./exponential.ts";

const LIMIT = 2 ** 20;
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487959506e-21;

interface Reduced {
  readonly r: Double;
  /** The multiple of π/2, in the low bits. */
  readonly quadrant: Vector;
}

function reduce(c: Code, x: Vector, precision: Precision): Reduced {
  const { n, bits } = nearestInteger(c, mul(x, c.f64(2 / Math.PI)));
  const first = c.let(sub(x, mul(n, c.f64(HALF_PI_1))));
  const product = c.let(mul(n, c.f64(HALF_PI_2)));
  if (precision === "f32") {
    return { r: { hi: c.let(sub(first, product)), lo: c.f64(0) }, quadrant: bits };
  }
  const second = twoDifference(c, first, product);
  const rest = c.let(sub(second.lo, mul(n, c.f64(HALF_PI_3))));
  return { r: fastTwoSum(c, second.hi, rest), quadrant: bits };
}

/** sin(hi + lo) − hi. */
function sineTail(c: Code, { hi, lo }: Double, z: Vector, precision: Precision): Vector {
  const cube = c.let(mul(z, hi));
  const [first, ...rest] = SIN[precision] as [number, ...number[]];
  if (precision === "f32") return mul(cube, polynomial(c, z, SIN.f32));
  const p = polynomial(c, z, rest);
  const low = sub(mul(z, sub(mul(c.f64(0.5), lo), mul(cube, p))), lo);
  return sub(mul(cube, c.f64(first)), low);
}

/** cos(hi + lo) as 1 − z/2, rounded, and what it lacks. */
function cosineParts(c: Code, { hi, lo }: Double, z: Vector, precision: Precision): Double {
  const half = c.let(mul(z, c.f64(0.5)));
  const w = c.let(sub(c.f64(1), half));
  const tail = mul(mul(z, z), polynomial(c, z, COS[precision]));
  if (precision === "f32") return { hi: w, lo: tail };
  const lack = sub(sub(c.f64(1), w), half);
  return { hi: w, lo: add(lack, sub(tail, mul(hi, lo))) };
}

const isOdd = (c: Code, quadrant: Vector): Vector =>
  i64x2.ne(v128.and(quadrant, c.i64(1n)), c.i64(0n));

/** Sine, or cosine, which is the sine of the quadrant after. */
function wave(c: Code, x: Vector, precision: Precision, quadrants: bigint): Vector {
  const { r, quadrant } = reduce(c, x, precision);
  const z = c.let(mul(r.hi, r.hi));
  const sine = c.let(add(r.hi, sineTail(c, r, z, precision)));
  const cosine = cosineParts(c, r, z, precision);
  const at = c.let(i64x2.add(quadrant, c.i64(quadrants)));
  const value = where(isOdd(c, at), add(cosine.hi, cosine.lo), sine);
  return flipsign(c, value, i64x2.shl(at, 62));
}

/** Sine over cosine, both with what they lack; the quotient is corrected by its remainder. */
function quotient(c: Code, x: Vector, precision: Precision): Vector {
  const { r, quadrant } = reduce(c, x, precision);
  const z = c.let(mul(r.hi, r.hi));
  const tail = c.let(sineTail(c, r, z, precision));
  const cosine = cosineParts(c, r, z, precision);
  const isTurned = c.let(isOdd(c, quadrant));
  if (precision === "f32") {
    const [s, t] = [c.let(add(r.hi, tail)), c.let(add(cosine.hi, cosine.lo))];
    const value = div(where(isTurned, t, s), where(isTurned, s, t));
    return flipsign(c, value, isTurned);
  }
  const s = fastTwoSum(c, r.hi, tail);
  const t = fastTwoSum(c, cosine.hi, c.let(cosine.lo));
  const above = c.let(where(isTurned, t.hi, s.hi));
  const below = c.let(where(isTurned, s.hi, t.hi));
  const aboveLow = where(isTurned, t.lo, s.lo);
  const belowLow = where(isTurned, s.lo, t.lo);
  const q = c.let(div(above, below));
  const product = c.let(mul(q, below));
  const remainder = sub(sub(above, product), productError(c, q, below, product));
  const correction = div(add(remainder, sub(aboveLow, mul(q, belowLow))), below);
  return flipsign(c, add(q, correction), isTurned);
}

/** Replaces the results of large arguments by those of the scalar function. */
function withLargeArguments(c: Code, x: Vector, small: Vector, name: HostName): Vector {
  const result = c.let(small);
  const isLarge = c.let(F.gt(F.abs(x), c.f64(LIMIT)));
  const scalar: Callable<"f64"> = c.host[name];
  c.when(v128.anyTrue(isLarge), () => {
    const first = F.splat(scalar(F.extract(x, 0)));
    const both = F.replace(first, 1, scalar(F.extract(x, 1)));
    c.emit(set(result, where(isLarge, both, result)));
  });
  return result;
}

export const sin = (c: Code, x: Vector, precision: Precision): Vector => {
  const isZero = F.eq(x, c.f64(0));
  const result = where(isZero, x, wave(c, x, precision, 0n));
  return withLargeArguments(c, x, result, "sin");
};

export const cos = (c: Code, x: Vector, precision: Precision): Vector =>
  withLargeArguments(c, x, wave(c, x, precision, 1n), "cos");

export const tan = (c: Code, x: Vector, precision: Precision): Vector => {
  const isZero = F.eq(x, c.f64(0));
  const result = where(isZero, x, quotient(c, x, precision));
  return withLargeArguments(c, x, result, "tan");
};
