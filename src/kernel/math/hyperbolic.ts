/**
 * sinh, cosh, tanh, asinh, acosh and atanh: polynomials near 0, exp and log1p elsewhere (as in FDLIBM, Sun
 * Microsystems, 1993), with the rounding errors of the arguments of log1p handed on.
 */

import { f64x2 as F, i64x2, type Vector, v128 } from "../../wasm/simd.ts";
import type { Code } from "./code.ts";
import { ASINH, ATANH, type Coefficients, type Precision, SINH, TANH } from "./coefficients.ts";
import {
  add,
  copysign,
  div,
  fastTwoSum,
  mul,
  polynomial,
  productError,
  sub,
  where,
} from "./double.ts";
import { clamp, expParts, scale } from "./exponential.ts";
import { log1pSum } from "./logarithm.ts";

/** From here on x + 1 is x, and x² still a number. */
const HUGE = 2 ** 60;
const TINY = 2 ** -54;

/** x + x³·P(x²), for odd functions near 0. */
function nearZero(c: Code, x: Vector, table: Coefficients, precision: Precision): Vector {
  const z = c.let(mul(x, x));
  return add(x, mul(mul(x, z), polynomial(c, z, table[precision])));
}

/** e^x / 2 for x ≥ 0. */
function halfExp(c: Code, size: Vector, precision: Precision): Vector {
  const { p, bits } = expParts(c, clamp(c, size, 0, precision === "f32" ? 95 : 712), precision);
  return c.let(scale(c, c.let(p), c.let(i64x2.sub(bits, c.i64(1n))), precision));
}

export function sinh(c: Code, x: Vector, precision: Precision): Vector {
  const size = c.let(F.abs(x));
  const half = halfExp(c, size, precision);
  const large = sub(half, div(c.f64(0.25), half));
  const isSmall = F.lt(size, c.f64(1));
  return copysign(c, where(isSmall, nearZero(c, x, SINH, precision), large), x);
}

export function cosh(c: Code, x: Vector, precision: Precision): Vector {
  const half = halfExp(c, c.let(F.abs(x)), precision);
  return add(half, div(c.f64(0.25), half));
}

export function tanh(c: Code, x: Vector, precision: Precision): Vector {
  const size = c.let(F.abs(x));
  const { p, bits } = expParts(c, clamp(c, add(size, size), 0, 50), precision);
  const large = sub(c.f64(1), div(c.f64(2), add(scale(c, c.let(p), bits, precision), c.f64(1))));
  const isSmall = F.lt(size, c.f64(0.625));
  return copysign(c, where(isSmall, nearZero(c, x, TANH, precision), large), x);
}

export function asinh(c: Code, x: Vector, precision: Precision): Vector {
  const size = c.let(F.abs(x));
  const isHuge = c.let(F.gt(size, c.f64(HUGE)));
  const t = c.let(mul(size, size));
  const more = div(t, add(c.f64(1), F.sqrt(add(t, c.f64(1)))));
  const sum = fastTwoSum(c, size, c.let(v128.andnot(more, isHuge)));
  const doubled = v128.and(isHuge, c.f64(1));
  const large = log1pSum(c, sum.hi, sum.lo, precision, doubled);
  const isInfinite = F.eq(size, c.f64(Number.POSITIVE_INFINITY));
  const isSmall = F.lt(size, c.f64(0.5));
  const finite = copysign(c, where(isSmall, nearZero(c, x, ASINH, precision), large), x);
  return where(isInfinite, x, finite);
}

export function acosh(c: Code, x: Vector, precision: Precision): Vector {
  const isHuge = c.let(F.gt(x, c.f64(HUGE)));
  const t = c.let(sub(x, c.f64(1)));
  const w = c.let(mul(t, add(t, c.f64(2))));
  const root = c.let(F.sqrt(w));
  // What √(t·(t + 2)) lacks; where t is not small, it does not matter.
  const square = c.let(mul(root, root));
  const twice = c.let(add(t, t));
  const error = sub(add(sub(twice, square), mul(t, t)), productError(c, root, root, square));
  const lack = div(error, F.pmax(add(root, root), c.f64(TINY)));
  const isNear = F.lt(t, c.f64(0.25));
  const added = c.let(v128.andnot(root, isHuge));
  const sum = fastTwoSum(c, c.let(F.max(added, t)), c.let(F.min(added, t)));
  const low = add(sum.lo, v128.and(isNear, lack));
  const doubled = v128.and(isHuge, c.f64(1));
  const argument = c.let(where(isHuge, t, sum.hi));
  const result = log1pSum(c, argument, v128.andnot(low, isHuge), precision, doubled);
  const isInfinite = F.eq(x, c.f64(Number.POSITIVE_INFINITY));
  return v128.or(where(isInfinite, x, result), v128.not(F.ge(x, c.f64(1))));
}

export function atanh(c: Code, x: Vector, precision: Precision): Vector {
  const size = c.let(F.abs(x));
  const one = c.f64(1);
  const ratio = c.let(div(add(size, size), sub(one, size)));
  const large = mul(c.f64(0.5), log1pSum(c, ratio, undefined, precision));
  const isSmall = F.lt(size, c.f64(0.5));
  const finite = copysign(c, where(isSmall, nearZero(c, x, ATANH, precision), large), x);
  const limit = where(F.eq(size, one), copysign(c, c.f64(Number.POSITIVE_INFINITY), x), finite);
  return v128.or(limit, v128.not(F.le(size, one)));
}
