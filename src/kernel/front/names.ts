/** What names and paths of properties mean: things of the kernel itself, or values captured from around it. */

import type { AnyNode } from "acorn";
import type { Missing } from "./captures.ts";
import type { Lowering } from "./lowering.ts";
import type { ArrayBinding, Binding, RecordBinding, Typed } from "./scope.ts";
import { type AnyFunction, textOfNode } from "./source.ts";

/** What is meant within parentheses, `(0, lib.name)` and `__name(f, "f")`, as transpilers write them. */
export function unwrapped(node: AnyNode): AnyNode {
  if (node.type === "ParenthesizedExpression") return unwrapped(node.expression);
  if (node.type === "SequenceExpression" && node.expressions.length === 2) {
    const [first, second] = node.expressions;
    if (first?.type === "Literal" && first.value === 0 && second) return unwrapped(second);
  }
  if (isNaming(node) && node.arguments[0]) return unwrapped(node.arguments[0]);
  return node;
}

/** `__name(f, "f")`, with which esbuild keeps the names of functions within a function. */
export const isNaming = (node: AnyNode): node is AnyNode & { type: "CallExpression" } =>
  node.type === "CallExpression" &&
  node.callee.type === "Identifier" &&
  node.callee.name === "__name";

/** `a.b.c` as a list of names, where `a` is no name of the kernel itself. */
export function pathOf(cx: Lowering, given: AnyNode): string[] | undefined {
  const node = unwrapped(given);
  if (node.type === "Identifier") return cx.scope.find(node.name) ? undefined : [node.name];
  if (node.type !== "MemberExpression") return undefined;
  const start = pathOf(cx, node.object);
  if (!start) return undefined;
  const { property } = node;
  if (!node.computed && property.type === "Identifier") return [...start, property.name];
  return node.computed && property.type === "Literal"
    ? [...start, String(property.value)]
    : undefined;
}

/** The value that a path leads to. @throws KernelError where there is none */
export function valueAt(cx: Lowering, path: readonly string[], node: AnyNode): unknown {
  const found = cx.environment.find(cx.frame.owner, path);
  if ("missing" in found) throw missing(cx, path, node, found.missing);
  return found.value;
}

function missing(cx: Lowering, path: readonly string[], node: AnyNode, why: Missing): Error {
  const name = path.join(".");
  const [first] = path;
  const state = `state its value: kernel(fn, { captures: { ${first} } })`;
  switch (why) {
    case "uninitialised":
      return cx.error(
        node,
        `'${name}' has no value yet, because its \`let\`, \`const\` or \`class\` has not run`,
        "Move its declaration before the place where the kernel is first used",
      );
    case "unreadable":
      return cx.error(
        node,
        `this engine gives no way to read '${name}' from around the kernel`,
        `Pass it as an argument, or ${state}`,
      );
    case "forbidden":
      return cx.error(
        node,
        `the permission model (--permission) lets nobody read '${name}' from around the kernel`,
        `Start with --allow-inspector, pass it as an argument, or ${state}`,
      );
    case "nowhere":
      return cx.error(
        node,
        `'${name}' is no variable of the kernel, of what is around it, or of the globals`,
        "Declare it with `let` or `const`, or pass it as an argument",
      );
  }
}

/** A number or boolean at a path: a parameter of the kernel, or a constant that no program changes. */
export function scalarAt(cx: Lowering, path: readonly string[], node: AnyNode): Typed {
  const value = valueAt(cx, path, node);
  const name = path.join(".");
  if (typeof value === "number" && CONSTANTS.has(path[0] as string)) return cx.literal(value);
  if (typeof value === "number" || typeof value === "boolean") {
    return cx.captured(cx.environment.capture(cx.frame.owner, path, value));
  }
  if (typeof value === "function") {
    throw cx.error(
      node,
      `the function '${name}' is used as a value`,
      "Functions can only be called in a kernel",
    );
  }
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    throw cx.error(
      node,
      `the array '${name}' is captured from around the kernel`,
      "Pass it as an argument; captured are numbers, booleans and functions",
    );
  }
  throw cx.error(
    node,
    `'${name}' is ${describe(value)}, and values in a kernel are numbers and booleans`,
    "Use what it holds as a number, or pass that as an argument",
  );
}

