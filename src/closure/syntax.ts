/** Small questions about nodes of syntax. */

import type { AnyNode, Class, Function as FunctionNode } from "acorn";

export function isFunction(node: AnyNode): node is AnyNode & FunctionNode {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

export function isClass(node: AnyNode): node is AnyNode & Class {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

/** The nodes directly below a node, in no particular order of meaning. */
export function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const each of value) if (isNode(each)) yield each;
    } else if (isNode(value)) yield value;
  }
}

const isNode = (value: unknown): value is AnyNode =>
  typeof value === "object" && value !== null && typeof (value as AnyNode).type === "string";
