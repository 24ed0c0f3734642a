/**
 * What a function of elements gives, as far as its source shows: a comparison is a boolean, arithmetic a number,
 * `{ re, im }` a complex number. Where the source leaves it open (a call of another function) so does the
 * answer; nothing is guessed and nothing is run.
 */

import { type AnyNode, type Function as FunctionNode, parse } from "acorn";
import { writtenOut } from "../../kernel/front/builtins.ts";
import { BoundedMap } from "../../util/bounded-map.ts";
import { sourceOf } from "../../util/function-cache.ts";
import { invalidArgument } from "../../wire/errors.ts";

export type Kind = "boolean" | "number" | "complex";

/** The kinds of names in scope; a name that is missing or undefined may be anything. */
type Names = Map<string, Kind | undefined>;

type AnyFunction = (...args: never[]) => unknown;

/** By source text. */
const parsed = new BoundedMap<FunctionNode | undefined>(1000);

/**
 * The kind of what `fn` returns for arguments of these kinds.
 * @throws where `fn` is async or a generator: elements are not promises.
 */
export function resultKind(fn: AnyFunction, inputs: readonly Kind[]): Kind | undefined {
  const source = sourceOf(writtenOut(fn, inputs.length));
  const node = parsed.getOrMake(source, () => parseFunction(source));
  if (!node) return undefined;
  if (node.async || node.generator) {
    throw invalidArgument(
      `'${fn.name || "the function"}' is ${node.async ? "async" : "a generator"}, but a function of elements must return its value at once`,
    );
  }
  const names: Names = new Map();
  node.params.forEach((parameter, at) => {
    for (const name of identifiersIn(parameter)) names.set(name, undefined);
    if (parameter.type === "Identifier") names.set(parameter.name, inputs[at]);
  });
  collectNames(node.body, names);
  if (node.body.type !== "BlockStatement") return kindOf(node.body, names);
  const kinds = returnsOf(node.body).map((value) => (value ? kindOf(value, names) : undefined));
  return same(kinds);
}

function parseFunction(source: string): FunctionNode | undefined {
  // A method's source is an expression only inside of an object.
  for (const text of [`(${source})`, `({${source}})`]) {
    try {
      const [statement] = parse(text, { ecmaVersion: "latest" }).body;
      if (statement?.type !== "ExpressionStatement") continue;
      let node: AnyNode = statement.expression;
      if (node.type === "ObjectExpression" && node.properties[0]?.type === "Property") {
        node = node.properties[0].value;
      }
      if (node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression") {
        return node;
      }
    } catch {
      // Native functions have no source that parses.
    }
  }
  return undefined;
}

function same(kinds: readonly (Kind | undefined)[]): Kind | undefined {
  const [first] = kinds;
  return kinds.every((kind) => kind === first) ? first : undefined;
}

const COMPARISONS = new Set(["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "instanceof"]);
const BOOLEAN_CALLS = new Set([
  "Boolean",
  "isNaN",
  "isFinite",
  "Number.isNaN",
  "Number.isFinite",
  "Number.isInteger",
  "Number.isSafeInteger",
  "Object.is",
]);

function kindOf(node: AnyNode, names: Names): Kind | undefined {
  switch (node.type) {
    case "Literal":
      if (typeof node.value === "boolean") return "boolean";
      return typeof node.value === "number" ? "number" : undefined;
    case "Identifier":
      return names.has(node.name)
        ? names.get(node.name)
        : NUMBERS.has(node.name)
          ? "number"
          : undefined;
    case "BinaryExpression":
      if (COMPARISONS.has(node.operator)) return "boolean";
      return node.operator === "+" ? sumKind(node.left, node.right, names) : "number";
    case "UnaryExpression":
      if (node.operator === "!") return "boolean";
      return ["-", "+", "~"].includes(node.operator) ? "number" : undefined;
    case "LogicalExpression":
      return same([kindOf(node.left, names), kindOf(node.right, names)]);
    case "ConditionalExpression":
      return same([kindOf(node.consequent, names), kindOf(node.alternate, names)]);
    case "SequenceExpression":
      return kindOf(node.expressions.at(-1) as AnyNode, names);
    case "ParenthesizedExpression":
      return kindOf(node.expression, names);
    case "ObjectExpression":
      return isComplexLiteral(node.properties) ? "complex" : undefined;
    case "MemberExpression":
      return memberKind(node, names);
    case "CallExpression": {
      const callee = pathOf(node.callee);
      if (BOOLEAN_CALLS.has(callee)) return "boolean";
      return callee === "Number" || callee.startsWith("Math.") ? "number" : undefined;
    }
    default:
      return undefined;
  }
}

const NUMBERS = new Set(["NaN", "Infinity"]);

/** `+` may also join text, so its operands must be known. */
function sumKind(left: AnyNode, right: AnyNode, names: Names): Kind | undefined {
  const arithmetic = (kind: Kind | undefined) => kind === "number" || kind === "boolean";
  return arithmetic(kindOf(left, names)) && arithmetic(kindOf(right, names)) ? "number" : undefined;
}

function memberKind(node: AnyNode & { type: "MemberExpression" }, names: Names): Kind | undefined {
  const path = pathOf(node);
  if (path.startsWith("Math.") || path.startsWith("Number.")) return "number";
  const isPart = path.endsWith(".re") || path.endsWith(".im");
  return isPart && kindOf(node.object, names) === "complex" ? "number" : undefined;
}

/** `Math.abs` for such an expression, otherwise the empty string. */
function pathOf(node: AnyNode): string {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed) return "";
  return node.property.type === "Identifier" ? `${pathOf(node.object)}.${node.property.name}` : "";
}

function isComplexLiteral(properties: readonly AnyNode[]): boolean {
  const keys = properties.map((property) =>
    property.type === "Property" && property.key.type === "Identifier" ? property.key.name : "",
  );
  return keys.includes("re") && keys.includes("im");
}

/** Constants take the kind of their value; what is declared twice or assigned may be anything. */
function collectNames(body: AnyNode, names: Names): void {
  for (const node of nodesIn(body, "all")) {
    if (node.type === "AssignmentExpression") forget(node.left, names);
    else if (node.type === "UpdateExpression") forget(node.argument, names);
    else if (node.type === "VariableDeclaration") {
      for (const { id, init } of node.declarations) {
        const fresh = id.type === "Identifier" && !names.has(id.name);
        const kind = fresh && node.kind === "const" && init ? kindOf(init, names) : undefined;
        forget(id, names);
        if (kind && id.type === "Identifier") names.set(id.name, kind);
      }
    }
  }
}

function forget(target: AnyNode, names: Names): void {
  for (const name of identifiersIn(target)) names.set(name, undefined);
}

const identifiersIn = (node: AnyNode): string[] =>
  [...nodesIn(node, "all")].flatMap((inner) => (inner.type === "Identifier" ? [inner.name] : []));

function returnsOf(body: AnyNode): (AnyNode | null | undefined)[] {
  return [...nodesIn(body, "own")].flatMap((node) =>
    node.type === "ReturnStatement" ? [node.argument] : [],
  );
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && "type" in value;

/** A node and those below it in source order: all, or only its own, not those of inner functions. */
function* nodesIn(node: AnyNode, which: "all" | "own"): Generator<AnyNode> {
  yield node;
  for (const child of Object.values(node).flat()) {
    if (!isNode(child)) continue;
    if (which === "all" || !/Function|Class|Method/.test(child.type)) yield* nodesIn(child, which);
  }
}
