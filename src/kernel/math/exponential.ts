/**
 * exp, exp2 and expm1. The argument is reduced by a multiple of ln 2 in two parts (W. J. Cody, W. Waite: Software
 * Manual for the Elementary Functions, 1980), the rest is a polynomial. The power of two is multiplied in two
 * steps, so that overflow and subnormal results round once.
 */

import { f64x2 as F, i32x4, i64x2, type Vector } from "../../wasm/simd.ts";
import type { Code } from "./code.ts";
import { EXP, EXP2, type Precision } from "./coefficients.ts";
import { add, fastTwoSum, mul, polynomial, sub, where } from "./double.ts";

/** Added to a small number it leaves the nearest integer in the low bits. */
const ROUNDING = 1.5 * 2 ** 52;
const LN2_HIGH = 0.6931471803691238; // 32 bits: exact times any exponent
const LN2_LOW = 1.9082149292705877e-10;
const TINY = 2 ** -54;

/** The nearest integers, as numbers and as the low words of `bits`. */
export function nearestInteger(c: Code, x: Vector): { n: Vector; bits: Vector } {
  const bits = c.let(add(x, c.f64(ROUNDING)));
  return { n: c.let(sub(bits, c.f64(ROUNDING))), bits };
}

/** Keeps NaN. */
export const clamp = (c: Code, x: Vector, low: number, high: number): Vector =>
  c.let(F.pmin(F.pmax(x, c.f64(low)), c.f64(high)));

/** 2^n for the low words of a vector, −1022 ≤ n ≤ 1023. */
export const powerOfTwo = (c: Code, bits: Vector): Vector =>
  i64x2.add(i64x2.shl(bits, 52), c.i64(0x3ffn << 52n));

/** p · 2^n, p near 1, for the low words of a vector. */
export function scale(c: Code, p: Vector, bits: Vector, precision: Precision): Vector {
  if (precision === "f32") return mul(p, powerOfTwo(c, bits));
  const half = c.let(i32x4.shrS(bits, 1));
  return mul(mul(p, powerOfTwo(c, half)), powerOfTwo(c, i32x4.sub(bits, half)));
}

/** x = n·ln 2 + r with |r| ≤ ln 2 / 2, and what r lacks. */
function reduce(c: Code, x: Vector): { n: Vector; bits: Vector; r: Vector; lack: Vector } {
  const { n, bits } = nearestInteger(c, mul(x, c.f64(Math.LOG2E)));
  const first = c.let(sub(x, mul(n, c.f64(LN2_HIGH))));
  const second = c.let(mul(n, c.f64(LN2_LOW)));
  const r = c.let(sub(first, second));
  return { n, bits, r, lack: sub(sub(first, r), second) };
}

/** e^x as p · 2^n, for −746 ≤ x ≤ 711 (f32: −110 ≤ x ≤ 95). */
export function expParts(c: Code, x: Vector, precision: Precision): { p: Vector; bits: Vector } {
  const { bits, r } = reduce(c, x);
  const tail = mul(mul(r, r), polynomial(c, r, EXP[precision]));
  return { p: add(c.f64(1), add(r, tail)), bits };
}

export function exp(c: Code, x: Vector, precision: Precision): Vector {
  const within = precision === "f32" ? clamp(c, x, -110, 95) : clamp(c, x, -746, 711);
  const { p, bits } = expParts(c, within, precision);
  return scale(c, p, bits, precision);
}

/** 2^(t + n), where t may lack `low`. */
export function exp2Sum(
  c: Code,
  t: Vector,
  low: Vector | undefined,
  bits: Vector,
  precision: Precision,
): Vector {
  const tail = mul(mul(t, t), polynomial(c, t, EXP2[precision]));
  const linear = low ? add(mul(low, c.f64(Math.LN2)), tail) : tail;
  const p = add(c.f64(1), add(mul(t, c.f64(Math.LN2)), linear));
  return scale(c, p, bits, precision);
}

export function exp2(c: Code, x: Vector, precision: Precision): Vector {
  const within = precision === "f32" ? clamp(c, x, -160, 140) : clamp(c, x, -1080, 1025);
  const { n, bits } = nearestInteger(c, within);
  return exp2Sum(c, c.let(sub(within, n)), undefined, bits, precision);
}

/** 2^n·(e^r − 1) + (2^n − 1), at half the size so that 2^n exists for every n. */
export function expm1(c: Code, x: Vector, precision: Precision): Vector {
  const { bits, r, lack } = reduce(c, clamp(c, x, -45, 710));
  const s = c.let(powerOfTwo(c, i64x2.sub(bits, c.i64(1n))));
  const tail = add(mul(mul(r, r), polynomial(c, r, EXP[precision])), lack);
  const sum = fastTwoSum(c, sub(s, c.f64(0.5)), c.let(mul(s, r)));
  const half = add(sum.hi, add(sum.lo, mul(s, tail)));
  const isTiny = F.lt(F.abs(x), c.f64(TINY));
  return where(isTiny, x, add(half, half));
}
