/**
 * Which functions of a shipment can never differ from what they are now: they change nothing and have captured
 * nothing that changes. Two copies of such a function cannot be told apart, so one a thread is enough.
 */

import { NODE, type Node, type Slot } from "./nodes.ts";

/** A function of a shipment. */
export interface Candidate {
  /** The number of its node. */
  readonly index: number;
  readonly isClass: boolean;
  /** Its code changes variables that it captured, or it has more than code. */
  readonly isChanging: boolean;
  /** What it captured. */
  readonly slots: readonly Slot[];
}

/** The numbers of the nodes of those that are settled. */
export function findSettled(
  candidates: readonly Candidate[],
  nodes: readonly Node[],
): ReadonlySet<number> {
  const settled = new Set<number>();
  const classes = new Set<number>();
  for (const { index, isClass, isChanging } of candidates) {
    if (isClass) classes.add(index);
    else if (!isChanging) settled.add(index);
  }
  const isFixed = (slot: Slot): boolean => {
    if (typeof slot !== "bigint") return true;
    const index = Number(slot);
    return settled.has(index) || classes.has(index) || isConstant(nodes[index] as Node);
  };
  for (let before = -1; before !== settled.size; ) {
    before = settled.size;
    for (const { index, slots } of candidates) if (!slots.every(isFixed)) settled.delete(index);
  }
  return settled;
}

const CONSTANT_KINDS = new Set<number>([
  NODE.builtin,
  NODE.export,
  NODE.import,
  NODE.symbol,
  NODE.importer,
]);

const isConstant = (node: Node): boolean =>
  CONSTANT_KINDS.has(node[0]) || (node[0] === NODE.raw && typeof node[2] === "bigint");
