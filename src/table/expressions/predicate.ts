/** What of a condition readers of files can use: columns compared with values, all of which must hold. */

import type { Predicate } from "../source.ts";
import type { Node } from "./node.ts";

type Comparison = Predicate[number];

const COMPARES: Readonly<Record<string, Comparison["compare"]>> = {
  eq: "==",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

const FLIPPED: Readonly<Record<Comparison["compare"], Comparison["compare"]>> = {
  "==": "==",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** Comparisons that hold wherever the condition does. */
export function comparisonsIn(node: Node): Comparison[] {
  if (node.kind !== "call") return [];
  const [a, b] = node.of as readonly [Node, Node];
  if (node.operator === "and") return [...comparisonsIn(a), ...comparisonsIn(b)];
  const compare = COMPARES[node.operator];
  if (!compare) return [];
  return comparison(a, compare, b) ?? comparison(b, FLIPPED[compare], a) ?? [];
}

function comparison(a: Node, compare: Comparison["compare"], b: Node): Comparison[] | undefined {
  if (a.kind !== "column" || b.kind !== "value") return undefined;
  const { value } = b;
  return value === null || value instanceof Date ? [] : [{ column: a.name, compare, value }];
}

export const predicateText = (where: Predicate): string =>
  where
    .map(({ column, compare, value }) => {
      return `${column} ${compare} ${typeof value === "string" ? JSON.stringify(value) : value}`;
    })
    .join(" and ");
