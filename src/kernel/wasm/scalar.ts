/**
 * Operations on one number each. Booleans are 0 or 1 of type i32. Nothing traps. Functions without an instruction
 * go through the vector functions, so that an item's result does not depend on how items are grouped.
 */

import type { Callable } from "../../wasm/module.ts";
import { demote, type Expr, f32, f64, i32, promote, select } from "../../wasm/ops.ts";
import { demoteLow, f32x4, f64x2, promoteLow, type Vector } from "../../wasm/simd.ts";
import type { BinaryExpression, Comparison, MathFunction, NumberType, ValueType } from "../ir.ts";
import type { Code } from "../math/code.ts";
import { type MathName, mathF64 } from "../math/functions.ts";
import type { Operations } from "./operations.ts";

export type ScalarType = "i32" | "f32" | "f64";
export type Scalar = Expr<ScalarType>;
type I32 = Expr<"i32">;
type F32 = Expr<"f32">;
type F64 = Expr<"f64">;

export const scalarType = (type: ValueType): ScalarType =>
  type === "f64" || type === "f32" ? type : "i32";

type Float = typeof f32 & typeof f64;
/** The instructions of a float type; operands have to be of it. */
const floats = (type: "f32" | "f64"): Float => (type === "f64" ? f64 : f32) as unknown as Float;

const SIGNED_ORDER = { lt: i32.ltS, le: i32.leS, gt: i32.gtS, ge: i32.geS };
const UNSIGNED_ORDER = { lt: i32.ltU, le: i32.leU, gt: i32.gtU, ge: i32.geU };

export class ScalarOperations implements Operations<Scalar> {
  readonly #c: Code;
  readonly #remainder: Callable<"f64">;
  readonly multiplyAdd: Operations<Scalar>["multiplyAdd"];

  /** `remainder` is that of JavaScript. */
  constructor(c: Code, remainder: Callable<"f64">) {
    this.#c = c;
    this.#remainder = remainder;
    this.multiplyAdd = c.isFused ? multiplyAdd : undefined;
  }

  constant(type: ValueType, value: number): Scalar {
    if (type === "f64") return f64.const(value);
    return type === "f32" ? f32.const(value) : i32.const(value);
  }

  unary(operator: "negate" | "complement" | "not", type: ValueType, a: Scalar): Scalar {
    if (operator === "not") return i32.eqz(a as I32);
    if (operator === "complement") return i32.xor(a as I32, -1);
    if (type === "f64") return f64.neg(a as F64);
    return type === "f32" ? f32.neg(a as F32) : i32.sub(0, a as I32);
  }

  binary(operator: BinaryExpression["operator"], type: NumberType, a: Scalar, b: Scalar): Scalar {
    if (type === "f64" || type === "f32") return this.#float(operator, type, a, b);
    return this.#integer(operator, type === "i32", a as I32, b as I32);
  }