const CONSTANTS = new Set(["Math", "Number", "NaN", "Infinity"]);

const describe = (value: unknown): string => {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
};

/** What is called: a function of the kernel's own text, or a captured one. */
export type Callee =
  | { readonly kind: "own"; readonly binding: Binding & { readonly kind: "function" } }
  | { readonly kind: "captured"; readonly fn: AnyFunction; readonly path: readonly string[] };

export function calleeOf(cx: Lowering, given: AnyNode): Callee {
  const node = unwrapped(given);
  if (node.type === "Identifier") {
    const binding = cx.scope.find(node.name);
    if (binding?.kind === "function") return { kind: "own", binding };
    if (binding) {
      throw cx.error(
        node,
        `'${node.name}' is no function`,
        "Call functions captured from around the kernel or declared in it",
      );
    }
  }
  const path = pathOf(cx, node);
  if (!path) {
    throw cx.error(
      node,
      `\`${textOfNode(cx.frame.source, node)}\` cannot be called in a kernel`,
      "Call `Math` functions, the functions for kernels, and helpers by their name",
    );
  }
  const fn = valueAt(cx, path, node);
  if (typeof fn !== "function") {
    throw cx.error(node, `'${path.join(".")}' is ${describe(fn)}, no function`, "Call a function");
  }
  return { kind: "captured", fn: fn as AnyFunction, path };
}

/** The array that a name means, if it means one. */
export function arrayNamed(cx: Lowering, given: AnyNode): ArrayBinding | undefined {
  const node = unwrapped(given);
  const binding = node.type === "Identifier" ? cx.scope.find(node.name) : undefined;
  return binding?.kind === "array" ? binding : undefined;
}

/** The field of a record that is meant by `r.a` and `r["a"]`. */
export function fieldNamed(
  cx: Lowering,
  node: AnyNode & { type: "MemberExpression" },
): Typed | undefined {
  const object = unwrapped(node.object);
  const binding = object.type === "Identifier" ? cx.scope.find(object.name) : undefined;
  if (binding?.kind !== "record") return undefined;
  const { property } = node;
  const name =
    property.type === "Literal" && node.computed
      ? String(property.value)
      : property.type === "Identifier" && !node.computed
        ? property.name
        : undefined;
  return fieldOf(cx, binding, name, node);
}

/** @throws KernelError where the record has no such field */
export function fieldOf(
  cx: Lowering,
  record: RecordBinding,
  name: string | undefined,
  node: AnyNode,
): Typed {
  const value = name === undefined ? undefined : record.fields.get(name);
  if (value) return value;
  throw cx.error(
    node,
    name === undefined
      ? "which field is meant is not written down"
      : `'${name}' holds no numbers without nulls`,
    "Use fields of numbers by their names",
  );
}

/** The value that the kernel is made for: a number known while it is compiled. */
export function staticNumber(cx: Lowering, given: AnyNode): number | undefined {
  const node = unwrapped(given);
  if (node.type === "Literal") return typeof node.value === "number" ? node.value : undefined;
  if (node.type === "BinaryExpression") {
    const left = staticNumber(cx, node.left);
    const right = staticNumber(cx, node.right);
    const apply = OPERATORS[node.operator];
    return left === undefined || right === undefined ? undefined : apply?.(left, right);
  }
  if (node.type === "Identifier") {
    const binding = cx.scope.find(node.name);
    const from =
      binding?.kind === "value" || binding?.kind === "variable" ? binding.from : undefined;
    if (from) return cx.withScope(from.scope, () => staticNumber(cx, from.node));
    if (binding) return undefined;
  }
  const path = pathOf(cx, node);
  const value = path && valueAt(cx, path, node);
  if (!path || typeof value !== "number") return undefined;
  cx.environment.bake(cx.frame.owner, path, value);
  return value;
}

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  "**": (a, b) => a ** b,
};
