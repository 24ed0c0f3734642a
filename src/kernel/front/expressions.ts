/** Expressions: each gives a value, after the statements that its side effects need have been written. */

import type { AnyNode } from "acorn";
import { unary } from "../build.ts";
import type { Statement } from "../ir.ts";
import { indexOf } from "./arrays.ts";
import { assignment, update } from "./assignments.ts";
import type { Lowering } from "./lowering.ts";
import { arrayNamed, fieldNamed, isNaming, pathOf, scalarAt, unwrapped } from "./names.ts";
import { applyLogical, applyOperator, applyUnary, choose } from "./operators.ts";
import type { Typed } from "./scope.ts";
import { textOfNode } from "./source.ts";

export function expression(cx: Lowering, given: AnyNode): Typed {
  const node = unwrapped(given);
  switch (node.type) {
    case "Literal":
      return literal(cx, node);
    case "Identifier":
      return identifier(cx, node);
    case "MemberExpression":
      return member(cx, node);
    case "UnaryExpression":
      return applyUnary(cx, node.operator, cx.expression(node.argument), node);
    case "BinaryExpression": {
      const [left, right] = cx.expressions([node.left, node.right]) as [Typed, Typed];
      return applyOperator(cx, node.operator, left, right, node);
    }
    case "LogicalExpression":
      return logicalExpression(cx, node);
    case "ConditionalExpression":
      return conditional(cx, node);
    case "AssignmentExpression":
      return assignment(cx, node, true);
    case "UpdateExpression":
      return update(cx, node, true);
    case "SequenceExpression": {
      for (const each of node.expressions.slice(0, -1)) cx.rules.effect(cx, each);
      return cx.expression(node.expressions.at(-1) as AnyNode);
    }
    case "CallExpression": {
      const result = cx.rules.call(cx, node);
      if (result) return result;
      throw cx.error(
        node,
        `\`${textOfNode(cx.frame.source, node)}\` gives no value`,
        "Let the function return a number or a boolean, or call it as a statement of its own",
      );
    }
    default:
      throw cx.error(
        node,
        reasonAgainst(node),
        "Use numbers, booleans, arrays given as arguments and functions of them",
      );
  }
}

/** An expression for its effects. */
export function effect(cx: Lowering, given: AnyNode): void {
  if (isNaming(given)) return;
  const node = unwrapped(given);
  switch (node.type) {
    case "AssignmentExpression":
      assignment(cx, node, false);
      break;
    case "UpdateExpression":
      update(cx, node, false);
      break;
    case "CallExpression":
      cx.rules.call(cx, node);
      break;
    case "SequenceExpression":
      for (const each of node.expressions) effect(cx, each);
      break;
    case "LogicalExpression":
    case "ConditionalExpression":
      branchForEffect(cx, node);
      break;
    default:
      expression(cx, node);
  }
}

/** `c && f()`, `c || f()` and `c ? f() : g()` as statements. */
function branchForEffect(
  cx: Lowering,
  node: AnyNode & { type: "LogicalExpression" | "ConditionalExpression" },
): void {
  const isTernary = node.type === "ConditionalExpression";
  const test = isTernary ? node.test : node.left;
  let condition = cx.condition(test);
  if (!isTernary && node.operator === "||") condition = unary("not", condition);
  const consequent = isTernary ? node.consequent : node.right;
  cx.emit(
    {
      kind: "if",
      condition,
      consequent: cx.collect(() => effect(cx, consequent)),
      alternate: isTernary ? cx.collect(() => effect(cx, node.alternate)) : [],
    },
    node,
  );
}

function reasonAgainst(node: AnyNode): string {
  switch (node.type) {
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return "a function is used as a value";
    case "ObjectExpression":
      return "objects do not exist in a kernel";
    case "ArrayExpression":
    case "NewExpression":
      return "an array can only be the first value of a `const`";
    case "TemplateLiteral":
    case "TaggedTemplateExpression":
      return "text does not exist in a kernel";
    case "AwaitExpression":
    case "YieldExpression":
      return "a kernel runs to its end at once";
    case "ThisExpression":
      return "`this` has no meaning in a kernel";
    case "ChainExpression":
      return "`?.` has no meaning in a kernel, where every value is there";
    default:
      return `${node.type} has no meaning in a kernel`;
  }
}

function literal(cx: Lowering, node: AnyNode & { type: "Literal" }): Typed {
  if (typeof node.value === "number") return cx.literal(node.value);
  if (typeof node.value === "boolean") {
    return { type: "bool", ir: { kind: "constant", type: "bool", value: Number(node.value) } };
  }
  if (node.bigint) {
    throw cx.error(
      node,
      "a bigint has no meaning in a kernel",
      "Leave the `n` out; integers have 32 bits",
    );
  }
  throw cx.error(
    node,
    `${node.raw ?? "this"} is no number`,
    "Values in a kernel are numbers and booleans",
  );
}

