/**
 * Functions of the standard applied to arrays and single values: which function of elements it is for their dtypes, and
 * which dtype comes of it. Single values beside arrays take the arrays' dtype.
 */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isComplex, isComplexValue, isFloat, type Value } from "../element.ts";
import type { CommonOf, AnyOperand as TypedOperand } from "../elementwise/operand-types.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { type AnyArray, isArray, type Like } from "../kinds.ts";
import { checkOperand, commonOf, elementwise, type Operand } from "../manipulation/choosing.ts";
import { type RealOf, realOf } from "../promotion.ts";
import { COMPLEX, complexOfReal } from "./complex.ts";
import { BOOLEAN, INTEGER, REAL, SINGLE, UNSIGNED } from "./real.ts";

/** The dtype of what a function gives for operands whose common dtype is `D`, by its rule. */
interface Results<D extends DType> {
  /** Booleans count as numbers. */
  number: D extends "bool" ? "f64" : D;
  real: D extends "bool" ? "f64" : RealOf<D>;
  float: D extends "f32" | "c64" | "c128" ? D : "f64";
  bits: D;
  test: "bool";
}

export type Rule = keyof Results<DType>;

export type UnaryFunction<R extends Rule> = <A extends AnyArray>(
  x: A,
) => Like<A, Results<A["dtype"]>[R]>;

export type BinaryFunction<R extends Rule> = <
  const A extends AnyArray | TypedOperand,
  const B extends AnyArray | TypedOperand,
>(
  x1: A,
  x2: B,
) => Like<Extract<A | B, AnyArray>, Results<CommonOf<readonly [A, B]>>[R]>;

const isInteger = (dtype: DType): boolean =>
  dtype !== "bool" && !isFloat(dtype) && !isComplex(dtype);

function resultOf(name: string, rule: Rule, common: DType): DType {
  switch (rule) {
    case "test":
      return "bool";
    case "float":
      return isComplex(common) || common === "f32" ? common : "f64";
    case "bits":
      if (isInteger(common) || (common === "bool" && name in BOOLEAN)) return common;
      throw invalidArgument(
        `${name} takes integers${name in BOOLEAN ? " or booleans" : ""} with a common dtype, not what would be ${common}; astype(x, "i32") makes integers`,
      );
    default: {
      const number = common === "bool" ? "f64" : common;
      return rule === "real" ? realOf(number) : number;
    }
  }
}

type Table = Readonly<Record<string, ElementFunction>>;

function functionFor(name: string, rule: Rule, common: DType): ElementFunction {
  const tables: readonly Table[] = isComplex(common)
    ? [COMPLEX]
    : common === "bool"
      ? [BOOLEAN, REAL]
      : isInteger(common) && rule !== "float"
        ? [...(common.startsWith("u") ? [UNSIGNED] : []), INTEGER, REAL]
        : common === "f32"
          ? [SINGLE, REAL]
          : [REAL];
  const table = tables.find((each) => Object.hasOwn(each, name));
  if (table) return table[name] as ElementFunction;
  throw invalidArgument(
    `${name} takes real numbers, not ${common}; write it for complex ones: map((z) => ({ re: …, im: … }), x)`,
  );
}

const LARGEST = { u8: 8, u16: 16, u32: 32, i8: 7, i16: 15, i32: 31 } as const;

/** A single value as a number of the arrays' dtype. @throws where integers have no such one */
function weak(name: string, value: Value, common: DType, rule: Rule): Value {
  if (typeof value !== "number") return value;
  if (common === "f32") return Math.fround(value);
  if (!isInteger(common) || rule === "test" || rule === "float") return value;
  const limit = 2 ** LARGEST[common as keyof typeof LARGEST];
  const least = common.startsWith("u") ? 0 : -limit;
  if (Number.isInteger(value) && value >= least && value < limit) return value;
  throw invalidArgument(
    `${name} of ${common} and ${value}, which is no ${common}; convert the array first: astype(x, "f64")`,
  );
}

function lifted(operand: Operand, common: DType): Operand {
  if (!isArray(operand))
    return isComplexValue(operand) ? operand : complexOfReal(operand as number);
  return isComplex(operand.dtype)
    ? operand
    : elementwise("astype", complexOfReal, [operand], common);
}

function apply(name: string, rule: Rule, given: readonly unknown[], count: number): AnyArray {
  if (given.length !== count) {
    throw invalidArgument(
      `${name} takes ${count === 1 ? `one array: ${name}(x)` : `two arrays or single values: ${name}(x1, x2)`}; it has no options`,
    );
  }
  const operands = given.map((each) => checkOperand(name, each));
  const common = commonOf(operands);
  const dtype = resultOf(name, rule, common);
  const fn = functionFor(name, rule, common);
  const hasArray = operands.some(isArray);
  const own = operands.map((operand) => {
    if (isComplex(common)) return lifted(operand, common);
    return hasArray && !isArray(operand) ? weak(name, operand, common, rule) : operand;
  });
  return elementwise(name, fn, own, dtype);
}

const named = <F>(name: string, fn: (...given: unknown[]) => AnyArray): F =>
  Object.defineProperty(fn, "name", { value: name }) as F;

export const unary = <R extends Rule>(name: string, rule: R): UnaryFunction<R> =>
  named(name, (...given) => apply(name, rule, given, 1));

export const binary = <R extends Rule>(name: string, rule: R): BinaryFunction<R> =>
  named(name, (...given) => apply(name, rule, given, 2));