  #float(operator: string, type: "f32" | "f64", a: Scalar, b: Scalar): Scalar {
    if (operator === "remainder") {
      const wide = (x: Scalar): F64 => (type === "f64" ? x : promote(x as F32)) as F64;
      const result = this.#remainder(wide(a), wide(b));
      return type === "f64" ? result : demote(result);
    }
    const name = ({ add: "add", subtract: "sub", multiply: "mul", divide: "div" } as const)[
      operator as "add"
    ];
    return floats(type)[name](a as never, b as never);
  }

  #integer(operator: BinaryExpression["operator"], isSigned: boolean, left: I32, right: I32): I32 {
    switch (operator) {
      case "add":
        return i32.add(left, right);
      case "subtract":
        return i32.sub(left, right);
      case "multiply":
        return i32.mul(left, right);
      case "and":
        return i32.and(left, right);
      case "or":
        return i32.or(left, right);
      case "xor":
        return i32.xor(left, right);
      case "shl":
        return i32.shl(left, right);
      case "shr":
        return isSigned ? i32.shrS(left, right) : i32.shrU(left, right);
    }
    const c = this.#c;
    const [a, b] = [c.let(left), c.let(right)];
    const divisor = c.let(i32.add(b, i32.eqz(b)));
    // 1 where b is 0: the remainder is 0 then.
    if (operator === "remainder") {
      return isSigned ? i32.remS(a, divisor) : i32.remU(a, divisor);
    }
    const isZero = i32.eqz(b);
    if (!isSigned) return select(isZero, i32.const(0), i32.divU(a, divisor));
    // −2147483648 / −1 would trap; dividing by −1 is a change of sign.
    const isMinusOne = c.let(i32.eq(b, -1));
    const quotient = i32.divS(a, select(isMinusOne, i32.const(1), divisor));
    const signed = select(isMinusOne, i32.sub(0, a), quotient);
    return select(isZero, i32.const(0), signed);
  }

  compare(operator: Comparison, type: ValueType, a: Scalar, b: Scalar): Scalar {
    if (type === "f64" || type === "f32") return floats(type)[operator](a as never, b as never);
    if (operator === "eq" || operator === "ne") return i32[operator](a as I32, b as I32);
    const order = type === "i32" ? SIGNED_ORDER : UNSIGNED_ORDER;
    return order[operator](a as I32, b as I32);
  }

  logical(operator: "and" | "or", a: Scalar, b: Scalar): Scalar {
    return i32[operator](a as I32, b as I32);
  }

  select(_: ValueType, condition: Scalar, then: Scalar, otherwise: Scalar): Scalar {
    return select(condition as I32, then, otherwise as never);
  }

  cast(from: ValueType, to: ValueType, a: Scalar): Scalar {
    if (from === to) return a;
    if (to === "bool") return this.#truth(from, a);
    if (to === "i32" || to === "u32") {
      if (from === "f64") return this.#toInteger(a as F64);
      return from === "f32" ? this.#toInteger(promote(a as F32)) : a;
    }
    if (from === "f64") return demote(a as F64);
    if (from === "f32") return promote(a as F32);
    return floats(to)[from === "u32" ? "fromU32" : "fromI32"](a as I32);
  }

  #truth(from: ValueType, a: Scalar): I32 {
    if (from === "f64") return f64.gt(f64.abs(a as F64), 0);
    return from === "f32" ? f32.gt(f32.abs(a as F32), 0) : i32.ne(a as I32, 0);
  }

  /** Modulo 2^32; every step is exact. */
  #toInteger(a: F64): I32 {
    const whole = this.#c.let(f64.trunc(a));
    const above = f64.mul(f64.floor(f64.mul(whole, 2 ** -32)), 2 ** 32);
    return f64.toU32(f64.sub(whole, above));
  }

  math(name: MathFunction, type: NumberType, args: readonly Scalar[]): Scalar {
    if (type === "i32" || type === "u32") return this.#integerMath(name, type === "i32", args);
    const [a] = args as [Scalar];
    switch (name) {
      case "abs":
      case "sqrt":
      case "floor":
      case "ceil":
      case "trunc":
        return floats(type)[name](a as never);
      case "min":
      case "max":
        return args.reduce((x, y) => floats(type)[name](x as never, y as never));
    }
    const c = this.#c;
    if (type === "f64") {
      const vectors = args.map((each) => f64x2.splat(each as F64));
      return f64x2.extract(mathF64(c, name as MathName, vectors), 0);
    }
    const vectors = args.map((each) => promoteLow(f32x4.splat(each as F32)));
    return f32x4.extract(demoteLow(mathF64(c, name as MathName, vectors, "f32")), 0);
  }

  #integerMath(name: MathFunction, isSigned: boolean, args: readonly Scalar[]): I32 {
    const c = this.#c;
    const [a, ...rest]: I32[] = args.map((each) => c.let(each as I32));
    if (!a) throw new Error(`internal: ${name} of nothing`);
    const order = isSigned ? SIGNED_ORDER : UNSIGNED_ORDER;
    switch (name) {
      case "clz":
        return i32.clz(a);
      case "abs":
        return isSigned ? select(i32.ltS(a, 0), i32.sub(0, a), a) : a;
      case "sign": {
        const isPositive = isSigned ? i32.gtS(a, 0) : i32.ne(a, 0);
        return isSigned ? i32.sub(isPositive, i32.ltS(a, 0)) : isPositive;
      }
      case "min":
      case "max":
        return rest.reduce((x, y) => {
          const best = c.let(x);
          return select(order[name === "min" ? "lt" : "gt"](best, y), best, y);
        }, a);
      default:
        throw new Error(`internal: ${name} of integers`);
    }
  }
}

/** There is an instruction for lanes only. */
const multiplyAdd: NonNullable<Operations<Scalar>["multiplyAdd"]> = (type, isNegated, ...of) => {
  const name = isNegated ? "relaxedNmadd" : "relaxedMadd";
  if (type === "f64") {
    const [a, b, c] = of.map((each) => f64x2.splat(each as F64)) as [Vector, Vector, Vector];
    return f64x2.extract(f64x2[name](a, b, c), 0);
  }
  const [a, b, c] = of.map((each) => f32x4.splat(each as F32)) as [Vector, Vector, Vector];
  return f32x4.extract(f32x4[name](a, b, c), 0);
};