function identifier(cx: Lowering, node: AnyNode & { type: "Identifier" }): Typed {
  const binding = cx.scope.find(node.name);
  switch (binding?.kind) {
    case undefined:
      return scalarAt(cx, [node.name], node);
    case "variable":
      return cx.read(binding);
    case "value":
      return binding.value;
    case "array":
      throw cx.error(
        node,
        `the array '${node.name}' is used as a value`,
        `Read one of its elements, \`${node.name}[i]\`, or pass it to a helper`,
      );
    case "record":
      throw cx.error(
        node,
        `the record '${node.name}' is used as a value`,
        `Use its fields, \`${node.name}.name\``,
      );
    case "function":
      throw cx.error(
        node,
        `the function '${node.name}' is used as a value`,
        "Functions can only be called in a kernel",
      );
  }
}

function member(cx: Lowering, node: AnyNode & { type: "MemberExpression" }): Typed {
  const field = fieldNamed(cx, node);
  if (field) return field;
  const array = arrayNamed(cx, node.object);
  if (array && !node.computed && node.property.type === "Identifier") {
    if (node.property.name === "length") {
      if (array.length !== undefined) return cx.literal(array.length);
      return { type: "int", ir: { kind: "length", type: "i32", array: array.name } };
    }
    throw cx.error(
      node.property,
      `'${node.property.name}' of arrays has no meaning in a kernel`,
      "Read and write elements with `[i]`; `.length` is there too",
    );
  }
  if (array) return cx.load(array, indexOf(cx, array, node.property));
  const path = pathOf(cx, node);
  if (path) return scalarAt(cx, path, node);
  const captured = pathOf(cx, node.object);
  if (captured) return scalarAt(cx, captured, node.object);
  throw cx.error(
    node,
    `\`${textOfNode(cx.frame.source, node.object)}\` has no properties or elements`,
    "Only arrays given as arguments, `local` arrays and arrays of the kernel have elements",
  );
}

function logicalExpression(cx: Lowering, node: AnyNode & { type: "LogicalExpression" }): Typed {
  if (node.operator === "??") {
    throw cx.error(
      node,
      "'??' has no meaning in a kernel, where every value is there",
      "Leave it out",
    );
  }
  const isAnd = node.operator === "&&";
  let left = cx.expression(node.left);
  let right: Typed | undefined;
  const inner = cx.collect(() => {
    right = cx.expression(node.right);
  });
  if (inner.length === 0) return applyLogical(cx, isAnd, left, right as Typed);
  // What the right side does is done only where the left side leaves it open.
  left = cx.settle(left);
  const condition = cx.convert(left, "bool");
  return branches(cx, isAnd ? condition : unary("not", condition), node, {
    consequent: [inner, right as Typed],
    alternate: [[], left],
  });
}

function conditional(cx: Lowering, node: AnyNode & { type: "ConditionalExpression" }): Typed {
  const condition = cx.condition(node.test);
  let then: Typed | undefined;
  let otherwise: Typed | undefined;
  const first = cx.collect(() => {
    then = cx.expression(node.consequent);
  });
  const second = cx.collect(() => {
    otherwise = cx.expression(node.alternate);
  });
  if (first.length === 0 && second.length === 0) {
    return choose(cx, condition, then as Typed, otherwise as Typed);
  }
  return branches(cx, condition, node, {
    consequent: [first, then as Typed],
    alternate: [second, otherwise as Typed],
  });
}

type Branch = readonly [readonly Statement[], Typed];

/** The value of one of two lists of statements. */
function branches(
  cx: Lowering,
  condition: Typed["ir"],
  node: AnyNode,
  { consequent, alternate }: { readonly consequent: Branch; readonly alternate: Branch },
): Typed {
  const type = cx.numbers.join(consequent[1].type, alternate[1].type);
  const name = cx.fresh("t");
  const ir = cx.concrete(type);
  cx.emit({
    kind: "let",
    name,
    type: ir,
    value: cx.zero(type),
    isConstant: false,
    isUniform: false,
  });
  const finished = ([statements, value]: Branch): Statement[] => [
    ...statements,
    { kind: "assign", name, value: cx.convert(value, type) },
  ];
  cx.emit(
    { kind: "if", condition, consequent: finished(consequent), alternate: finished(alternate) },
    node,
  );
  return { type, ir: { kind: "variable", type: ir, name } };
}
