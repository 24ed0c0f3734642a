/**
 * f64 arithmetic whose operands and result are f32 becomes f32 arithmetic, where that gives the same bits: + − * /
 * and √ of f32 numbers, rounded to f64 first and to f32 then, are what one rounding gives, because 53 ≥ 2·24 + 2 (S. A.
 * Figueroa: When is double rounding innocuous? SIGNUM Newsletter 30(3), 1995). What picks or cuts is exact. Functions
 * with an error of their own keep within it.
 */

import type { Expression, FloatFunction, LetStatement, MathFunction, Statement } from "../ir.ts";

/** The same number in f32, if the expression always gives one. */
function asF32(e: Expression): Expression | undefined {
  if (e.type === "f32") return e;
  if (e.kind === "constant" && Object.is(Math.fround(e.value), e.value)) {
    return { ...e, type: "f32" };
  }
  if (e.kind === "cast" && e.operand.type === "f32") return e.operand;
  // 16-bit integers and truth are exact in f32.
  if (e.kind === "cast" && isSmall(e.operand)) return { ...e, type: "f32" };
  switch (e.kind) {
    case "unary": {
      const operand = e.operator === "negate" ? asF32(e.operand) : undefined;
      return operand && { ...e, type: "f32", operand };
    }
    case "select": {
      const [consequent, alternate] = [asF32(e.consequent), asF32(e.alternate)];
      return consequent && alternate && { ...e, type: "f32", consequent, alternate };
    }
    case "math":
      return EXACT.has(e.function) ? mathOfF32(e) : undefined;
    default:
      return undefined;
  }
}

const isSmall = (e: Expression): boolean =>
  e.type === "bool" || (e.kind === "load" && ["i16", "u16", "i8", "u8"].includes(e.dtype));

const EXACT: ReadonlySet<MathFunction> = new Set<MathFunction>([
  "abs",
  "ceil",
  "floor",
  "max",
  "min",
  "sign",
  "trunc",
]);

/** `round` adds a half before it cuts, which f32 could round. */
const isFunction = (name: MathFunction): name is FloatFunction =>
  name !== "round" && name !== "clz";

function mathOfF32(e: Expression & { kind: "math" }): Expression | undefined {
  const args = e.arguments.map(asF32);
  return args.every((each) => each !== undefined)
    ? { ...e, type: "f32", arguments: args }
    : undefined;
}

const INNOCUOUS = new Set(["add", "subtract", "multiply", "divide"]);

/** The f64 expression rounded to f32, computed in f32; undefined where that could differ. */
function roundedToF32(e: Expression): Expression | undefined {
  const exact = asF32(e);
  if (exact) return exact;
  if (e.kind === "binary" && INNOCUOUS.has(e.operator)) {
    const [left, right] = [asF32(e.left), asF32(e.right)];
    return left && right && { ...e, type: "f32", left, right };
  }
  if (e.kind === "math" && isFunction(e.function)) return mathOfF32(e);
  if (e.kind === "select") {
    const [consequent, alternate] = [roundedToF32(e.consequent), roundedToF32(e.alternate)];
    return consequent && alternate && { ...e, type: "f32", consequent, alternate };
  }
  return undefined;
}

export const narrowStatements = (list: readonly Statement[]): readonly Statement[] =>
  new Narrowing().list(list);

class Narrowing {
  /** Constants of f64 that became f32, because they always are. */
  readonly #narrowed: Set<string> = new Set();

  list(list: readonly Statement[]): readonly Statement[] {
    return list.map((statement) => this.#statement(statement));
  }

  #value(e: Expression): Expression {
    const value = (part: Expression): Expression => this.#value(part);
    switch (e.kind) {
      case "variable":
        return this.#narrowed.has(e.name)
          ? { kind: "cast", type: "f64", operand: { ...e, type: "f32" } }
          : e;
      case "cast": {
        const operand = value(e.operand);
        const narrowed =
          e.type === "f32" && operand.type === "f64" ? roundedToF32(operand) : undefined;
        return narrowed ?? { ...e, operand };
      }
      case "compare": {
        const [left, right] = [value(e.left), value(e.right)];
        const [a, b] = left.type === "f64" ? [asF32(left), asF32(right)] : [];
        return a && b ? { ...e, left: a, right: b } : { ...e, left, right };
      }
      case "binary":
      case "logical":
        return { ...e, left: value(e.left), right: value(e.right) };
      case "unary":
        return { ...e, operand: value(e.operand) };
      case "select":
        return {
          ...e,
          condition: value(e.condition),
          consequent: value(e.consequent),
          alternate: value(e.alternate),
        };
      case "math":
        return { ...e, arguments: e.arguments.map(value) };
      case "load":
        return { ...e, index: value(e.index) };
      default:
        return e;
    }
  }

  #let(statement: LetStatement): LetStatement {
    const { name, type, isConstant } = statement;
    const value = this.#value(statement.value);
    const isWidened = value.kind === "cast" && value.operand.type !== "f32";
    const narrowed = isConstant && type === "f64" && !isWidened ? asF32(value) : undefined;
    if (!narrowed) return { ...statement, value };
    this.#narrowed.add(name);
    return { ...statement, type: "f32", value: narrowed };
  }

  #statement(statement: Statement): Statement {
    const value = (e: Expression): Expression => this.#value(e);
    switch (statement.kind) {
      case "let":
        return this.#let(statement);
      case "assign":
        return { ...statement, value: value(statement.value) };
      case "store":
        return { ...statement, index: value(statement.index), value: value(statement.value) };
      case "atomic":
        return {
          ...statement,
          index: value(statement.index),
          value: value(statement.value),
          expected: statement.expected && value(statement.expected),
        };
      case "if":
        return {
          ...statement,
          condition: value(statement.condition),
          consequent: this.list(statement.consequent),
          alternate: this.list(statement.alternate),
        };
      case "loop":
        return {
          ...statement,
          test: statement.test && value(statement.test),
          body: this.list(statement.body),
          update: this.list(statement.update),
          until: statement.until && value(statement.until),
        };
      case "block":
        return { ...statement, body: this.list(statement.body) };
      default:
        return statement;
    }
  }
}
