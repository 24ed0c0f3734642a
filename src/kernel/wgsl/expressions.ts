/** Expressions as WGSL. Operations of constants do not come up: WGSL would make errors of some. */

import type {
  BinaryExpression,
  CompareExpression,
  Expression,
  IndexExpression,
  MathExpression,
  ValueType,
} from "../ir.ts";
import type { Helpers } from "./helpers.ts";

/** How names and places are spelled. */
export interface Spelling {
  readonly helpers: Helpers;
  variable(name: string): string;
  index(e: IndexExpression): string;
  length(array: string): string;
  load(array: string, index: Expression, text: string): string;
}

export function expressionText(e: Expression, names: Spelling): string {
  const text = (inner: Expression): string => expressionText(inner, names);
  switch (e.kind) {
    case "constant":
      return constantText(e.value, e.type, names.helpers);
    case "variable":
      return names.variable(e.name);
    case "index":
      return names.index(e);
    case "length":
      return names.length(e.array);
    case "load":
      return names.load(e.array, e.index, text(e.index));
    case "unary":
      return `(${UNARY[e.operator]}${text(e.operand)})`;
    case "binary":
      return binaryText(e, text(e.left), text(e.right), names.helpers);
    case "compare":
      if (isNaNTest(e)) {
        const test = names.helpers.call("is_nan", text(e.left));
        return e.operator === "ne" ? test : `!${test}`;
      }
      // Drivers may take NaN as not different from anything, but never as equal.
      if (e.operator === "ne" && e.left.type === "f32") {
        return `!(${text(e.left)} == ${text(e.right)})`;
      }
      return `(${text(e.left)} ${COMPARISONS[e.operator]} ${text(e.right)})`;
    case "logical":
      return `(${text(e.left)} ${e.operator === "and" ? "&&" : "||"} ${text(e.right)})`;
    case "select":
      return `select(${text(e.alternate)}, ${text(e.consequent)}, ${text(e.condition)})`;
    case "cast":
      return castText(text(e.operand), e.operand.type, e.type, names.helpers);
    case "math":
      return mathText(e, e.arguments.map(text), names.helpers);
  }
}

/** A number that differs from itself. */
const isNaNTest = ({ operator, left, right }: CompareExpression): boolean =>
  (operator === "eq" || operator === "ne") &&
  left.type === "f32" &&
  JSON.stringify(left) === JSON.stringify(right);

const UNARY = { negate: "-", complement: "~", not: "!" };
const COMPARISONS = { eq: "==", ne: "!=", lt: "<", le: "<=", gt: ">", ge: ">=" };

export function constantText(value: number, type: ValueType, helpers: Helpers): string {
  switch (type) {
    case "bool":
      return value ? "true" : "false";
    case "u32":
      return `${value}u`;
    case "i32":
      // The literal's number is positive, and 2147483648 is no i32.
      if (value === -(2 ** 31)) return "(-2147483647i - 1i)";
      return value < 0 ? `(${value}i)` : `${value}i`;
    default:
      return floatText(value, helpers);
  }
}

function floatText(value: number, helpers: Helpers): string {
  if (Number.isNaN(value)) return helpers.call("nan");
  if (value === Number.POSITIVE_INFINITY) return helpers.call("infinity");
  if (value === Number.NEGATIVE_INFINITY) return `(-${helpers.call("infinity")})`;
  const text = Object.is(value, -0) ? "-0.0" : String(value);
  return text.startsWith("-") ? `(${text}f)` : `${text}f`;
}

const OPERATORS: Record<BinaryExpression["operator"], string> = {
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  remainder: "%",
  and: "&",
  or: "|",
  xor: "^",
  shl: "<<",
  shr: ">>",
};

function binaryText(e: BinaryExpression, left: string, right: string, helpers: Helpers): string {
  const { operator, type } = e;
  if (operator === "shl" || operator === "shr") {
    const count = e.right.kind === "constant" ? `${e.right.value & 31}u` : `(u32(${right}) & 31u)`;
    return `(${left} ${OPERATORS[operator]} ${count})`;
  }
  const isDivision = operator === "divide" || operator === "remainder";
  if (isDivision && (type === "i32" || type === "u32")) {
    const isPlain = e.right.kind === "constant" && e.right.value > 0;
    if (!isPlain) {
      const name = operator === "divide" ? "div" : "rem";
      return helpers.call(`${name}_${type}`, left, right);
    }
  }
  return `(${left} ${OPERATORS[operator]} ${right})`;
}

function castText(operand: string, from: ValueType, to: ValueType, helpers: Helpers): string {
  if (to === "bool") {
    if (from === "f32") return helpers.call("truth", operand);
    return `(${operand} != ${from === "u32" ? "0u" : "0i"})`;
  }
  if (from !== "f32") return `${to}(${operand})`;
  const bits = helpers.call("to_u32", operand);
  return to === "u32" ? bits : `bitcast<i32>(${bits})`;
}

function mathText(e: MathExpression, args: readonly string[], helpers: Helpers): string {
  const { function: fn, type } = e;
  const [first = ""] = args;
  switch (fn) {
    case "clz":
      return `countLeadingZeros(${first})`;
    case "min":
    case "max":
      return type === "f32" ? helpers.call(`${fn}_f32`, ...args) : `${fn}(${args.join(", ")})`;
    case "sign":
      return type === "u32" ? `min(${first}, 1u)` : `sign(${first})`;
    case "round":
    case "cbrt":
    case "expm1":
    case "log1p":
    case "log10":
    case "tanh":
    case "hypot":
    case "pow":
      return helpers.call(`${fn}_f32`, ...args);
    default:
      return `${fn}(${args.join(", ")})`;
  }
}
