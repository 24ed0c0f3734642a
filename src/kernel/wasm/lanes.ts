/**
 * Operations on several items side by side. A bundle holds the values of `lanes` consecutive items (a multiple of
 * four) in as many vectors as their type needs: two items a vector for f64, four for the others. Truth is a mask
 * of set bits, as wide as the lanes it was found in.
 */

import {
  demoteLow,
  f32x4,
  f64x2,
  i32x4,
  promoteLow,
  shuffle32,
  type Vector,
  v128,
} from "../../wasm/simd.ts";
import type { BinaryExpression, Comparison, MathFunction, NumberType, ValueType } from "../ir.ts";
import type { Code } from "../math/code.ts";
import { type MathName, mathF32, mathF64, upperHalf } from "../math/functions.ts";
import type { Operations } from "./operations.ts";

export interface Bundle {
  readonly vectors: readonly Vector[];
  /** Of a mask: 64 bits an item, not 32. */
  readonly isWide?: boolean;
}

/** Vectors that a bundle of a type has; masks that are kept have 32 bits an item. */
export const vectorsOf = (type: ValueType, lanes: number): number =>
  lanes / (type === "f64" ? 2 : 4);

const LOW_HALVES = [0, 1, 4, 5];

/** Two lanes of f64 from two vectors of results in their low halves. */
const joined = (low: Vector, high: Vector): Vector => shuffle32(low, high, LOW_HALVES);

const FLOAT_OPERATORS = { add: "add", subtract: "sub", multiply: "mul", divide: "div" } as const;

export class LaneOperations implements Operations<Bundle> {
  readonly #c: Code;
  readonly #lanes: number;

  readonly multiplyAdd: Operations<Bundle>["multiplyAdd"];

  constructor(c: Code, lanes: number) {
    this.#c = c;
    this.#lanes = lanes;
    this.multiplyAdd = c.isFused ? multiplyAdd : undefined;
  }

