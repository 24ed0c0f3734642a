/** Expressions over columns as plain data, which travels to the tasks. */

import type { ColumnType } from "../columns/field.ts";
import type { Value } from "../columns/values.ts";

export type Node =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "value"; readonly value: Value }
  | {
      readonly kind: "call";
      readonly operator: string;
      readonly of: readonly Node[];
      /** What `cast` makes. */
      readonly type?: ColumnType;
    };

/** An expression and the name of the column that it makes. */
export interface NamedNode {
  readonly name: string;
  readonly node: Node;
}

/** Names of the columns that an expression reads. */
export function columnsIn(node: Node, into: Set<string> = new Set()): Set<string> {
  if (node.kind === "column") into.add(node.name);
  else if (node.kind === "call") for (const each of node.of) columnsIn(each, into);
  return into;
}

/** As users write it, for `explain()` and errors. */
export function nodeText(node: Node): string {
  switch (node.kind) {
    case "column":
      return `col(${JSON.stringify(node.name)})`;
    case "value":
      return valueText(node.value);
    case "call": {
      const [first, ...rest] = node.of.map(nodeText);
      if (node.operator === "when") return `when(${[first, ...rest].join(", ")})`;
      const type = node.type ? [JSON.stringify(node.type)] : [];
      return `${first}.${node.operator}(${[...rest, ...type].join(", ")})`;
    }
  }
}

function valueText(value: Value): string {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Date) return value.toISOString();
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
