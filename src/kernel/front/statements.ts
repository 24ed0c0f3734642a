/** Statements of the source as statements of the intermediate form. */

import type { AnyNode } from "acorn";
import { isConstant, unary } from "../build.ts";
import type { Statement } from "../ir.ts";
import { declaration } from "./declarations.ts";
import type { Lowering } from "./lowering.ts";
import { alwaysReturns } from "./returns.ts";
import { Scope, type Target } from "./scope.ts";
import { switchStatement } from "./switch.ts";

/**
 * A list of statements with a scope of its own. `isTail`: after it the function ends, so `return` need not
 * leave anything. What follows an `if` whose branch always returns becomes its other branch there.
 */
export function statements(cx: Lowering, nodes: readonly AnyNode[], isTail: boolean): void {
  cx.withScope(new Scope(cx.scope), () => listed(cx, nodes, isTail));
}

function listed(cx: Lowering, nodes: readonly AnyNode[], isTail: boolean): void {
  for (const node of nodes) {
    // Functions are there before their declaration is reached.
    if (node.type === "FunctionDeclaration") {
      cx.scope.set(node.id?.name ?? "", { kind: "function", node, scope: cx.scope });
    }
  }
  for (const [i, node] of nodes.entries()) {
    const rest = nodes.slice(i + 1);
    if (isTail && node.type === "IfStatement" && rest.length > 0 && cx.frame.result) {
      if (alwaysReturns(node.consequent) && !node.alternate) {
        ifElse(cx, node, () => statements(cx, rest, true), true);
        return;
      }
    }
    statement(cx, node, isTail && rest.length === 0);
    // What comes after is never reached.
    if (LEAVES.has(node.type)) return;
  }
}

const LEAVES = new Set(["ReturnStatement", "BreakStatement", "ContinueStatement"]);

function statement(
  cx: Lowering,
  node: AnyNode,
  isTail: boolean,
  names: readonly string[] = [],
): void {
  switch (node.type) {
    case "EmptyStatement":
    case "FunctionDeclaration":
    case "DebuggerStatement":
      break;
    case "ExpressionStatement":
      if (!node.directive) cx.rules.effect(cx, node.expression);
      break;
    case "VariableDeclaration":
      declaration(cx, node);
      break;
    case "BlockStatement":
      if (names.length > 0) labelled(cx, node, names);
      else statements(cx, node.body, isTail);
      break;
    case "IfStatement":
      if (names.length > 0) labelled(cx, node, names);
      else
        ifElse(cx, node, () => node.alternate && statements(cx, [node.alternate], isTail), isTail);
      break;
    case "ForStatement":
    case "WhileStatement":
    case "DoWhileStatement":
      loop(cx, node, names);
      break;
    case "SwitchStatement":
      switchStatement(cx, node, names);
      break;
    case "LabeledStatement":
      statement(cx, node.body, isTail, [...names, node.label.name]);
      break;
    case "BreakStatement":
    case "ContinueStatement":
      leave(cx, node);
      break;
    case "ReturnStatement":
      returnStatement(cx, node, isTail);
      break;
    default:
      throw cx.error(node, ...reasonAgainst(node));
  }
}

function reasonAgainst(node: AnyNode): [reason: string, remedy: string] {
  switch (node.type) {
    case "ForInStatement":
    case "ForOfStatement":
      return [
        `\`for … ${node.type === "ForInStatement" ? "in" : "of"}\` has no meaning in a kernel`,
        "Count: for (let k = 0; k < n; k++)",
      ];
    case "ThrowStatement":
    case "TryStatement":
      return ["exceptions do not exist in a kernel", "Store a number that says what went wrong"];
    case "ClassDeclaration":
      return ["classes do not exist in a kernel", "Write functions of numbers"];
    default:
      return [`${node.type} has no meaning in a kernel`, "Leave it out"];
  }
}

// --- Branches and loops --------------------------------------------------------------------------

function ifElse(
  cx: Lowering,
  node: AnyNode & { type: "IfStatement" },
  otherwise: () => void,
  isTail: boolean,
): void {
  const condition = cx.condition(node.test);
  const then = cx.collect(() => statements(cx, [node.consequent], isTail));
  const other = cx.collect(otherwise);
  emitIf(cx, condition, then, other, node);
}