  constant(type: ValueType, value: number): Bundle {
    const c = this.#c;
    const count = vectorsOf(type, this.#lanes);
    const repeat = (vector: Vector): Bundle => ({ vectors: Array(count).fill(vector) });
    if (type === "f64") return repeat(c.f64(value));
    const word = type === "f32" ? Float32Array.of(value, value, value, value) : undefined;
    const integer = type === "bool" ? -value : value;
    const words = word ?? Int32Array.of(integer, integer, integer, integer);
    return repeat(c.bytes(new Uint8Array(words.buffer)));
  }

  unary(operator: "negate" | "complement" | "not", type: ValueType, a: Bundle): Bundle {
    if (operator !== "negate") return { ...a, vectors: a.vectors.map(v128.not) };
    if (type === "f64") return each(a, f64x2.neg);
    return each(a, type === "f32" ? f32x4.neg : i32x4.neg);
  }

  binary(operator: BinaryExpression["operator"], type: NumberType, a: Bundle, b: Bundle): Bundle {
    if (type === "f64" || type === "f32") {
      const name = FLOAT_OPERATORS[operator as keyof typeof FLOAT_OPERATORS];
      return pairwise(a, b, (type === "f64" ? f64x2 : f32x4)[name]);
    }
    switch (operator) {
      case "add":
        return pairwise(a, b, i32x4.add);
      case "subtract":
        return pairwise(a, b, i32x4.sub);
      case "multiply":
        return pairwise(a, b, i32x4.mul);
      case "and":
      case "or":
      case "xor":
        return pairwise(a, b, v128[operator]);
      case "divide":
        return this.#quotient(type, a, b);
      case "remainder": {
        const [x, y] = [this.keep(a), this.keep(b)];
        const whole = this.binary("multiply", type, this.#quotient(type, x, y), y);
        const rest = pairwise(x, whole, i32x4.sub);
        return pairwise(rest, this.cast(type, "bool", y), v128.and);
      }
      default:
        throw new Error(`internal: ${operator} of lanes by different counts`);
    }
  }

  /** Shifts all items by one count. */
  shift(operator: "shl" | "shr", type: NumberType, a: Bundle, count: number): Bundle {
    const right = type === "i32" ? i32x4.shrS : i32x4.shrU;
    const by = operator === "shl" ? i32x4.shl : right;
    return each(a, (vector) => by(vector, count & 31));
  }

  /** Whole parts of quotients of 32-bit integers are exact in f64; 0 where the divisor is 0. */
  #quotient(type: "i32" | "u32", a: Bundle, b: Bundle): Bundle {
    const [x, y] = [this.cast(type, "f64", a), this.cast(type, "f64", b)];
    return this.cast("f64", type, pairwise(x, y, f64x2.div));
  }

  compare(operator: Comparison, type: ValueType, a: Bundle, b: Bundle): Bundle {
    if (type === "f64") return { ...pairwise(a, b, f64x2[operator]), isWide: true };
    if (type === "f32") return pairwise(a, b, f32x4[operator]);
    if (type === "bool") {
      const differ = pairwise(this.narrow(a), this.narrow(b), v128.xor);
      return operator === "ne" ? differ : each(differ, v128.not);
    }
    if (operator === "eq" || operator === "ne") return pairwise(a, b, i32x4[operator]);
    return pairwise(a, b, i32x4[`${operator}${type === "i32" ? "S" : "U"}`]);
  }

  logical(operator: "and" | "or", a: Bundle, b: Bundle): Bundle {
    if (a.isWide && b.isWide) return { ...pairwise(a, b, v128[operator]), isWide: true };
    return pairwise(this.narrow(a), this.narrow(b), v128[operator]);
  }

  select(type: ValueType, condition: Bundle, then: Bundle, otherwise: Bundle): Bundle {
    const isMask = type === "bool";
    const mask = type === "f64" ? this.wide(condition) : this.narrow(condition);
    const [a, b] = isMask ? [this.narrow(then), this.narrow(otherwise)] : [then, otherwise];
    return {
      vectors: mask.vectors.map((bits, k) =>
        v128.bitselect(bits, a.vectors[k] as Vector, b.vectors[k] as Vector),
      ),
    };
  }

  cast(from: ValueType, to: ValueType, a: Bundle): Bundle {
    if (from === to) return a;
    if (to === "bool") return this.#truth(from, a);
    if (from === "bool") return this.#numbers(to, a);
    const isIntegers = (type: ValueType): boolean => type === "i32" || type === "u32";
    if (isIntegers(from) && isIntegers(to)) return a;
    if (to === "f32" && from !== "f64") {
      return each(a, from === "i32" ? f32x4.fromI32 : f32x4.fromU32);
    }
    if (to === "f64") {
      const widen = from === "f32" ? promoteLow : from === "i32" ? f64x2.fromI32 : f64x2.fromU32;
      return split(this.keep(a), widen, (vector) => widen(upperHalf(vector)));
    }
    if (from === "f32") return this.cast("f64", to, this.cast("f32", "f64", a));
    return halved(a, to === "f32" ? demoteLow : (vector) => this.#toInteger(vector));
  }

  #truth(from: ValueType, a: Bundle): Bundle {
    if (from !== "f64" && from !== "f32") {
      return this.compare("ne", from, a, this.constant(from, 0));
    }
    const size = each(a, from === "f64" ? f64x2.abs : f32x4.abs);
    return this.compare("gt", from, size, this.constant(from, 0));
  }

  #numbers(to: ValueType, mask: Bundle): Bundle {
    const bits = to === "f64" ? this.wide(mask) : this.narrow(mask);
    return pairwise(bits, this.constant(to, 1), v128.and);
  }

