/**
 * pow, cbrt and hypot. pow is y·log2 x with the logarithm as a pair of numbers, in pieces whose products are exact
 * (K. C. Ng in FDLIBM, Sun Microsystems, 1993); cbrt a polynomial and one step of Halley's iteration (W. Kahan,
 * B. D. Rao in FreeBSD's msun).
 */

import { set } from "../../wasm/ops.ts";
import { f64x2 as F, i64x2, type Vector, v128 } from "../../wasm/simd.ts";
import type { Code } from "./code.ts";
import { CBRT, type Precision } from "./coefficients.ts";
import {
  add,
  copysign,
  type Double,
  div,
  fastTwoSum,
  flipsign,
  head,
  mul,
  polynomial,
  sub,
  where,
} from "./double.ts";
import { clamp, exp2Sum, nearestInteger } from "./exponential.ts";
import { logPositive, splitExponent } from "./logarithm.ts";

const ONE_BITS = 0x3ffn << 52n;
/** log2 of 3/2. */
const LOG2_HIGH = 0.5849624872207642;
const LOG2_LOW = 1.350039202129749e-8;
/** 2 / (3·ln 2), its head and the rest. */
const SCALE = 0.9617966939259756;
const SCALE_HIGH = 0.9617967009544373;
const SCALE_LOW = -7.028461650952758e-9;
/** (3 / 2)·(artanh(s) − s − s³ / 3) / s⁵ · 2 in s². */
const LOG2_SERIES = [
  0.5999999999999946, 0.4285714285785502, 0.33333332981837743, 0.272728123808534,
  0.23066074577556175, 0.20697501780033842,
];

/** log2 of positive numbers; the leading part has at most 21 bits. */
function log2Double(c: Code, x: Vector): Double {
  const { k, m } = splitExponent(c, x, ONE_BITS, "f64");
  // m near 1, 3/2 or 2; the last is halved.
  const isMiddle = c.let(F.gt(m, c.f64(1.2247447967529297)));
  const isHigh = c.let(F.gt(m, c.f64(1.7320504188537598)));
  const mantissa = c.let(where(isHigh, mul(m, c.f64(0.5)), m));
  const n = c.let(where(isHigh, add(k, c.f64(1)), k));
  const isHalf = c.let(v128.andnot(isMiddle, isHigh));
  const base = c.let(where(isHalf, c.f64(1.5), c.f64(1)));

  const u = c.let(sub(mantissa, base));
  const divisor = c.let(add(mantissa, base));
  const v = c.let(div(c.f64(1), divisor));
  const s = c.let(mul(u, v));
  const sHigh = c.let(head(c, s));
  const tHigh = c.let(head(c, divisor));
  const tLow = sub(mantissa, sub(tHigh, base));
  const sLow = c.let(mul(v, sub(sub(u, mul(sHigh, tHigh)), mul(sHigh, tLow))));
  const z = c.let(mul(s, s));
  const tail = mul(mul(z, z), polynomial(c, z, LOG2_SERIES));
  const r = c.let(add(tail, mul(sLow, add(sHigh, s))));
  const square = c.let(mul(sHigh, sHigh));
  const sumHigh = c.let(head(c, add(add(c.f64(3), square), r)));
  const sumLow = sub(r, sub(sub(sumHigh, c.f64(3)), square));
  const product = c.let(mul(sHigh, sumHigh));
  const productLow = c.let(add(mul(sLow, sumHigh), mul(sumLow, s)));
  const pHigh = c.let(head(c, add(product, productLow)));
  const pLow = sub(productLow, sub(pHigh, product));
  const zHigh = c.let(mul(c.f64(SCALE_HIGH), pHigh));
  const offset = v128.and(isHalf, c.f64(LOG2_LOW));
  const zLow = c.let(add(add(mul(c.f64(SCALE_LOW), pHigh), mul(pLow, c.f64(SCALE))), offset));
  const offsetHigh = c.let(v128.and(isHalf, c.f64(LOG2_HIGH)));
  const hi = c.let(head(c, add(add(add(zHigh, zLow), offsetHigh), n)));
  return { hi, lo: c.let(sub(zLow, sub(sub(sub(hi, n), offsetHigh), zHigh))) };
}

/** |x|^y for finite x that is not 0. */
function powerOfPositive(c: Code, x: Vector, y: Vector, precision: Precision): Vector {
  if (precision === "f32") {
    const log2 = mul(logPositive(c, x, "f64"), c.f64(Math.LOG2E));
    const within = clamp(c, mul(y, log2), -160, 140);
    const { n, bits } = nearestInteger(c, within);
    return exp2Sum(c, c.let(sub(within, n)), undefined, bits, precision);
  }
  const log2 = log2Double(c, x);
  // From here on every power is 0, 1 or infinite.
  const exponent = clamp(c, y, -(2 ** 66), 2 ** 66);
  const yHigh = c.let(head(c, exponent));
  const high = c.let(mul(yHigh, log2.hi));
  const low = c.let(add(mul(sub(exponent, yHigh), log2.hi), mul(exponent, log2.lo)));
  const isFar = c.let(F.gt(F.abs(high), c.f64(1100)));
  const bounded = clamp(c, high, -1100, 1100);
  const rest = c.let(v128.andnot(low, isFar));
  const { n, bits } = nearestInteger(c, add(bounded, rest));
  const t = fastTwoSum(c, c.let(sub(bounded, n)), rest);
  return exp2Sum(c, t.hi, t.lo, bits, "f64");
}