/** Where both branches only set one variable, the value is chosen instead. */
function emitIf(
  cx: Lowering,
  condition: ReturnType<Lowering["condition"]>,
  consequent: readonly Statement[],
  alternate: readonly Statement[],
  node: AnyNode,
): void {
  const [a] = consequent;
  const [b] = alternate;
  const isChoice = consequent.length === 1 && alternate.length === 1;
  if (isChoice && a?.kind === "assign" && b?.kind === "assign" && a.name === b.name) {
    const { type } = a.value;
    const value = isConstant(condition)
      ? (condition.value ? a : b).value
      : ({ kind: "select", type, condition, consequent: a.value, alternate: b.value } as const);
    cx.emit({ kind: "assign", name: a.name, value }, node);
  } else if (consequent.length > 0 || alternate.length > 0) {
    cx.emit({ kind: "if", condition, consequent, alternate }, node);
  }
}

function loop(
  cx: Lowering,
  node: AnyNode & { type: "ForStatement" | "WhileStatement" | "DoWhileStatement" },
  names: readonly string[],
): void {
  cx.withScope(new Scope(cx.scope), () => {
    if (node.type === "ForStatement" && node.init) {
      if (node.init.type === "VariableDeclaration") declaration(cx, node.init);
      else cx.rules.effect(cx, node.init);
    }
    const label = cx.freshLabel();
    const target: Target = { names, kind: "loop", label };
    const isDoWhile = node.type === "DoWhileStatement";
    let test = isDoWhile ? undefined : testOf(cx, node.test);
    const inner = cx.collect(() => within(cx, target, () => statements(cx, [node.body], false)));
    let until: ReturnType<Lowering["condition"]> | undefined;
    const update = cx.collect(() => {
      if (node.type === "ForStatement" && node.update) cx.rules.effect(cx, node.update);
      if (isDoWhile) until = unary("not", cx.condition(node.test));
    });
    let body = inner;
    if (test && test.before.length > 0) {
      const out: Statement = { kind: "break", label };
      const check: Statement = {
        kind: "if",
        condition: test.condition,
        consequent: [],
        alternate: [out],
      };
      cx.origins.set(check, { source: cx.frame.source, node });
      body = [...test.before, check, ...inner];
      test = undefined;
    }
    const condition = test && isConstant(test.condition, 1) ? undefined : test?.condition;
    if (until && isConstant(until, 0)) until = undefined;
    cx.emit({ kind: "loop", label, test: condition, body, update, until }, node);
  });
}

function testOf(
  cx: Lowering,
  node: AnyNode | null | undefined,
): { condition: ReturnType<Lowering["condition"]>; before: Statement[] } | undefined {
  if (!node) return undefined;
  let condition: ReturnType<Lowering["condition"]> | undefined;
  const before = cx.collect(() => {
    condition = cx.condition(node);
  });
  return condition && { condition, before };
}

function within(cx: Lowering, target: Target, run: () => void): void {
  cx.frame.targets.push(target);
  run();
  cx.frame.targets.pop();
}

function labelled(cx: Lowering, node: AnyNode, names: readonly string[]): void {
  const target: Target = { names, kind: "block", label: cx.freshLabel() };
  const body = cx.collect(() => within(cx, target, () => statement(cx, node, false)));
  cx.emit({ kind: "block", label: target.label, body }, node);
}

function leave(
  cx: Lowering,
  node: AnyNode & { type: "BreakStatement" | "ContinueStatement" },
): void {
  const kind = node.type === "BreakStatement" ? "break" : "continue";
  const target = cx.frame.targets.findLast((each) => {
    if (node.label) return each.names.includes(node.label.name);
    return each.kind === "loop" || (kind === "break" && each.kind === "switch");
  });
  // The parser has made sure that there is one.
  cx.emit({ kind, label: (target as Target).label }, node);
}

function returnStatement(
  cx: Lowering,
  node: AnyNode & { type: "ReturnStatement" },
  isTail: boolean,
): void {
  const { result } = cx.frame;
  if (!result) {
    if (node.argument) {
      throw cx.error(
        node.argument,
        "a kernel returns nothing",
        "Store results in an array given as an argument",
      );
    }
    cx.emit({ kind: "return" }, node);
    return;
  }
  if (node.argument) {
    const value = cx.expression(node.argument);
    cx.noteVariable(result.key, node, "return");
    cx.assign(result, value);
    result.hasValue = true;
  }
  if (!isTail) cx.emit({ kind: "break", label: result.label }, node);
}
