/**
 * log, log2, log10 and log1p: x = 2^k·(1 + f) with √½ ≤ 1 + f < √2, and log(1 + f) by the series of 2·artanh in
 * s = f / (2 + f), arranged so that f − f²/2 is exact (K. C. Ng in FDLIBM, Sun Microsystems, 1993; log2 and log10 as
 * in FreeBSD's msun, by D. Schultz: the leading part is cut to its high word, so that its products are exact).
 */

import { f64x2 as F, i64x2, type Vector, v128 } from "../../wasm/simd.ts";
import type { Code } from "./code.ts";
import { LOG, type Precision } from "./coefficients.ts";
import { add, div, head, mul, polynomial, sub, where } from "./double.ts";

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const INVERSE_LN2_HIGH = 1.4426950407214463;
const INVERSE_LN2_LOW = 1.6751713164886512e-10;
const INVERSE_LN10_HIGH = 0.4342944818781689;
const INVERSE_LN10_LOW = 2.5082946711645275e-11;
const LOG10_2_HIGH = 0.30102999566361177;
const LOG10_2_LOW = 3.694239077158931e-13;

const SQRT_HALF_BITS = 0x3fe6a09e00000000n;
const ONE_BITS = 0x3ffn << 52n;
const MANTISSA = (1n << 52n) - 1n;
const TINY = 2 ** -54;

/** x = 2^k·m for positive x, with m from `lowest` (its bits, at most 1) to twice that. */
export function splitExponent(
  c: Code,
  x: Vector,
  lowest: bigint,
  precision: Precision,
): { k: Vector; m: Vector } {
  // Subnormal numbers of f32 are ordinary ones of f64.
  const isSubnormal = precision === "f64" ? c.let(F.lt(x, c.f64(2 ** -1022))) : undefined;
  const normal = isSubnormal ? where(isSubnormal, mul(x, c.f64(2 ** 54)), x) : x;
  const bits = c.let(i64x2.add(normal, c.i64(ONE_BITS - lowest)));
  const m = c.let(i64x2.add(v128.and(bits, c.i64(MANTISSA)), c.i64(lowest)));
  const exponent = v128.or(i64x2.shrU(bits, 52), c.i64(0x433n << 52n)); // 2^52 + k + 1023
  const bias = c.f64(2 ** 52 + 1023);
  const offset = isSubnormal ? where(isSubnormal, c.f64(2 ** 52 + 1023 + 54), bias) : bias;
  return { k: c.let(sub(exponent, offset)), m };
}

interface Series {
  /** f² / 2 */
  readonly half: Vector;
  /** log(1 + f) − f + f² / 2 */
  readonly rest: Vector;
}

function series(c: Code, f: Vector, precision: Precision): Series {
  const half = c.let(mul(mul(f, c.f64(0.5)), f));
  const s = c.let(div(f, add(f, c.f64(2))));
  const z = c.let(mul(s, s));
  const tail = mul(z, polynomial(c, z, LOG[precision]));
  return { half, rest: mul(s, add(half, tail)) };
}

/** What the logarithm of 0, ∞, NaN and negative numbers is. */
function special(c: Code, x: Vector, zero: Vector, result: Vector): Vector {
  const isZero = c.let(F.eq(x, zero));
  const isInfinite = F.eq(x, c.f64(Number.POSITIVE_INFINITY));
  const limit = where(isZero, c.f64(Number.NEGATIVE_INFINITY), x);
  const isOutside = v128.not(F.ge(x, zero)); // NaN has all bits set
  return v128.or(where(v128.or(isZero, isInfinite), limit, result), isOutside);
}

/** log of positive numbers, in few operations. */
export function logPositive(c: Code, x: Vector, precision: Precision): Vector {
  const { k, m } = splitExponent(c, x, SQRT_HALF_BITS, precision);
  const f = c.let(sub(m, c.f64(1)));
  const { half, rest } = series(c, f, precision);
  const low = sub(add(rest, mul(k, c.f64(LN2_LOW))), half);
  return add(add(low, f), mul(k, c.f64(LN2_HIGH)));
}

export function log(c: Code, x: Vector, precision: Precision): Vector {
  return special(c, x, c.f64(0), logPositive(c, x, precision));
}

/** log(1 + f) as an exact leading part and the rest. */
function logParts(c: Code, x: Vector, precision: Precision): { k: Vector; hi: Vector; lo: Vector } {
  const { k, m } = splitExponent(c, x, SQRT_HALF_BITS, precision);
  const f = c.let(sub(m, c.f64(1)));
  const { half, rest } = series(c, f, precision);
  const hi = c.let(head(c, sub(f, half)));
  return { k, hi, lo: c.let(add(sub(sub(f, hi), half), rest)) };
}

export function log2(c: Code, x: Vector, precision: Precision): Vector {
  const { k, hi, lo } = logParts(c, x, precision);
  const high = c.let(mul(hi, c.f64(INVERSE_LN2_HIGH)));
  const low = add(mul(add(lo, hi), c.f64(INVERSE_LN2_LOW)), mul(lo, c.f64(INVERSE_LN2_HIGH)));
  const sum = c.let(add(k, high));
  return special(c, x, c.f64(0), add(add(low, add(sub(k, sum), high)), sum));
}

export function log10(c: Code, x: Vector, precision: Precision): Vector {
  const { k, hi, lo } = logParts(c, x, precision);
  const high = c.let(mul(hi, c.f64(INVERSE_LN10_HIGH)));
  const low = add(
    mul(k, c.f64(LOG10_2_LOW)),
    add(mul(add(lo, hi), c.f64(INVERSE_LN10_LOW)), mul(lo, c.f64(INVERSE_LN10_HIGH))),
  );
  const whole = c.let(mul(k, c.f64(LOG10_2_HIGH)));
  const sum = c.let(add(whole, high));
  return special(c, x, c.f64(0), add(add(low, add(sub(whole, sum), high)), sum));
}

/** log(1 + x + lack) for x > −1; `more` is added to the exponent. */
export function log1pSum(
  c: Code,
  x: Vector,
  lack: Vector | undefined,
  precision: Precision,
  more?: Vector,
): Vector {
  const u = c.let(add(x, c.f64(1)));
  const { k, m } = splitExponent(c, u, SQRT_HALF_BITS, "f32"); // 1 + x is never subnormal
  const isNear = c.let(F.eq(k, c.f64(0)));
  const f = c.let(where(isNear, x, sub(m, c.f64(1))));
  const isLarge = F.ge(u, c.f64(2));
  const rounding = where(isLarge, sub(c.f64(1), sub(u, x)), sub(x, sub(u, c.f64(1))));
  const missing = v128.andnot(rounding, isNear);
  const correction = div(lack ? add(missing, lack) : missing, u);
  const exponent = more ? c.let(add(k, more)) : k;
  const { half, rest } = series(c, f, precision);
  const low = sub(add(rest, add(mul(exponent, c.f64(LN2_LOW)), correction)), half);
  return add(add(low, f), mul(exponent, c.f64(LN2_HIGH)));
}

export function log1p(c: Code, x: Vector, precision: Precision): Vector {
  const result = special(c, x, c.f64(-1), log1pSum(c, x, undefined, precision));
  return where(F.lt(F.abs(x), c.f64(TINY)), x, result);
}
