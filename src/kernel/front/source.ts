/** The text of a function as syntax, and places in it as people count them. */

import { type Function as AnyFunctionNode, type AnyNode, parse } from "acorn";
import { BoundedMap } from "../../util/bounded-map.ts";
import { KernelError } from "../../wire/errors.ts";

/** Any function at all; parameters are `never` so that every function type fits. */
export type AnyFunction = (...args: never[]) => unknown;

/** The syntax of a function. */
export type FunctionNode = AnyNode & AnyFunctionNode;

export interface FunctionSource {
  readonly text: string;
  readonly name: string;
  readonly node: FunctionNode;
  /** How far positions of nodes are ahead of positions in `text`. */
  readonly shift: number;
}

interface Parsed {
  readonly node: FunctionNode;
  readonly shift: number;
}

const parsed = new BoundedMap<Parsed>(1000);

/** @throws KernelError where the text is no function's that can be compiled */
export function sourceOfFunction(fn: AnyFunction): FunctionSource {
  const text = Function.prototype.toString.call(fn);
  const name = fn.name || "(anonymous)";
  const { node, shift } = parsed.getOrMake(text, () => parseFunction(text, name));
  return { text, name, node, shift };
}

const WRAPPINGS = [
  ["(", ")"],
  ["({", "})"],
] as const;

function parseFunction(text: string, name: string): Parsed {
  for (const [prefix, suffix] of WRAPPINGS) {
    try {
      const program = parse(prefix + text + suffix, {
        ecmaVersion: "latest",
        sourceType: "module",
      });
      const node = functionIn(program.body[0]);
      if (!node) continue;
      const source = { text, name, node, shift: prefix.length };
      if (node.async)
        throw kernelError(
          source,
          node,
          "it is async",
          "Kernels run to their end at once: leave `async` and `await` out",
        );
      if (node.generator)
        throw kernelError(source, node, "it is a generator", "Write a plain function");
      return { node, shift: prefix.length };
    } catch (error) {
      if (error instanceof KernelError) throw error;
      // The other way of reading it.
    }
  }
  throw new KernelError(
    `kernel '${name}': it has no source text that can be compiled (native and bound functions and classes have none). ` +
      "Write it as a function: (O, A) => { … }.",
    1,
    1,
  );
}

function functionIn(statement: AnyNode | undefined): FunctionNode | undefined {
  if (statement?.type !== "ExpressionStatement") return undefined;
  let node: AnyNode = statement.expression;
  const only = node.type === "ObjectExpression" ? node.properties[0] : undefined;
  if (only?.type === "Property" && only.method) node = only.value;
  return node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
    ? node
    : undefined;
}

/** `reason` and `remedy` are put into sentences; the remedy is an instruction. */
export function kernelError(
  source: FunctionSource,
  node: AnyNode,
  reason: string,
  remedy: string,
): KernelError {
  const at = Math.min(Math.max(node.start - source.shift, 0), source.text.length);
  const before = source.text.slice(0, at);
  const line = before.split("\n").length;
  const start = before.lastIndexOf("\n") + 1;
  const column = at - start + 1;
  const end = source.text.indexOf("\n", at);
  const shown = source.text.slice(start, end < 0 ? undefined : end);
  return new KernelError(
    `kernel '${source.name}', line ${line}, column ${column}: ${reason}. ${remedy}.\n${excerpt(shown, line, column)}`,
    line,
    column,
  );
}

const WIDEST = 100;

/** The line with a caret under the column; of long lines the part around it. */
function excerpt(text: string, line: number, column: number): string {
  const first = Math.max(0, column - WIDEST + 20);
  const part = text.slice(first, first + WIDEST).replaceAll("\t", " ");
  const margin = `${line}`;
  return `  ${margin} | ${part}\n  ${" ".repeat(margin.length)} | ${" ".repeat(column - 1 - first)}^`;
}

/** A node's own text, shortened, for messages. */
export function textOfNode(source: FunctionSource, node: AnyNode): string {
  const text = source.text
    .slice(node.start - source.shift, node.end - source.shift)
    .replace(/\s+/g, " ");
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
