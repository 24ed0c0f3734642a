/** Operators on values: which type they work in, and what they are in the intermediate form. */

import type { AnyNode } from "acorn";
import { binary, cast, compare, constant, logical, math, select, TRUE, unary } from "../build.ts";
import type { ArithmeticOperator, BitOperator, Comparison, Expression } from "../ir.ts";
import { constantValue, type Lowering } from "./lowering.ts";
import { isFloatType, isIntegerType } from "./meaning.ts";
import type { Typed } from "./scope.ts";

const isWhole = ({ type }: Typed): boolean => isIntegerType(type) || type === "bool";

/** The bits of the value modulo 2^32, as bit operators see it. */
export const toInt32 = (cx: Lowering, value: Typed): Expression => cx.convert(value, "i32");

export function applyOperator(
  cx: Lowering,
  operator: string,
  left: Typed,
  right: Typed,
  node: AnyNode,
): Typed {
  switch (operator) {
    case "+":
      return sum(cx, "add", left, right);
    case "-":
      return sum(cx, "subtract", left, right);
    case "*":
      return arithmetic(cx, "multiply", left, right);
    case "/":
      return divide(cx, left, right);
    case "%":
      return remainder(cx, left, right, node);
    case "**":
      return power(cx, left, right);
    case "&":
    case "|":
    case "^":
    case "<<":
    case ">>":
      return { type: "i32", ir: binary(BITS[operator], toInt32(cx, left), toInt32(cx, right)) };
    case ">>>": {
      const count = cast(toInt32(cx, right), "u32");
      return { type: "u32", ir: binary("shr", cx.convert(left, "u32"), count) };
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "==":
    case "===":
    case "!=":
    case "!==":
      if (operator.length === 3 && (left.type === "bool") !== (right.type === "bool")) {
        throw cx.error(
          node,
          "a boolean never equals a number",
          `Compare with ${operator.slice(0, 2)}, or write Number(…) around the boolean`,
        );
      }
      return { type: "bool", ir: comparison(cx, COMPARISONS[operator], left, right) };
    default:
      throw cx.error(
        node,
        `the operator '${operator}' has no meaning in a kernel`,
        "Use arithmetic, comparisons, bit operators and `&& || !` on numbers and booleans",
      );
  }
}

const BITS: Record<"&" | "|" | "^" | "<<" | ">>", BitOperator> = {
  "&": "and",
  "|": "or",
  "^": "xor",
  "<<": "shl",
  ">>": "shr",
};

const COMPARISONS: Record<"<" | "<=" | ">" | ">=" | "==" | "===" | "!=" | "!==", Comparison> = {
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "==": "eq",
  "===": "eq",
  "!=": "ne",
  "!==": "ne",
};

function arithmetic(cx: Lowering, operator: ArithmeticOperator, left: Typed, right: Typed): Typed {
  const type = cx.numbers.arithmetic(left.type, right.type);
  return { type, ir: binary(operator, cx.convert(left, type), cx.convert(right, type)) };
}

/** Sums of integers that become floats are exact, so `| 0` of them is the sum of 32-bit integers. */
function sum(cx: Lowering, operator: "add" | "subtract", left: Typed, right: Typed): Typed {
  const result = arithmetic(cx, operator, left, right);
  if (!isFloatType(result.type) || !hasWrapped(left) || !hasWrapped(right)) return result;
  return { ...result, integer: binary(operator, toInt32(cx, left), toInt32(cx, right)) };
}

const hasWrapped = (value: Typed): boolean =>
  isWhole(value) || (value.integer !== undefined && value.quotient === undefined);

function divide(cx: Lowering, left: Typed, right: Typed): Typed {
  const type = cx.numbers.float(left.type, right.type);
  const ir = binary("divide", cx.convert(left, type), cx.convert(right, type));
  const quotient = integerOperands(cx, left, right);
  return quotient ? { type, ir, quotient, integer: binary("divide", ...quotient) } : { type, ir };
}

/** Both as integers of one type that holds both; undefined where there is none. */
function integerOperands(
  cx: Lowering,
  left: Typed,
  right: Typed,
): readonly [Expression, Expression] | undefined {
  if (!isWhole(left) || !isWhole(right)) return undefined;
  const isUnsigned = left.type === "u32" || right.type === "u32";
  const fits = (value: Typed): boolean => !isUnsigned || value.type === "u32" || isNatural(value);
  if (!fits(left) || !fits(right)) return undefined;
  const type = isUnsigned ? "u32" : "i32";
  return [cx.convert(left, type), cx.convert(right, type)];
}

/** Never negative, and below 2^31. */
function isNatural(value: Typed): boolean {
  const known = constantValue(value);
  return value.type === "int" || value.type === "bool" || (known !== undefined && known >= 0);
}

function remainder(cx: Lowering, left: Typed, right: Typed, node: AnyNode): Typed {
  const operands = integerOperands(cx, left, right);
  if (cx.numbers.meaning === "javascript" || !isWhole(left) || !isWhole(right)) {
    const result = arithmetic(cx, "remainder", left, right);
    return operands ? { ...result, integer: binary("remainder", ...operands) } : result;
  }
  if (operands) {
    const type = left.type === "u32" || right.type === "u32" ? "u32" : "i32";
    return { type, ir: binary("remainder", ...operands) };
  }
  if (left.type === "u32") {
    // The sign of the divisor does not matter.
    const divisor = cast(math("abs", cx.convert(right, "i32")), "u32");
    return { type: "u32", ir: binary("remainder", left.ir, divisor) };
  }
  throw cx.error(
    node,
    "the remainder of an i32 and a u32 is neither",
    "Make both one type: `(a >>> 0) % b` or `a % (b | 0)`",
  );
}

const HIGHEST_PRODUCT = 4;

/** Small whole exponents are products: the same on all targets, and right for negative bases. */
export function power(cx: Lowering, base: Typed, exponent: Typed): Typed {
  const known = constantValue(exponent);
  if (known !== undefined && Number.isInteger(known) && known >= 0 && known <= HIGHEST_PRODUCT) {
    const one = cx.literal(1);
    if (known === 0) return { type: base.type, ir: cx.convert(one, base.type) };
    if (known === 1) return base;
    const x = cx.settle(base);
    const square = arithmetic(cx, "multiply", x, x);
    if (known === 2) return square;
    const y = cx.settle(square);
    return arithmetic(cx, "multiply", y, known === 3 ? x : y);
  }
  const type = cx.numbers.float(base.type, exponent.type);
  return { type, ir: math("pow", cx.convert(base, type), cx.convert(exponent, type)) };
}

function comparison(cx: Lowering, operator: Comparison, left: Typed, right: Typed): Expression {
  const isEquality = operator === "eq" || operator === "ne";
  if (left.type === "bool" && right.type === "bool" && isEquality) {
    return compare(operator, left.ir, right.ir);
  }
  if (isWhole(left) && isWhole(right)) {
    const operands = integerOperands(cx, left, right);
    if (operands) return compare(operator, ...operands);
    return mixedComparison(cx, operator, left, right);
  }
  const type = cx.numbers.float(left.type, right.type);
  return compare(operator, cx.convert(left, type), cx.convert(right, type));
}

/** Of an `i32` and a `u32`: a negative number is less than any `u32`, others compare as `u32`. */
function mixedComparison(
  cx: Lowering,
  operator: Comparison,
  left: Typed,
  right: Typed,
): Expression {
  if (left.type === "u32") return mixedComparison(cx, SWAPPED[operator], right, left);
  const signed = cx.settled(cx.convert(left, "i32"));
  const isNegative = compare("lt", signed, constant("i32", 0));
  const asUnsigned = compare(operator, cast(signed, "u32"), cx.convert(right, "u32"));
  const holdsForNegative = operator === "lt" || operator === "le" || operator === "ne";
  return holdsForNegative
    ? logical("or", isNegative, asUnsigned)
    : logical("and", unary("not", isNegative), asUnsigned);
}

const SWAPPED: Record<Comparison, Comparison> = {
  eq: "eq",
  ne: "ne",
  lt: "gt",
  gt: "lt",
  le: "ge",
  ge: "le",
};

export function applyUnary(cx: Lowering, operator: string, value: Typed, node: AnyNode): Typed {
  switch (operator) {
    case "!":
      return { type: "bool", ir: unary("not", cx.convert(value, "bool")) };
    case "~":
      return { type: "i32", ir: unary("complement", toInt32(cx, value)) };
    case "+":
      return value.type === "bool" ? { type: "i32", ir: cast(value.ir, "i32") } : value;
    case "-":
      return negate(cx, value);
    default:
      throw cx.error(
        node,
        `'${operator}' has no meaning in a kernel`,
        "Values are numbers and booleans only; leave it out",
      );
  }
}

function negate(cx: Lowering, value: Typed): Typed {
  const known = constantValue(value);
  if (known !== undefined && !isFloatType(value.type)) return cx.literal(-known);
  const type = cx.numbers.arithmetic(value.type, value.type);
  const result = { type, ir: unary("negate", cx.convert(value, type)) };
  if (!isFloatType(type) || !hasWrapped(value)) return result;
  return { ...result, integer: unary("negate", toInt32(cx, value)) };
}

/** `a && b` and `a || b` of values without effects; `isAnd` tells which. */
export function applyLogical(cx: Lowering, isAnd: boolean, left: Typed, right: Typed): Typed {
  if (left.type === "bool" && right.type === "bool") {
    return { type: "bool", ir: logical(isAnd ? "and" : "or", left.ir, right.ir) };
  }
  const value = cx.settle(left);
  const truth = cx.convert(value, "bool");
  return isAnd ? choose(cx, truth, right, value) : choose(cx, truth, value, right);
}

export function choose(cx: Lowering, condition: Expression, then: Typed, otherwise: Typed): Typed {
  const type = cx.numbers.join(then.type, otherwise.type);
  return { type, ir: select(condition, cx.convert(then, type), cx.convert(otherwise, type)) };
}

/** `Math.floor` or `Math.trunc` of a quotient of integers, where integers stay integers. */
export function wholeQuotient(cx: Lowering, value: Typed, isFloor: boolean): Typed | undefined {
  if (!value.quotient || cx.numbers.meaning === "javascript") return undefined;
  const [a, b] = value.quotient;
  const type = a.type === "u32" ? "u32" : "i32";
  if (!isFloor || type === "u32") return { type, ir: binary("divide", a, b) };
  const [left, right] = [cx.settled(a), cx.settled(b)];
  const whole = binary("divide", left, right);
  const zero = constant("i32", 0);
  const isInexact = compare("ne", binary("remainder", left, right), zero);
  const differ = compare("lt", binary("xor", left, right), zero);
  const lower = binary("subtract", whole, constant("i32", 1));
  return { type, ir: select(logical("and", isInexact, differ), lower, whole) };
}

/** An index is the element's number, or −1 where the value is no whole number that could be one. */
export function toIndex(cx: Lowering, value: Typed, isKnownWhole: boolean): Expression {
  if (!isFloatType(value.type)) return cx.convert(value, "i32");
  const x = cx.settled(value.ir);
  if (x.kind === "constant") return constant("i32", Number.isInteger(x.value) ? x.value : -1);
  const inRange = compare("lt", math("abs", x), constant(x.type, 2 ** 31));
  const isWholeNumber = isKnownWhole ? TRUE : compare("eq", math("trunc", x), x);
  return select(logical("and", inRange, isWholeNumber), cast(x, "i32"), constant("i32", -1));
}
