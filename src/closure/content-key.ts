/**
 * Tells whether two arrivals of a function or class are of one content. The key is a hash of everything that
 * can be reached from its node, numbered in the order in which it is reached; good within one thread.
 */

import { hash } from "node:crypto";
import { serialize } from "node:v8";
import { type GroupNode, NODE, type Node } from "./nodes.ts";

/** `codeOf` gives a number for the code of a group, the same for the same text. */
export function contentKey(
  index: number,
  nodes: readonly Node[],
  groups: readonly GroupNode[],
  codeOf: (group: GroupNode) => number,
): string {
  const numbers = new Map([[index, 0n]]);
  const renumber = (entry: unknown): unknown => {
    if (Array.isArray(entry)) return entry.map(renumber);
    if (typeof entry !== "bigint") return entry;
    const at = Number(entry);
    const known = numbers.get(at);
    if (known !== undefined) return known;
    const number = BigInt(numbers.size);
    numbers.set(at, number);
    return number;
  };
  const content: unknown[] = [];
  // The map grows while it is walked, until everything has been reached.
  for (const at of numbers.keys()) {
    const node = nodes[at];
    if (!node) continue;
    const [kind, extras, ...rest] = node;
    const group = kind === NODE.function ? groups[rest[0] as number] : undefined;
    if (group) {
      const [, shared, cells] = group;
      const [, member, ...others] = rest;
      content.push(
        codeOf(group),
        renumber([shared, cells[member as number], extras, member, others]),
      );
    } else if (kind === NODE.raw || kind === NODE.token) content.push(node);
    else content.push(kind, renumber([extras, rest]));
  }
  return hash("sha1", serialize(content), "base64");
}