  /** Modulo 2^32 into the low half; every step is exact. */
  #toInteger(a: Vector): Vector {
    const c = this.#c;
    const whole = c.let(f64x2.trunc(a));
    const above = f64x2.mul(f64x2.floor(f64x2.mul(whole, c.f64(2 ** -32))), c.f64(2 ** 32));
    return i32x4.truncF64U(f64x2.sub(whole, above));
  }

  math(name: MathFunction, type: NumberType, args: readonly Bundle[]): Bundle {
    const of = (at: number): readonly Vector[] => args.map((arg) => arg.vectors[at] as Vector);
    const all = (apply: (vectors: readonly Vector[]) => Vector): Bundle => ({
      vectors: (args[0] as Bundle).vectors.map((_, at) => apply(of(at))),
    });
    if (type === "f64")
      return all((vectors) => this.#c.let(mathF64(this.#c, name as MathName, vectors)));
    if (type === "f32")
      return all((vectors) => this.#c.let(mathF32(this.#c, name as MathName, vectors)));
    const [a] = args as [Bundle];
    switch (name) {
      case "abs":
        return type === "i32" ? each(a, i32x4.abs) : a;
      case "min":
      case "max": {
        const pick = i32x4[`${name}${type === "i32" ? "S" : "U"}`];
        return args.reduce((x, y) => pairwise(x, y, pick));
      }
      case "sign": {
        const x = this.keep(a);
        const zero = this.constant(type, 0);
        const isPositive = this.compare("gt", type, x, zero);
        // A mask is −1.
        const isNegative = this.compare("lt", type, x, zero);
        return pairwise(isNegative, isPositive, i32x4.sub);
      }
      default:
        throw new Error(`internal: ${name} of integer lanes`);
    }
  }

  /** For what is used more than once. */
  keep(a: Bundle): Bundle {
    return { ...a, vectors: a.vectors.map((vector) => this.#c.let(vector)) };
  }

  /** A mask with 32 bits an item. */
  narrow(mask: Bundle): Bundle {
    if (!mask.isWide) return mask;
    const vectors: Vector[] = [];
    for (let k = 0; k < mask.vectors.length; k += 2) {
      const [low, high] = mask.vectors.slice(k, k + 2) as [Vector, Vector];
      vectors.push(shuffle32(low, high, [0, 2, 4, 6]));
    }
    return { vectors };
  }

  /** A mask with 64 bits an item. */
  wide(mask: Bundle): Bundle {
    if (mask.isWide) return mask;
    const kept = this.keep(mask);
    const twice = (lanes: readonly number[]) => (v: Vector) => shuffle32(v, v, lanes);
    return { ...split(kept, twice([0, 0, 1, 1]), twice([2, 2, 3, 3])), isWide: true };
  }
}

const each = (a: Bundle, apply: (vector: Vector) => Vector): Bundle => ({
  ...a,
  vectors: a.vectors.map(apply),
});

const pairwise = (a: Bundle, b: Bundle, apply: (x: Vector, y: Vector) => Vector): Bundle => ({
  vectors: a.vectors.map((vector, k) => apply(vector, b.vectors[k] as Vector)),
});

const multiplyAdd: NonNullable<Operations<Bundle>["multiplyAdd"]> = (type, isNegated, a, b, c) => {
  const apply = (type === "f64" ? f64x2 : f32x4)[isNegated ? "relaxedNmadd" : "relaxedMadd"];
  return {
    vectors: a.vectors.map((vector, k) =>
      apply(vector, b.vectors[k] as Vector, c.vectors[k] as Vector),
    ),
  };
};

/** Two vectors for each. */
const split = (a: Bundle, low: (v: Vector) => Vector, high: (v: Vector) => Vector): Bundle => ({
  vectors: a.vectors.flatMap((vector) => [low(vector), high(vector)]),
});

/** One vector for two, whose results lie in the low halves. */
const halved = (a: Bundle, apply: (v: Vector) => Vector): Bundle => ({
  vectors: a.vectors.flatMap((vector, k) =>
    k % 2 === 0 ? [joined(apply(vector), apply(a.vectors[k + 1] as Vector))] : [],
  ),
});