export function pow(c: Code, x: Vector, y: Vector, precision: Precision): Vector {
  const size = c.let(F.abs(x));
  const infinity = c.f64(Number.POSITIVE_INFINITY);
  const [zero, one] = [c.f64(0), c.f64(1)];
  const isBounded = c.let(v128.and(F.gt(size, zero), F.lt(size, infinity)));
  const result = c.let(powerOfPositive(c, c.let(where(isBounded, size, one)), y, precision));
  const isPlain = v128.and(v128.and(isBounded, F.gt(x, zero)), F.lt(F.abs(y), infinity));
  const isSpecial = c.let(v128.not(isPlain));
  c.when(v128.anyTrue(isSpecial), () => {
    // 0 and ∞ to the power of y: one or the other.
    const isFlipped = v128.xor(F.eq(size, zero), F.lt(y, zero));
    const power = c.let(where(isBounded, result, v128.andnot(infinity, isFlipped)));
    const half = c.let(mul(y, c.f64(0.5)));
    const isWhole = c.let(F.eq(F.trunc(y), y));
    const isOdd = v128.and(isWhole, F.ne(F.trunc(half), half));
    const signed = flipsign(c, power, v128.and(isOdd, x));
    // NaN has all bits set.
    const isRoot = v128.and(v128.andnot(F.lt(x, zero), isWhole), isBounded);
    const isUndecided = v128.and(F.eq(size, one), F.eq(F.abs(y), infinity));
    const isNotNumber = v128.or(F.ne(x, x), F.ne(y, y));
    const number = v128.or(v128.or(signed, isRoot), v128.or(isUndecided, isNotNumber));
    const special = where(F.eq(y, zero), one, number);
    c.emit(set(result, where(isSpecial, special, result)));
  });
  return result;
}

export function cbrt(c: Code, x: Vector, precision: Precision): Vector {
  const size = c.let(F.abs(x));
  const { k, m } = splitExponent(c, size, ONE_BITS, precision);
  const third = mul(sub(k, c.f64(1)), c.f64(1 / 3));
  const { n, bits } = nearestInteger(c, third);
  const rest = c.let(sub(k, mul(n, c.f64(3))));
  const isOne = c.let(F.eq(rest, c.f64(1)));
  const isTwo = c.let(F.eq(rest, c.f64(2)));
  const pick = (zero: number, one: number, two: number): Vector =>
    where(isTwo, c.f64(two), where(isOne, c.f64(one), c.f64(zero)));
  const estimate = mul(polynomial(c, m, CBRT[precision]), pick(1, 2 ** (1 / 3), 2 ** (2 / 3)));
  let root = estimate;
  if (precision === "f64") {
    const value = mul(m, pick(1, 2, 4));
    const t = c.let(v128.and(estimate, c.i64(-(2n ** 30n)))); // 23 bits: its square is exact
    const quotient = c.let(div(value, mul(t, t)));
    root = add(t, mul(t, div(sub(quotient, t), add(add(t, t), quotient))));
  }
  const power = i64x2.add(i64x2.shl(bits, 52), c.i64(ONE_BITS));
  const isOrdinary = v128.and(F.gt(size, c.f64(0)), F.lt(size, c.f64(Number.POSITIVE_INFINITY)));
  return where(isOrdinary, copysign(c, mul(root, power), x), x);
}

/** √(Σ v²), out of the way of overflow. */
export function hypot(c: Code, values: readonly Vector[], precision: Precision): Vector {
  const sizes: Vector[] = values.map((value) => c.let(F.abs(value)));
  const sum = (parts: readonly Vector[]): Vector =>
    parts.map((part) => mul(part, part)).reduce((a, b) => add(a, b));
  if (precision === "f32") return withInfinities(c, sizes, F.sqrt(sum(sizes)));
  const most = c.let(sizes.reduce((a, b) => F.max(a, b)));
  const isHuge = c.let(F.gt(most, c.f64(2 ** 500)));
  const isSmall = c.let(F.lt(most, c.f64(2 ** -450)));
  const pick = (huge: number, small: number): Vector =>
    c.let(where(isHuge, c.f64(huge), where(isSmall, c.f64(small), c.f64(1))));
  const [shrink, grow] = [pick(2 ** -600, 2 ** 600), pick(2 ** 600, 2 ** -600)];
  const scaled = sizes.map((size) => c.let(mul(size, shrink)));
  return withInfinities(c, sizes, mul(F.sqrt(sum(scaled)), grow));
}

/** One infinite value makes the result infinite, even beside NaN. */
function withInfinities(c: Code, sizes: readonly Vector[], finite: Vector): Vector {
  const infinity = c.f64(Number.POSITIVE_INFINITY);
  const isInfinite = sizes.map((size) => F.eq(size, infinity)).reduce((a, b) => v128.or(a, b));
  return where(isInfinite, infinity, finite);
}
