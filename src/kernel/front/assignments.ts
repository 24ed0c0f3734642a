/** Assignments, as statements and as values: of variables, elements and lists. */

import type { AnyNode } from "acorn";
import { constant } from "../build.ts";
import { indexOf } from "./arrays.ts";
import type { Lowering } from "./lowering.ts";
import { arrayNamed, unwrapped } from "./names.ts";
import { applyOperator } from "./operators.ts";
import type { ArrayBinding, Typed, VariableBinding } from "./scope.ts";
import { textOfNode } from "./source.ts";

export function assignment(
  cx: Lowering,
  node: AnyNode & { type: "AssignmentExpression" },
  isUsed: boolean,
): Typed {
  const target = unwrapped(node.left);
  if (target.type === "ArrayPattern") {
    assignPattern(cx, target, node);
    return cx.literal(0);
  }
  const operator = node.operator.slice(0, -1);
  if (operator === "") return setTarget(cx, target, isUsed, () => cx.expression(node.right));
  if (operator === "&&" || operator === "||" || operator === "??") {
    throw cx.error(node, `'${node.operator}' has no meaning in a kernel`, "Write an `if`");
  }
  return changeTarget(cx, target, isUsed, (old) => {
    const [left, right] = cx.inOrder([() => old, () => cx.expression(node.right)], (run) => run());
    return applyOperator(cx, operator, left as Typed, right as Typed, node);
  });
}

/** `++` and `--`; what they give is the new value, or the old one behind the variable. */
export function update(
  cx: Lowering,
  node: AnyNode & { type: "UpdateExpression" },
  isUsed: boolean,
): Typed {
  let before: Typed | undefined;
  const after = changeTarget(cx, unwrapped(node.argument), isUsed && node.prefix, (old) => {
    if (isUsed && !node.prefix) before = cx.settle(old);
    const operator = node.operator === "++" ? "+" : "-";
    return applyOperator(cx, operator, before ?? old, cx.literal(1), node);
  });
  return before ?? after;
}

/** Sets a variable or an element; where the result is used, it is the value that was set. */
function setTarget(cx: Lowering, target: AnyNode, isUsed: boolean, make: () => Typed): Typed {
  if (target.type === "Identifier") return setVariable(cx, target, make());
  const { array, property } = elementTarget(cx, target);
  const [at, value] = cx.inOrder(
    [(): Typed => ({ type: "i32", ir: indexOf(cx, array, property) }), make],
    (run) => run(),
  ) as [Typed, Typed];
  return setElement(cx, array, at.ir, value, isUsed);
}

/** The same for what follows from the value before. */
function changeTarget(
  cx: Lowering,
  target: AnyNode,
  isUsed: boolean,
  make: (old: Typed) => Typed,
): Typed {
  if (target.type === "Identifier") {
    const binding = variableNamed(cx, target);
    return setVariable(cx, target, make(cx.read(binding)));
  }
  const { array, property } = elementTarget(cx, target);
  const at = cx.settled(indexOf(cx, array, property));
  return setElement(cx, array, at, make(cx.load(array, at)), isUsed);
}

function setVariable(cx: Lowering, target: AnyNode & { type: "Identifier" }, value: Typed): Typed {
  const binding = variableNamed(cx, target);
  cx.assign(binding, value);
  return cx.read(binding);
}

function setElement(
  cx: Lowering,
  array: ArrayBinding,
  at: Typed["ir"],
  value: Typed,
  isUsed: boolean,
): Typed {
  const kept = isUsed ? cx.settle(value) : value;
  cx.store(array, at, kept);
  return kept;
}

function elementTarget(
  cx: Lowering,
  target: AnyNode,
): { readonly array: ArrayBinding; readonly property: AnyNode } {
  const array = target.type === "MemberExpression" ? arrayNamed(cx, target.object) : undefined;
  if (target.type === "MemberExpression" && target.computed && array) {
    return { array, property: target.property };
  }
  throw cx.error(
    target,
    `\`${textOfNode(cx.frame.source, target)}\` cannot be assigned`,
    "Assign variables of the kernel, and elements of its arrays",
  );
}

function variableNamed(cx: Lowering, target: AnyNode & { type: "Identifier" }): VariableBinding {
  const binding = cx.scope.find(target.name);
  if (binding?.kind === "variable" && !binding.isConstant) return binding;
  if (!binding) {
    throw cx.error(
      target,
      `'${target.name}' is captured from around the kernel, where it is a constant`,
      "Store results in an array given as an argument; to count across items use atomicAdd",
    );
  }
  if (binding.kind === "array" || binding.kind === "function") {
    throw cx.error(
      target,
      `the ${binding.kind} '${target.name}' cannot be assigned`,
      "Assign elements of arrays, and variables that hold numbers",
    );
  }
  throw cx.error(target, `'${target.name}' is a const`, "Declare it with `let`");
}

/** `[a, b] = [b, a]` */
function assignPattern(
  cx: Lowering,
  target: AnyNode & { type: "ArrayPattern" },
  node: AnyNode & { type: "AssignmentExpression" },
): void {
  const values = valuesOfList(cx, node.right, target).map((value) => cx.settle(value));
  target.elements.forEach((each, i) => {
    if (each) setTarget(cx, unwrapped(each), false, () => values[i] as Typed);
  });
}

/** The values that a pattern takes apart: of a list `[x, y]`, or of an array of known length. */
export function valuesOfList(
  cx: Lowering,
  given: AnyNode,
  pattern: AnyNode & { type: "ArrayPattern" },
): Typed[] {
  const node = unwrapped(given);
  const wanted = pattern.elements.length;
  const elements = node.type === "ArrayExpression" ? node.elements : undefined;
  const hasSpread = elements?.some((each) => !each || each.type === "SpreadElement");
  if (elements && !hasSpread && elements.length >= wanted)
    return cx.expressions(elements as AnyNode[]);
  const array = arrayNamed(cx, node);
  if (array?.length !== undefined && array.length >= wanted) {
    return pattern.elements.map((_, i) => cx.load(array, constant("i32", i)));
  }
  throw cx.error(
    node,
    "only a list of as many values, or an array of the kernel, can be taken apart",
    "Assign the variables one by one",
  );
}
