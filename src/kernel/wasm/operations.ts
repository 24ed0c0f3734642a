/**
 * The operations of the intermediate form on some representation of values: one number (`scalar.ts`) or several
 * items side by side (`lanes.ts`). The walk over expressions is the same for both.
 */

import type {
  BinaryExpression,
  Comparison,
  Expression,
  FloatType,
  IndexExpression,
  LengthExpression,
  LoadExpression,
  MathFunction,
  NumberType,
  UnaryExpression,
  ValueType,
  VariableExpression,
} from "../ir.ts";

type MultiplyAdd<V> = (type: FloatType, isNegated: boolean, a: V, b: V, c: V) => V;

export interface Operations<V> {
  constant(type: ValueType, value: number): V;
  unary(operator: UnaryExpression["operator"], type: ValueType, operand: V): V;
  binary(operator: BinaryExpression["operator"], type: NumberType, left: V, right: V): V;
  /** a · b + c of floats, or −(a · b) + c, rounded once; absent where that is not allowed. */
  readonly multiplyAdd: MultiplyAdd<V> | undefined;
  /** `type` is that of the operands. */
  compare(operator: Comparison, type: ValueType, left: V, right: V): V;
  logical(operator: "and" | "or", left: V, right: V): V;
  select(type: ValueType, condition: V, then: V, otherwise: V): V;
  cast(from: ValueType, to: ValueType, operand: V): V;
  math(name: MathFunction, type: NumberType, args: readonly V[]): V;
}

/** Where values come from that are not computed. */
export interface Sources<V> {
  /** Expressions that are known already, or evaluated in another way. */
  known(e: Expression): V | undefined;
  variable(e: VariableExpression): V;
  index(e: IndexExpression): V;
  length(e: LengthExpression): V;
  load(e: LoadExpression): V;
}

export function evaluate<V>(e: Expression, on: Operations<V>, from: Sources<V>): V {
  const known = from.known(e);
  if (known !== undefined) return known;
  const value = (part: Expression): V => evaluate(part, on, from);
  switch (e.kind) {
    case "constant":
      return on.constant(e.type, e.value);
    case "variable":
      return from.variable(e);
    case "index":
      return from.index(e);
    case "length":
      return from.length(e);
    case "load":
      return from.load(e);
    case "unary":
      return on.unary(e.operator, e.type, value(e.operand));
    case "binary":
      return (
        fused(e, on.multiplyAdd, value) ??
        on.binary(e.operator, e.type, value(e.left), value(e.right))
      );
    case "compare":
      return on.compare(e.operator, e.left.type, value(e.left), value(e.right));
    case "logical":
      return on.logical(e.operator, value(e.left), value(e.right));
    case "select":
      return on.select(e.type, value(e.condition), value(e.consequent), value(e.alternate));
    case "cast":
      return on.cast(e.operand.type, e.type, value(e.operand));
    case "math":
      return on.math(e.function, e.type, e.arguments.map(value));
  }
}

/** A sum or difference one side of which is a product. Which ones are fused is seen from the expression alone. */
function fused<V>(
  { operator, type, left, right }: BinaryExpression,
  multiplyAdd: MultiplyAdd<V> | undefined,
  value: (e: Expression) => V,
): V | undefined {
  if (!multiplyAdd || (type !== "f64" && type !== "f32")) return undefined;
  if (operator !== "add" && operator !== "subtract") return undefined;
  if (isProduct(left)) {
    const rest: Expression =
      operator === "add" ? right : { kind: "unary", operator: "negate", type, operand: right };
    return multiplyAdd(type, false, value(left.left), value(left.right), value(rest));
  }
  if (!isProduct(right)) return undefined;
  return multiplyAdd(
    type,
    operator === "subtract",
    value(right.left),
    value(right.right),
    value(left),
  );
}

const isProduct = (e: Expression): e is BinaryExpression =>
  e.kind === "binary" && e.operator === "multiply";
