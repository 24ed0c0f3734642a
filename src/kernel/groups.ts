/**
 * What the items of a group do together, in kernels with barriers. A statement is *common* if a barrier depends on
 * it: it is or contains one, or leaves a loop or block that contains one, or returns before one. All
 * items of a group run common statements in step; the runs of other statements between them may be done for
 * one item after the other.
 */

import type { Expression, Label, Statement } from "./ir.ts";
import { expressionsOf, listsIn, partsOf, statementsIn } from "./walk.ts";

/** The common statements. */
export function commonStatements(body: readonly Statement[]): ReadonlySet<Statement> {
  const all = [...statementsIn(body)];
  const lastBarrier = all.findLastIndex((each) => each.kind === "barrier");
  const withBarrier = new Set<Label>();
  for (const each of all) {
    const hasLabel = each.kind === "loop" || each.kind === "block";
    if (hasLabel && [...statementsIn([each])].some((inner) => inner.kind === "barrier")) {
      withBarrier.add(each.label);
    }
  }
  const order = new Map(all.map((each, i) => [each, i]));
  const common = new Set<Statement>();
  const visit = (list: readonly Statement[], isInLoop: boolean): boolean => {
    let any = false;
    for (const each of list) {
      const isHere =
        each.kind === "barrier" ||
        ((each.kind === "break" || each.kind === "continue") && withBarrier.has(each.label)) ||
        (each.kind === "return" && (isInLoop || (order.get(each) as number) < lastBarrier));
      const isLoop = each.kind === "loop" && withBarrier.has(each.label);
      const inner = listsIn(each).map((inside) => visit(inside, isInLoop || isLoop));
      if (isHere || inner.includes(true)) {
        common.add(each);
        any = true;
      }
    }
    return any;
  };
  visit(body, false);
  return common;
}

/** Lists whose statements are common or run between common ones: the body, and those within common statements. */
export function* commonLists(
  body: readonly Statement[],
  common: ReadonlySet<Statement>,
): Generator<readonly Statement[]> {
  yield body;
  for (const statement of body) {
    if (!common.has(statement)) continue;
    for (const list of listsIn(statement)) yield* commonLists(list, common);
  }
}

export interface Uniformity {
  /** Variables that hold the same value in all items of a group, set only where all items are in step. */
  readonly variables: ReadonlySet<string>;
  /** Common statements whose condition may differ between items, and the condition. */
  readonly faults: readonly (readonly [Statement, Expression])[];
}

/** `isStable` tells of an array whether no item writes it; `scalars` are the names of scalar parameters. */
export function uniformity(
  body: readonly Statement[],
  scalars: ReadonlySet<string>,
  isStable: (array: string) => boolean,
): Uniformity {
  const common = commonStatements(body);
  const lists = [...commonLists(body, common)];
  const variables = new Set(scalars);
  for (const list of lists)
    for (const each of list) if (each.kind === "let") variables.add(each.name);

  const isUniform = (e: Expression): boolean =>
    [...partsOf(e)].every((part) => {
      if (part.kind === "variable") return variables.has(part.name);
      if (part.kind === "index") return part.of !== "globalIndex" && part.of !== "localIndex";
      return part.kind !== "load" || isStable(part.array);
    });

  // Whatever is set where items are not in step, or to what differs, is struck off until nothing changes.
  for (let before = -1; before !== variables.size; ) {
    before = variables.size;
    for (const list of lists) {
      for (const each of list) {
        if (each.kind === "let" || each.kind === "assign") {
          if (!isUniform(each.value)) variables.delete(each.name);
        } else if (!common.has(each)) {
          for (const inner of statementsIn([each])) {
            if (inner.kind === "assign") variables.delete(inner.name);
          }
        }
      }
    }
  }
  const faults: [Statement, Expression][] = [];
  for (const each of common) {
    for (const e of expressionsOf(each)) if (!isUniform(e)) faults.push([each, e]);
  }
  return { variables, faults };
}
