/**
 * `switch` as a chain of `if`s. A case that falls through goes on with the statements of the next, so these are
 * written once for each way to them.
 */

import type { AnyNode, SwitchCase } from "acorn";
import { logical } from "../build.ts";
import type { Expression, Statement } from "../ir.ts";
import { statementsIn } from "../walk.ts";
import type { Lowering } from "./lowering.ts";
import { applyOperator } from "./operators.ts";
import type { Target, Typed } from "./scope.ts";

export function switchStatement(
  cx: Lowering,
  node: AnyNode & { type: "SwitchStatement" },
  names: readonly string[],
): void {
  const value = cx.settle(cx.expression(node.discriminant));
  const target: Target = { names, kind: "switch", label: cx.freshLabel() };
  const { cases } = node;
  const otherwise = cases.findIndex((each) => !each.test);
  cx.frame.targets.push(target);
  let chain: Statement[] = otherwise < 0 ? [] : cx.collect(() => caseFrom(cx, cases, otherwise));
  for (const { first, last } of groupsOf(cases).reverse()) {
    let condition: Expression | undefined;
    for (const each of cases.slice(first, last + 1)) {
      if (!each.test) continue;
      const holds = equals(cx, value, each.test);
      condition = condition ? logical("or", condition, holds) : holds;
    }
    // The rest of the cases is the default's own.
    if (!condition) continue;
    const then = cx.collect(() => caseFrom(cx, cases, last));
    chain = [{ kind: "if", condition, consequent: then, alternate: chain }];
    cx.origins.set(chain[0] as Statement, { source: cx.frame.source, node });
  }
  cx.frame.targets.pop();
  const isLeft = [...statementsIn(chain)].some(
    (each) => each.kind === "break" && each.label === target.label,
  );
  if (isLeft) cx.emit({ kind: "block", label: target.label, body: chain }, node);
  else for (const each of chain) cx.emit(each, node);
}

/** Cases that share their statements, because all but the last have none. */
function groupsOf(cases: readonly SwitchCase[]): { first: number; last: number }[] {
  const groups: { first: number; last: number }[] = [];
  let first = 0;
  cases.forEach((each, i) => {
    const isLast = i === cases.length - 1;
    if (each.consequent.length === 0 && !isLast && cases[i]?.test && cases[i + 1]?.test) return;
    groups.push({ first, last: i });
    first = i + 1;
  });
  return groups;
}

function equals(cx: Lowering, value: Typed, test: AnyNode): Expression {
  let expected: Typed | undefined;
  const before = cx.collect(() => {
    expected = cx.expression(test);
  });
  if (before.length > 0) {
    throw cx.error(
      test,
      "the value of a `case` has side effects",
      "Use a constant, or write `if … else`",
    );
  }
  return cx.convert(applyOperator(cx, "===", value, expected as Typed, test), "bool");
}

/** The statements that run from a case on, up to the `break` that ends it. */
function caseFrom(cx: Lowering, cases: readonly SwitchCase[], first: number): void {
  const nodes: AnyNode[] = [];
  for (const each of cases.slice(first)) {
    const body = each.consequent.flatMap((node) =>
      node.type === "BlockStatement" ? unfolded(node) : [node],
    );
    const end = body.findIndex((node) => ENDS.has(node.type));
    const last = body[end];
    if (last?.type === "BreakStatement" && !last.label) {
      nodes.push(...body.slice(0, end));
      break;
    }
    nodes.push(...(last ? body.slice(0, end + 1) : body));
    if (last) break;
  }
  cx.rules.statements(cx, nodes, false);
}

/** A block that declares nothing is as good as its statements. */
function unfolded(node: AnyNode & { type: "BlockStatement" }): AnyNode[] {
  const declares = node.body.some((each) => each.type.endsWith("Declaration"));
  const endsCase = node.body.some((each) => ENDS.has(each.type));
  return declares && !endsCase ? [node] : node.body;
}

const ENDS = new Set(["BreakStatement", "ReturnStatement", "ContinueStatement"]);
