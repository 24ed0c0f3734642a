/**
 * What numbers mean while a kernel is compiled. In the meaning "dtype" elements keep their type and operations
 * round to it; numbers that come from nowhere in particular (literals, captured and passed numbers, indices) are
 * weak: they take the type of what they meet. In the meaning "javascript" all arithmetic is `f64`, and integers
 * are only what JavaScript itself makes integers of.
 */

import type { FloatType, ValueType } from "../ir.ts";

export type Meaning = "dtype" | "javascript";

/**
 * `int` and `float` are weak; `int` is never negative when it comes from a source that could be. `mixed` is a variable
 * that gets both `i32` and `u32`, which no 32-bit integer holds.
 */
export type FrontType = "bool" | "int" | "i32" | "u32" | "mixed" | "float" | "f32" | "f64";

export const isFloatType = (type: FrontType): boolean =>
  type === "float" || type === "f32" || type === "f64";

export const isIntegerType = (type: FrontType): boolean =>
  type === "int" || type === "i32" || type === "u32" || type === "mixed";

/** The rules of one meaning. */
export interface NumberRules {
  readonly meaning: Meaning;
  /** The type in the intermediate form. */
  concrete(type: FrontType): ValueType;
  literal(value: number): FrontType;
  /** Of a number or boolean that is captured or passed: a parameter of the kernel. */
  scalar(value: number | boolean): FrontType;
  /** The type that holds values of both. */
  join(a: FrontType, b: FrontType): FrontType;
  /** Of a sum, difference or product. */
  arithmetic(a: FrontType, b: FrontType): FrontType;
  /** Of a quotient, and of functions of floats. */
  float(a: FrontType, b: FrontType): FrontType;
}

const ORDER: readonly FrontType[] = ["bool", "int", "i32", "u32", "mixed", "float", "f32", "f64"];
const rank = (type: FrontType): number => ORDER.indexOf(type);
const isMixture = (a: FrontType, b: FrontType): boolean =>
  (a === "i32" && b === "u32") || (a === "u32" && b === "i32");
const higher = (a: FrontType, b: FrontType): FrontType => (rank(a) < rank(b) ? b : a);

const isWhole = (value: number): boolean => Number.isInteger(value) && !Object.is(value, -0);

/** `defaultFloat` is what weak floats are where they meet nothing else. */
export const dtypeRules = (defaultFloat: FloatType): NumberRules => ({
  meaning: "dtype",
  concrete(type) {
    if (type === "int" || type === "mixed") return "i32";
    return type === "float" ? defaultFloat : type;
  },
  literal: weakTypeOf,
  scalar: (value) => (typeof value === "boolean" ? "bool" : weakTypeOf(value)),
  join: (a, b) => (isMixture(a, b) ? "mixed" : higher(a, b)),
  arithmetic(a, b) {
    const joined = isMixture(a, b) ? "u32" : higher(a, b);
    // The sum or difference of weak integers may be negative.
    return joined === "bool" || joined === "int" ? "i32" : joined;
  },
  float: (a, b) => higher("float", higher(a, b)),
});

/** The type of a number that has none of its own. */
function weakTypeOf(value: number): FrontType {
  if (!isWhole(value)) return "float";
  if (value >= 0 && value < 2 ** 31) return "int";
  if (value >= -(2 ** 31) && value < 0) return "i32";
  return value >= 0 && value < 2 ** 32 ? "u32" : "float";
}

export const javascriptRules: NumberRules = {
  meaning: "javascript",
  concrete(type) {
    if (type === "int") return "i32";
    return type === "float" || type === "mixed" ? "f64" : type;
  },
  literal(value) {
    const type = weakTypeOf(value);
    return type === "float" ? "f64" : type === "int" ? "i32" : type;
  },
  scalar: (value) => (typeof value === "boolean" ? "bool" : "f64"),
  join: (a, b) => (isMixture(a, b) ? "f64" : higher(a, b)),
  arithmetic: () => "f64",
  float: () => "f64",
};
