/** Variables, arrays and functions that a kernel declares. */

import type { AnyNode, VariableDeclaration } from "acorn";
import { privateArray, sharedArray } from "./arrays.ts";
import { valuesOfList } from "./assignments.ts";
import { isLocal } from "./calls.ts";
import type { Lowering } from "./lowering.ts";
import { pathOf, unwrapped, valueAt } from "./names.ts";

export function declaration(cx: Lowering, node: VariableDeclaration): void {
  if (node.kind !== "let" && node.kind !== "const") {
    throw cx.error(
      node,
      `\`${node.kind}\` has no meaning in a kernel`,
      "Declare variables with `let` or `const`",
    );
  }
  for (const each of node.declarations) {
    const { id, init } = each;
    if (id.type === "ArrayPattern" && init) {
      const values = valuesOfList(cx, init, id).map((value) => cx.settle(value));
      id.elements.forEach((element, i) => {
        if (!element) return;
        if (element.type !== "Identifier") throw cannotTakeApart(cx, element);
        cx.bind(element.name, element, values[i], !cx.frame.assigned.has(element.name));
      });
    } else if (id.type === "Identifier") declarator(cx, id, init);
    else throw cannotTakeApart(cx, id);
  }
}

const cannotTakeApart = (cx: Lowering, node: AnyNode): Error =>
  cx.error(
    node,
    "only lists can be taken apart, into names",
    "Write `const [a, b] = [x, y]`, or declare the variables one by one",
  );

function declarator(
  cx: Lowering,
  id: AnyNode & { type: "Identifier" },
  init: AnyNode | null | undefined,
): void {
  const { name } = id;
  const isFixed = !cx.frame.assigned.has(name);
  if (!init) {
    cx.bind(name, id, undefined, false);
    return;
  }
  const value = unwrapped(init);
  if (value.type === "ArrowFunctionExpression" || value.type === "FunctionExpression") {
    cx.scope.set(name, { kind: "function", node: value, scope: cx.scope });
    return;
  }
  if (value.type === "CallExpression") {
    const path = pathOf(cx, value.callee);
    const callee = path && valueAt(cx, path, value.callee);
    if (path && isLocal(callee) && !cx.isElementwise) {
      cx.environment.bake(cx.frame.owner, path, callee);
      cx.scope.set(name, sharedArray(cx, name, value));
      return;
    }
  }
  const array = privateArray(cx, name, value);
  if (array) cx.scope.set(name, array);
  else cx.bind(name, id, cx.expression(init), isFixed, init);
}
