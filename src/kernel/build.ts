/**
 * Makes expressions of the intermediate form. What depends on constants only is worked out here, so no back end
 * meets an operation that has only constants as operands, and so are the identities that cannot change a bit.
 */

import type {
  BinaryExpression,
  Comparison,
  ConstantExpression,
  Expression,
  IndexExpression,
  IndexName,
  MathFunction,
  NumberType,
  UnaryExpression,
  ValueType,
} from "./ir.ts";

/** A number as a type holds it, converted as `cast` does. */
export function convertNumber(value: number, type: ValueType): number {
  switch (type) {
    case "f64":
      return value;
    case "f32":
      return Math.fround(value);
    case "i32":
      return value | 0;
    case "u32":
      return value >>> 0;
    case "bool":
      return value ? 1 : 0;
  }
}

export const constant = (type: ValueType, value: number): ConstantExpression => ({
  kind: "constant",
  type,
  value: convertNumber(value, type),
});

export const TRUE: ConstantExpression = constant("bool", 1);
export const FALSE: ConstantExpression = constant("bool", 0);

export const isConstant = (e: Expression, value?: number): e is ConstantExpression =>
  e.kind === "constant" && (value === undefined || Object.is(e.value, value));

export const variable = (type: ValueType, name: string): Expression => ({
  kind: "variable",
  type,
  name,
});

export const index = (of: IndexName, axis?: 0 | 1 | 2): IndexExpression => ({
  kind: "index",
  type: "i32",
  of,
  axis,
});

export function cast(operand: Expression, type: ValueType): Expression {
  if (operand.type === type) return operand;
  if (operand.kind === "constant") return constant(type, operand.value);
  // The bits stay on the way through the other integer type.
  if (operand.kind === "cast" && isInteger(type) && isInteger(operand.type)) {
    if (operand.operand.type === type) return operand.operand;
    if (isInteger(operand.operand.type)) return cast(operand.operand, type);
  }
  return { kind: "cast", type, operand };
}

const isInteger = (type: ValueType): boolean => type === "i32" || type === "u32";

export function unary(operator: UnaryExpression["operator"], operand: Expression): Expression {
  const { type } = operand;
  if (operand.kind === "constant") {
    const { value } = operand;
    if (operator === "negate") return constant(type, -value);
    return constant(type, operator === "not" ? 1 - value : ~value);
  }
  if (operator === "not") {
    if (operand.kind === "unary" && operand.operator === "not") return operand.operand;
    const opposite =
      operand.kind === "compare" && isExact(operand.left.type) && OPPOSITE[operand.operator];
    if (operand.kind === "compare" && opposite) return { ...operand, operator: opposite };
  }
  return { kind: "unary", operator, type, operand };
}

/** Types without NaN, where the opposite of a comparison is a comparison. */
const isExact = (type: ValueType): boolean => type !== "f32" && type !== "f64";

const OPPOSITE: Record<Comparison, Comparison> = {
  eq: "ne",
  ne: "eq",
  lt: "ge",
  ge: "lt",
  gt: "le",
  le: "gt",
};

/** The operands have one type, which is the result's. */
export function binary(
  operator: BinaryExpression["operator"],
  left: Expression,
  right: Expression,
): Expression {
  const type = left.type as NumberType;
  if (left.kind === "constant" && right.kind === "constant") {
    return constant(type, arithmetic(operator, type, left.value, right.value));
  }
  if (isInteger(type)) {
    if (operator === "multiply" && (isConstant(left, 0) || isConstant(right, 0)))
      return constant(type, 0);
    if (operator === "multiply" && isConstant(left, 1)) return right;
    if (operator === "add" && isConstant(left, 0)) return right;
    if (ZERO_KEEPS.has(operator) && isConstant(right, 0)) return left;
  }
  const keeps = operator === "multiply" || operator === "divide";
  if (keeps && isConstant(right, 1)) return left;
  return { kind: "binary", operator, type, left, right };
}

const ZERO_KEEPS = new Set<BinaryExpression["operator"]>([
  "add",
  "subtract",
  "or",
  "xor",
  "shl",
  "shr",
]);

function arithmetic(
  operator: BinaryExpression["operator"],
  type: NumberType,
  a: number,
  b: number,
): number {
  switch (operator) {
    case "add":
      return a + b;
    case "subtract":
      return a - b;
    case "multiply":
      return isInteger(type) ? Math.imul(a, b) : a * b;
    case "divide":
      return a / b;
    case "remainder":
      return a % b;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shl":
      return a << b;
    case "shr":
      return type === "u32" ? a >>> b : a >> b;
  }
}

export function compare(operator: Comparison, left: Expression, right: Expression): Expression {
  if (left.kind === "constant" && right.kind === "constant") {
    return constant("bool", Number(compareNumbers(operator, left.value, right.value)));
  }
  return { kind: "compare", operator, type: "bool", left, right };
}

function compareNumbers(operator: Comparison, a: number, b: number): boolean {
  switch (operator) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
  }
}

export function logical(operator: "and" | "or", left: Expression, right: Expression): Expression {
  const decides = operator === "and" ? 0 : 1;
  if (isConstant(left)) return left.value === decides ? left : right;
  if (isConstant(right) && right.value !== decides) return left;
  return { kind: "logical", operator, type: "bool", left, right };
}

export function select(condition: Expression, then: Expression, otherwise: Expression): Expression {
  if (condition.kind === "constant") return condition.value ? then : otherwise;
  if (then.type === "bool" && isConstant(then, 1) && isConstant(otherwise, 0)) return condition;
  return { kind: "select", type: then.type, condition, consequent: then, alternate: otherwise };
}

export function math(fn: MathFunction, ...args: [Expression, ...Expression[]]): Expression {
  const type = args[0].type as NumberType;
  if (args.every((each) => each.kind === "constant")) {
    const values = args.map((each) => (each as ConstantExpression).value);
    const evaluate = Math[fn === "clz" ? "clz32" : fn] as (...values: number[]) => number;
    return constant(type, evaluate(...values));
  }
  return { kind: "math", function: fn, type, arguments: args };
}
