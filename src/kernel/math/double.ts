/** Building blocks on f64 lanes: selection, signs, polynomials, and sums and products with their rounding errors. */

import { f64x2 as F, i64x2, type Vector, v128 } from "../../wasm/simd.ts";
import type { Code } from "./code.ts";

type Binary = (a: Vector, b: Vector) => Vector;

export const add: Binary = F.add;
export const sub: Binary = F.sub;
export const mul: Binary = F.mul;
export const div: Binary = F.div;

/** `then` where the mask is set. */
export const where = (mask: Vector, then: Vector, otherwise: Vector): Vector =>
  v128.bitselect(mask, then, otherwise);

const SIGN = -(2n ** 63n);

/** The magnitude of the first with the sign of the second. */
export const copysign = (c: Code, magnitude: Vector, sign: Vector): Vector =>
  v128.bitselect(c.i64(SIGN), sign, magnitude);

/** Flips the sign where the sign bit of the second is set. */
export const flipsign = (c: Code, value: Vector, sign: Vector): Vector =>
  v128.xor(value, v128.and(sign, c.i64(SIGN)));

/** All bits of lanes whose sign bit is set. */
export const isNegative = (c: Code, value: Vector): Vector => i64x2.ltS(value, c.i64(0n));

/** A polynomial, lowest coefficient first: even and odd powers side by side, so that they need not wait. */
export function polynomial(c: Code, x: Vector, coefficients: readonly number[]): Vector {
  if (coefficients.length < 6) return horner(c, x, coefficients);
  const square = c.let(mul(x, x));
  const even = coefficients.filter((_, k) => k % 2 === 0);
  const odd = coefficients.filter((_, k) => k % 2 === 1);
  return c.multiplyAdd(x, horner(c, square, odd), horner(c, square, even));
}

function horner(c: Code, x: Vector, coefficients: readonly number[]): Vector {
  return coefficients
    .map((each) => c.f64(each))
    .reduceRight((sum, coefficient) => c.multiplyAdd(sum, x, coefficient));
}

/** A number as the sum of two: `hi` rounded, `lo` what it lacks. */
export interface Double {
  readonly hi: Vector;
  readonly lo: Vector;
}

/** a + b where |a| ≥ |b| or a is 0. (T. J. Dekker: Numerische Mathematik 18, 1971.) */
export function fastTwoSum(c: Code, a: Vector, b: Vector): Double {
  const hi = c.let(add(a, b));
  return { hi, lo: c.let(sub(b, sub(hi, a))) };
}

/** a − b of any sizes. (D. E. Knuth: The Art of Computer Programming 2, 4.2.2.) */
export function twoDifference(c: Code, a: Vector, b: Vector): Double {
  const hi = c.let(sub(a, b));
  const part = c.let(sub(hi, a));
  return { hi, lo: c.let(sub(sub(a, sub(hi, part)), add(b, part))) };
}

const HIGH_WORD = -(2n ** 32n);

/** The number without its low 32 bits; products of two such numbers, or of one with 27 bits, are exact. */
export const head = (c: Code, x: Vector): Vector => v128.and(x, c.i64(HIGH_WORD));

/** The error of a product that was rounded to `hi`. (Dekker's product, with heads of 26 bits.) */
export function productError(c: Code, a: Vector, b: Vector, hi: Vector): Vector {
  const mask = c.i64(-(2n ** 27n));
  const [ah, bh] = [c.let(v128.and(a, mask)), c.let(v128.and(b, mask))];
  const [al, bl] = [c.let(sub(a, ah)), c.let(sub(b, bh))];
  return add(mul(al, bl), add(add(mul(ah, bl), mul(al, bh)), sub(mul(ah, bh), hi)));
}
