/**
 * What is the same for all items that are computed side by side, and what differs: variables, and the statements
 * around which a condition differs. Constructs of the first kind stay branches, those of the second become masks.
 */

import type { Expression, Label, Statement } from "../ir.ts";
import { expressionsIn, operandsOf, statementsIn } from "../walk.ts";

export interface Uniformity {
  /** The value is the same for all items of a launch. */
  isUniform(e: Expression): boolean;
  isUniformVariable(name: string): boolean;
  /** The `if`, loop or block is run by some of the items only, or left by some of them earlier. */
  isVarying(statement: Statement): boolean;
  /** Some items end before others. */
  readonly hasEarlyEnd: boolean;
}

interface Enclosing {
  readonly statement: Statement;
  readonly label: Label | undefined;
}

/** `scalars` and arrays of which every item sees the first element are uniform. */
export function uniformityOf(
  body: readonly Statement[],
  scalars: ReadonlySet<string>,
  fixed: ReadonlySet<string>,
): Uniformity {
  const varying = new Set<string>();
  const declared = new Set<string>();
  for (const statement of statementsIn(body)) {
    if (statement.kind === "let") declared.add(statement.name);
  }
  const masked = new Set<Statement>();
  let hasEarlyEnd = false;
  let isChanged = true;

  const isUniform = (e: Expression): boolean => {
    switch (e.kind) {
      case "constant":
      case "length":
        return true;
      case "variable":
        return scalars.has(e.name) || (declared.has(e.name) && !varying.has(e.name));
      case "index":
        return e.of === "globalSize" || e.of === "groupSize";
      case "load":
        return fixed.has(e.array);
      default:
        return operandsOf(e).every(isUniform);
    }
  };
  const add = <T>(set: Set<T>, value: T): void => {
    if (set.has(value)) return;
    set.add(value);
    isChanged = true;
  };
  const inner = (statement: Statement, isMasked: boolean): boolean => {
    if (isMasked) add(masked, statement);
    return masked.has(statement);
  };

  const walk = (
    list: readonly Statement[],
    isMasked: boolean,
    around: readonly Enclosing[],
  ): void => {
    for (const statement of list) {
      const within = (label?: Label): Enclosing[] => [...around, { statement, label }];
      // A construct that some items left earlier masks what follows in it.
      const here = isMasked || around.some((each) => masked.has(each.statement)) || hasEarlyEnd;
      switch (statement.kind) {
        case "let":
        case "assign":
          if (here || !isUniform(statement.value)) add(varying, statement.name);
          break;
        case "if": {
          const differs = inner(statement, here || !isUniform(statement.condition));
          walk(statement.consequent, differs, within());
          walk(statement.alternate, differs, within());
          break;
        }
        case "loop": {
          const tests = [statement.test, statement.until].filter((each) => each !== undefined);
          const differs = inner(statement, here || !tests.every(isUniform));
          walk(statement.body, differs, within(statement.label));
          walk(statement.update, differs, within(statement.label));
          break;
        }
        case "block":
          walk(statement.body, inner(statement, here), within(statement.label));
          break;
        case "break":
        case "continue":
          if (here) {
            const target = around.findIndex((each) => each.label === statement.label);
            for (const each of around.slice(target)) add(masked, each.statement);
          }
          break;
        case "return":
          if (here && !hasEarlyEnd) {
            hasEarlyEnd = true;
            isChanged = true;
          }
          break;
      }
    }
  };
  while (isChanged) {
    isChanged = false;
    walk(body, false, []);
  }
  return {
    isUniform,
    isUniformVariable: (name) => !varying.has(name),
    isVarying: (statement) => masked.has(statement),
    hasEarlyEnd,
  };
}

/** Whether consecutive items can be computed side by side: they touch no elements but their own. */
export function canSpread(
  body: readonly Statement[],
  isUniform: (e: Expression) => boolean,
): boolean {
  for (const statement of statementsIn(body)) {
    if (["private", "atomic", "barrier"].includes(statement.kind)) return false;
  }
  for (const e of expressionsIn(body)) {
    if (isUniform(e)) continue;
    if (e.kind === "index" && !(e.of === "globalIndex" && e.axis === undefined)) return false;
    if (e.kind === "math" && e.function === "clz") return false;
    if (e.kind !== "binary") continue;
    const isFloat = e.type === "f32" || e.type === "f64";
    if (isFloat && e.operator === "remainder") return false;
    const isShift = e.operator === "shl" || e.operator === "shr";
    if (isShift && e.right.kind !== "constant") return false;
  }
  return true;
}
