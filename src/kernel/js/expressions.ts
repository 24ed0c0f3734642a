/** Expressions as JavaScript. Every integer operation ends in `| 0` or `>>> 0`, every `f32` one in `fround`. */

import type {
  BinaryExpression,
  Expression,
  IndexExpression,
  MathExpression,
  ValueType,
} from "../ir.ts";

/** How names and places are spelled where an expression stands. */
export interface Spelling {
  variable(name: string): string;
  index(e: IndexExpression): string;
  /** An element; `undefined` out of bounds. */
  element(array: string, index: string): string;
}

export function expressionText(e: Expression, names: Spelling): string {
  const text = (inner: Expression): string => expressionText(inner, names);
  switch (e.kind) {
    case "constant":
      return constantText(e.value, e.type);
    case "variable":
      return names.variable(e.name);
    case "index":
      return names.index(e);
    case "length":
      return `${e.array}.length`;
    case "load":
      return loaded(names.element(e.array, text(e.index)), e.type);
    case "unary":
      return unaryText(e.operator, text(e.operand), e.type);
    case "binary":
      return binaryText(e, text(e.left), text(e.right));
    case "compare":
      return `(${text(e.left)} ${COMPARISONS[e.operator]} ${text(e.right)})`;
    case "logical":
      return `(${text(e.left)} ${e.operator === "and" ? "&&" : "||"} ${text(e.right)})`;
    case "select":
      return `(${text(e.condition)} ? ${text(e.consequent)} : ${text(e.alternate)})`;
    case "cast":
      return castText(text(e.operand), e.operand.type, e.type);
    case "math":
      return mathText(e, e.arguments.map(text));
  }
}

function constantText(value: number, type: ValueType): string {
  if (type === "bool") return value ? "true" : "false";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return text.startsWith("-") ? `(${text})` : text;
}

const COMPARISONS = { eq: "===", ne: "!==", lt: "<", le: "<=", gt: ">", ge: ">=" };

/** What is not there becomes NaN, 0 or false. */
function loaded(element: string, type: ValueType): string {
  switch (type) {
    case "bool":
      return `(${element} > 0)`;
    case "i32":
      return `(${element} | 0)`;
    case "u32":
      return `(${element} >>> 0)`;
    default:
      return `(+${element})`;
  }
}

/** A number as a type holds it. */
function rounded(text: string, type: ValueType): string {
  switch (type) {
    case "f32":
      return `fround(${text})`;
    case "i32":
      return `(${text} | 0)`;
    case "u32":
      return `(${text} >>> 0)`;
    default:
      return `(${text})`;
  }
}

function unaryText(operator: string, operand: string, type: ValueType): string {
  if (operator === "not") return `!${operand}`;
  if (operator === "complement") return rounded(`~${operand}`, type);
  return type === "f32" || type === "f64" ? `(-${operand})` : rounded(`-${operand}`, type);
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

function binaryText(e: BinaryExpression, left: string, right: string): string {
  const isInteger = e.type === "i32" || e.type === "u32";
  if (e.operator === "multiply" && isInteger) {
    const product = `imul(${left}, ${right})`;
    return e.type === "u32" ? `(${product} >>> 0)` : product;
  }
  if (e.operator === "shr" && e.type === "u32") return `(${left} >>> ${right})`;
  const result = `${left} ${OPERATORS[e.operator]} ${right}`;
  // `>>>` binds more tightly than the operators of bits.
  return rounded(e.type === "u32" ? `(${result})` : result, e.type);
}

function castText(operand: string, from: ValueType, to: ValueType): string {
  if (to === "bool") return `!!${operand}`;
  const number = from === "bool" ? `(${operand} ? 1 : 0)` : operand;
  // These are numbers of the type already.
  if (to === "f64" || from === "bool") return number;
  return rounded(number, to);
}

function mathText({ function: fn, type }: MathExpression, args: readonly string[]): string {
  const name = fn === "clz" ? "clz32" : fn;
  const call = `Math.${name}(${args.join(", ")})`;
  const isExact = type === "f64" || EXACT.has(fn) || (fn === "abs" && type !== "i32");
  return isExact ? call : rounded(call, type);
}

/** What these give of a type is a number of that type. */
const EXACT = new Set(["ceil", "clz", "floor", "max", "min", "round", "sign", "trunc"]);
