/** round, sign and fround on lanes of f64, with the meaning that JavaScript gives to halves, −0 and NaN. */

import { demoteLow, f64x2 as F, promoteLow, type Vector, v128 } from "../../wasm/simd.ts";
import type { Code } from "./code.ts";
import { add, copysign, sub, where } from "./double.ts";

/** The nearest integer, the larger of two. */
export function round(c: Code, x: Vector): Vector {
  const below = c.let(F.floor(x));
  const isAbove = F.ge(sub(x, below), c.f64(0.5));
  return copysign(c, add(below, v128.and(isAbove, c.f64(1))), x);
}

export function sign(c: Code, x: Vector): Vector {
  const isOrdinary = v128.or(F.gt(x, c.f64(0)), F.lt(x, c.f64(0)));
  return where(isOrdinary, copysign(c, c.f64(1), x), x);
}

export const fround = (_: Code, x: Vector): Vector => promoteLow(demoteLow(x));
