/**
 * The functions of `Math` on vectors: code that computes a function of two f64 lanes, or of four f32 lanes as two
 * halves in f64 with shorter polynomials, rounded once at the end. Special values (NaN, ±0, ±∞, subnormal numbers) are
 * those of `Math`. No operation is fused unless the user allows it (then the steps of polynomials are), so results are the
 * same on every machine; where a function is one instruction, it is exact.
 *
 * Largest errors found by `test/kernel/reference/measure.py` in 2 to 7 million numbers of each function, in units
 * of the last place (all functions of f32: at most 0.52):
 *
 *     exp   0.97   log   0.77   sin  0.79   asin  0.87   sinh 1.52   asinh 1.16   cbrt  0.83
 *     exp2  1.14   log1p 0.80   cos  0.79   acos  0.88   cosh 1.35   acosh 1.41   pow   1.19
 *     expm1 1.14   log2  0.76   tan  1.02   atan  0.85   tanh 1.28   atanh 1.03   hypot 1.17
 *                  log10 0.65               atan2 1.48
 */

import { demoteLow, f32x4, f64x2, promoteLow, shuffle32, type Vector } from "../../wasm/simd.ts";
import type { Code } from "./code.ts";
import type { Precision } from "./coefficients.ts";
import { exp, exp2, expm1 } from "./exponential.ts";
import { acosh, asinh, atanh, cosh, sinh, tanh } from "./hyperbolic.ts";
import { acos, asin, atan, atan2 } from "./inverse-trigonometric.ts";
import { log, log1p, log2, log10 } from "./logarithm.ts";
import { cbrt, hypot, pow } from "./power.ts";
import { fround, round, sign } from "./rounding.ts";
import { cos, sin, tan } from "./trigonometric.ts";

export type { Precision } from "./coefficients.ts";

type Unary = (c: Code, x: Vector, precision: Precision) => Vector;
type Binary = (c: Code, x: Vector, y: Vector, precision: Precision) => Vector;

/** Instructions that there are for lanes of both widths. */
type Simple = "abs" | "sqrt" | "floor" | "ceil" | "trunc";

type UnaryName =
  | "exp"
  | "exp2"
  | "expm1"
  | "log"
  | "log1p"
  | "log2"
  | "log10"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "cbrt"
  | "round"
  | "sign"
  | "fround";

type BinaryName = "atan2" | "pow";

/** Functions of any number of arguments, at least one. */
type VariadicName = "min" | "max" | "hypot";

export type MathName = UnaryName | BinaryName | VariadicName | Simple;

const UNARY: Record<UnaryName, Unary> = {
  exp,
  exp2,
  expm1,
  log,
  log1p,
  log2,
  log10,
  sin,
  cos,
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  atanh,
  cbrt,
  round,
  sign,
  fround,
};

const BINARY: Record<BinaryName, Binary> = { atan2, pow };

const VARIADIC: readonly VariadicName[] = ["min", "max", "hypot"];

const SIMPLE: readonly Simple[] = ["abs", "sqrt", "floor", "ceil", "trunc"];

export const MATH_NAMES: readonly MathName[] = [
  ...(Object.keys(UNARY) as UnaryName[]),
  ...(Object.keys(BINARY) as BinaryName[]),
  ...VARIADIC,
  ...SIMPLE,
];

/** How many arguments a function takes; undefined: any number. */
export function arity(name: MathName): number | undefined {
  if (name in BINARY) return 2;
  return (VARIADIC as readonly string[]).includes(name) ? undefined : 1;
}

/** A function of f64 lanes. `precision` says what the result is rounded to later. */
export function mathF64(
  c: Code,
  name: MathName,
  args: readonly Vector[],
  precision: Precision = "f64",
): Vector {
  const given: Vector[] = args.map((arg) => c.let(arg));
  const [x, y] = given as [Vector, Vector];
  if (isSimple(name)) return f64x2[name](x);
  if (name in UNARY) return UNARY[name as UnaryName](c, x, precision);
  if (name in BINARY) return BINARY[name as BinaryName](c, x, y, precision);
  if (name === "hypot") return hypot(c, given, precision);
  const pick = f64x2[name as "min" | "max"];
  return given.reduce((a, b) => pick(a, b));
}

/** A function of f32 lanes, its result rounded to f32. */
export function mathF32(c: Code, name: MathName, args: readonly Vector[]): Vector {
  const given: Vector[] = args.map((arg) => c.let(arg));
  if (isSimple(name)) return f32x4[name](given[0] as Vector);
  if (name === "min" || name === "max") return given.reduce((a, b) => f32x4[name](a, b));
  if (name === "fround") return given[0] as Vector;
  const low = mathF64(c, name, given.map(promoteLow), "f32");
  const lowHalf = c.let(demoteLow(low));
  const high = mathF64(
    c,
    name,
    given.map((each) => promoteLow(upperHalf(each))),
    "f32",
  );
  return shuffle32(lowHalf, demoteLow(high), [0, 1, 4, 5]);
}

const isSimple = (name: MathName): name is Simple => (SIMPLE as readonly string[]).includes(name);

/** The two high lanes of 32 bits, moved down. */
export const upperHalf = (x: Vector): Vector => shuffle32(x, x, [2, 3, 2, 3]);
