/**
 * asin, acos, atan and atan2. Arcsines of more than 1/2 go by the half angle with a square root in two parts (K. C. Ng
 * in FDLIBM); arctangents are reduced to |v| ≤ 0.66 by arctan x = π/4 + arctan((x − 1) / (x + 1)) and by the
 * reciprocal (S. Moshier: Cephes), with the constant and its low part added last.
 */

import { f64x2 as F, type Vector, v128 } from "../../wasm/simd.ts";
import type { Code } from "./code.ts";
import { ASIN, ATAN, type Precision } from "./coefficients.ts";
import {
  add,
  copysign,
  div,
  flipsign,
  head,
  isNegative,
  mul,
  polynomial,
  sub,
  where,
} from "./double.ts";

const HALF_PI_LOW = 6.123233995736766e-17;
const PI_LOW = 1.2246467991473532e-16;

interface HalfAngle {
  readonly isLarge: Vector;
  /** arcsin √z = √z·(1 + R); z is x², or (1 − |x|) / 2 where |x| > 1/2. */
  readonly R: Vector;
  readonly root: Vector;
  /** The root without its low bits, and what that lacks of √z. */
  readonly rootHead: Vector;
  readonly rootRest: Vector;
}

function halfAngle(c: Code, x: Vector, precision: Precision): HalfAngle {
  const size = c.let(F.abs(x));
  const isLarge = c.let(F.gt(size, c.f64(0.5)));
  const half = mul(sub(c.f64(1), size), c.f64(0.5));
  const z = c.let(where(isLarge, half, mul(x, x)));
  const R = c.let(mul(z, polynomial(c, z, ASIN[precision])));
  const root = c.let(F.sqrt(z));
  if (precision === "f32") return { isLarge, R, root, rootHead: root, rootRest: c.f64(0) };
  const rootHead = c.let(head(c, root));
  const divisor = F.pmax(add(root, rootHead), c.f64(2 ** -1000));
  const rootRest = c.let(div(sub(z, mul(rootHead, rootHead)), divisor));
  return { isLarge, R, root, rootHead, rootRest };
}

export function asin(c: Code, x: Vector, precision: Precision): Vector {
  const { isLarge, R, root, rootHead, rootRest } = halfAngle(c, x, precision);
  const small = add(x, mul(x, R));
  const low = sub(mul(add(root, root), R), sub(c.f64(HALF_PI_LOW), add(rootRest, rootRest)));
  const quarter = c.f64(Math.PI / 4);
  const high = sub(quarter, add(rootHead, rootHead));
  return where(isLarge, copysign(c, sub(quarter, sub(low, high)), x), small);
}

export function acos(c: Code, x: Vector, precision: Precision): Vector {
  const { isLarge, R, root, rootHead, rootRest } = halfAngle(c, x, precision);
  const halfPi = c.f64(Math.PI / 2);
  const small = sub(halfPi, sub(x, sub(c.f64(HALF_PI_LOW), mul(x, R))));
  const tail = c.let(mul(root, R));
  const near = add(rootHead, add(tail, rootRest));
  const far = sub(halfPi, add(root, sub(tail, c.f64(HALF_PI_LOW))));
  const half = c.let(where(isNegative(c, x), far, near));
  return where(isLarge, add(half, half), small);
}

/** arctan v = v + v·z·P(z) for |v| ≤ 0.66: without the leading v. */
function arctanTail(c: Code, v: Vector, precision: Precision): Vector {
  const z = c.let(mul(v, v));
  return mul(v, mul(z, polynomial(c, z, ATAN[precision])));
}

export function atan(c: Code, x: Vector, precision: Precision): Vector {
  const size = c.let(F.abs(x));
  const one = c.f64(1);
  const isMiddle = c.let(F.gt(size, c.f64(0.66)));
  const isLarge = c.let(F.gt(size, c.f64(1 + Math.SQRT2)));
  const above = where(isLarge, c.f64(-1), where(isMiddle, sub(size, one), size));
  const below = where(isLarge, size, where(isMiddle, add(size, one), one));
  const v = c.let(div(above, below));
  const pick = (large: number, middle: number): Vector =>
    where(isLarge, c.f64(large), v128.and(isMiddle, c.f64(middle)));
  const base = pick(Math.PI / 2, Math.PI / 4);
  const low = pick(HALF_PI_LOW, HALF_PI_LOW / 2);
  const sum = add(base, add(v, add(low, arctanTail(c, v, precision))));
  return copysign(c, sum, x);
}

/** The angle within an eighth of the circle, then turned and mirrored to where the point lies. */
export function atan2(c: Code, y: Vector, x: Vector, precision: Precision): Vector {
  const [height, width] = [c.let(F.abs(y)), c.let(F.abs(x))];
  const least = c.let(F.min(height, width));
  const most = c.let(F.max(height, width));
  // Equal sizes make an angle of π/4, also where both are infinite; 0 over 0 counts as 0.
  const isEqual = c.let(v128.and(F.eq(least, most), F.gt(most, c.f64(0))));
  const shrink = where(F.gt(most, c.f64(2 ** 1000)), c.f64(2 ** -60), c.f64(1));
  const factor = c.let(where(F.lt(most, c.f64(2 ** -900)), c.f64(2 ** 120), shrink));
  const [a, b] = [c.let(mul(least, factor)), c.let(mul(most, factor))];
  const isMiddle = c.let(F.gt(a, mul(b, c.f64(0.66))));
  const isNothing = F.eq(most, c.f64(0));
  const below = where(isNothing, c.f64(1), where(isMiddle, add(a, b), b));
  const ratio = div(where(isMiddle, sub(a, b), a), below);
  const v = c.let(v128.andnot(ratio, isEqual));
  const isEighth = c.let(v128.or(isMiddle, isEqual));

  const isSteep = c.let(F.gt(height, width));
  const isLeft = c.let(isNegative(c, x));
  // Steep points have π/2 minus the angle, then points on the left π minus that.
  const constant = (quarter: number): Vector => {
    const first = c.let(v128.and(isEighth, c.f64(quarter)));
    const second = c.let(where(isSteep, sub(c.f64(2 * quarter), first), first));
    return where(isLeft, sub(c.f64(4 * quarter), second), second);
  };
  const base = constant(Math.PI / 4);
  const low = constant(PI_LOW / 4);
  const isMirrored = v128.xor(isSteep, isLeft);
  const signed = c.let(flipsign(c, v, isMirrored));
  const angle = add(base, add(signed, add(low, arctanTail(c, signed, precision))));
  const isNotNumber = v128.or(F.ne(x, x), F.ne(y, y));
  return v128.or(copysign(c, angle, y), isNotNumber);
}
