/** Statements as JavaScript, for one item at a time. */

import type { Expression, LoopStatement, Statement, ValueType } from "../ir.ts";
import { statementsIn } from "../walk.ts";
import { expressionText, type Spelling } from "./expressions.ts";

/** Spelling, and what goes beyond a single item. */
export interface Surroundings extends Spelling {
  /** The statement that ends the item. */
  readonly ending: string;
  /** A declaration, or the assignment that stands for it. */
  declare(name: string, type: ValueType, value: string, isConstant: boolean): string;
  assign(name: string, value: string): string;
  /** Sets the elements of a private array to zero. */
  clear(array: string): string;
  /** What tells that an index is within an array; undefined where typed arrays see to it. */
  guard(array: string, index: string): string | undefined;
}

export const block = (lines: readonly string[]): string =>
  lines.length === 0 ? "{}" : `{\n${indented(lines.join("\n"))}\n}`;

const indented = (text: string): string => text.replace(/^(?=.)/gm, "  ");

export function statementTexts(list: readonly Statement[], on: Surroundings): string[] {
  return list.map((each) => statementText(each, on));
}

export function statementText(statement: Statement, on: Surroundings): string {
  const text = (e: Expression): string => expressionText(e, on);
  const body = (list: readonly Statement[]): string => block(statementTexts(list, on));
  switch (statement.kind) {
    case "let":
      return on.declare(
        statement.name,
        statement.type,
        text(statement.value),
        statement.isConstant,
      );
    case "private":
      return on.clear(statement.array.name);
    case "assign":
      return on.assign(statement.name, text(statement.value));
    case "store":
      return storeText(statement.array, text(statement.index), text(statement.value), on);
    case "atomic": {
      const { operation, array, index, value, expected, result, dtype } = statement;
      const args = [index, ...(expected ? [expected] : []), value].map(text);
      const call = `atomics.${operation}(${[array, ...args].join(", ")})`;
      return on.declare(result, dtype, call, true);
    }
    case "if":
      return ifText(
        text(statement.condition),
        body(statement.consequent),
        statement.alternate,
        body,
      );
    case "loop":
      return loopText(statement, on);
    case "block":
      return `L${statement.label}: ${body(statement.body)}`;
    case "break":
      return `break L${statement.label};`;
    case "continue":
      return `continue L${statement.label};`;
    case "return":
      return on.ending;
    case "barrier":
      throw new Error("internal: a barrier within the statements of one item");
  }
}

export function ifText(
  condition: string,
  consequent: string,
  alternate: readonly Statement[],
  body: (list: readonly Statement[]) => string,
): string {
  const head = `if (${condition}) ${consequent}`;
  return alternate.length > 0 ? `${head} else ${body(alternate)}` : head;
}

function storeText(array: string, index: string, value: string, on: Surroundings): string {
  const guard = on.guard(array, index);
  const store = `${on.element(array, index)} = ${value};`;
  return guard ? `if (${guard}) ${store}` : store;
}

/** `update` stands in the head of a `for` where it can, so that engines see a counting loop. */
function loopText(loop: LoopStatement, on: Surroundings): string {
  const body = statementTexts(loop.body, on);
  const update = statementTexts(loop.update, on);
  const until = loop.until && `if (${expressionText(loop.until, on)}) break;`;
  const test = loop.test ? expressionText(loop.test, on) : "";
  return loopFrom({ loop, body, update, until, test });
}

export interface LoopParts {
  readonly loop: LoopStatement;
  readonly body: readonly string[];
  readonly update: readonly string[];
  readonly until: string | undefined;
  readonly test: string;
}

export function loopFrom({ loop, body, update, until, test }: LoopParts): string {
  const { label } = loop;
  if (!until && loop.update.every((each) => each.kind === "assign")) {
    const head = update.map((each) => each.replace(/;$/, "")).join(", ");
    return `L${label}: for (; ${test}; ${head}) ${block(body)}`;
  }
  const isContinued = [...statementsIn(loop.body)].some(
    (each) => each.kind === "continue" && each.label === label,
  );
  // Going on with the next turn is leaving the block before `update`.
  const turn = isContinued
    ? [
        `C${label}: ${block(body.map((each) => each.replaceAll(`continue L${label};`, `break C${label};`)))}`,
      ]
    : body;
  return `L${label}: for (; ${test}; ) ${block([...turn, ...update, ...(until ? [until] : [])])}`;
}
