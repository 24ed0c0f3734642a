/** Ways through the statements and expressions of a kernel. */

import type { Expression, Statement } from "./ir.ts";

/** The lists of statements within a statement. */
export function listsIn(statement: Statement): readonly (readonly Statement[])[] {
  switch (statement.kind) {
    case "if":
      return [statement.consequent, statement.alternate];
    case "loop":
      return [statement.body, statement.update];
    case "block":
      return [statement.body];
    default:
      return [];
  }
}

/** A statement and all within it, in the order of the text. */
export function* statementsIn(list: readonly Statement[]): Generator<Statement> {
  for (const statement of list) {
    yield statement;
    for (const inner of listsIn(statement)) yield* statementsIn(inner);
  }
}

/** The expressions that a statement itself evaluates, not those of statements within it. */
export function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case "let":
    case "assign":
      return [statement.value];
    case "store":
      return [statement.index, statement.value];
    case "atomic":
      return statement.expected
        ? [statement.index, statement.value, statement.expected]
        : [statement.index, statement.value];
    case "if":
      return [statement.condition];
    case "loop":
      return [statement.test, statement.until].filter((each) => each !== undefined);
    default:
      return [];
  }
}

export function operandsOf(e: Expression): readonly Expression[] {
  switch (e.kind) {
    case "load":
      return [e.index];
    case "unary":
    case "cast":
      return [e.operand];
    case "binary":
    case "compare":
    case "logical":
      return [e.left, e.right];
    case "select":
      return [e.condition, e.consequent, e.alternate];
    case "math":
      return e.arguments;
    default:
      return [];
  }
}

/** An expression and all within it. */
export function* partsOf(e: Expression): Generator<Expression> {
  yield e;
  for (const operand of operandsOf(e)) yield* partsOf(operand);
}

/** Every expression of a list of statements, with all within it. */
export function* expressionsIn(list: readonly Statement[]): Generator<Expression> {
  for (const statement of statementsIn(list)) {
    for (const e of expressionsOf(statement)) yield* partsOf(e);
  }
}
