/** Which columns: names, patterns, ranges, all but some, and expressions. Users make them; tasks resolve them. */

import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Column, Partition } from "../columns/column.ts";
import { nullColumn } from "../columns/rows.ts";
import type { Row, Value } from "../columns/values.ts";
import { evaluate } from "../expressions/evaluate.ts";
import { type Expr, isExpr } from "../expressions/expr.ts";
import { columnsIn, type Node, nodeText } from "../expressions/node.ts";
import { columnNamed } from "../keys/columns.ts";

/** Plain data. */
export type Pick =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "matching"; readonly source: string; readonly flags: string }
  | { readonly kind: "between"; readonly from: string; readonly to: string }
  | { readonly kind: "not"; readonly of: readonly Pick[] }
  | { readonly kind: "expression"; readonly name: string; readonly node: Node };

/** Some of the columns of a table, as `between`, `not` and `all` say. */
export class Selection {
  /** @internal */
  readonly pick: Pick;

  /** @internal */
  constructor(pick: Pick) {
    this.pick = pick;
  }
}

/** What `select` takes. */
export type Selector = string | RegExp | Selection | Expr;

/** The columns from one to another, both included. */
export function between(from: string, to: string): Selection {
  if (typeof from === "string" && typeof to === "string") {
    return new Selection({ kind: "between", from, to });
  }
  throw invalidArgument('between takes the names of two columns: between("a", "d")');
}

/** All columns but these. */
export const not = (...selectors: readonly Exclude<Selector, Expr>[]): Selection =>
  new Selection({ kind: "not", of: picksOf("not", selectors) });

/** All columns. */
export const all = (): Selection => new Selection({ kind: "not", of: [] });

/** The row of what is selected; where patterns do it, its names are not known. */
export type Selected<R extends Row, S extends readonly unknown[]> =
  Extract<S[number], RegExp | Selection> extends never
    ? {
        readonly [P in NameOf<S[number]>]: Extract<S[number], Expr<Value, P>> extends Expr<infer T>
          ? [Extract<S[number], Expr<Value, P>>] extends [never]
            ? P extends keyof R
              ? R[P]
              : never
            : T
          : never;
      }
    : Row;

type NameOf<E> = E extends Expr<Value, infer N> ? N : E extends string ? E : never;

/** @throws BodkinError for what selects no columns */
export function picksOf(caller: string, selectors: readonly unknown[]): Pick[] {
  return selectors.map((selector) => {
    if (typeof selector === "string") return { kind: "name", name: selector };
    if (selector instanceof Selection) return selector.pick;
    if (isExpr(selector)) return { kind: "expression", name: selector.name, node: selector.node };
    if (selector instanceof RegExp) {
      return {
        kind: "matching",
        source: selector.source,
        flags: selector.flags.replace(/[gy]/g, ""),
      };
    }
    throw invalidArgument(
      `${caller} takes names of columns, patterns, between(...), not(...) and all(), not ${describe(selector)}`,
    );
  });
}

/** Columns as far as picking looks at them. */
interface Columns<C> {
  readonly rows: number;
  readonly columns: readonly C[];
}

/** The columns that are picked, each once, in the order in which they are first. `make`: what expressions come to. */
export function pickColumns<C extends { readonly name: string }>(
  given: Columns<C>,
  picks: readonly Pick[],
  make: (name: string, node: Node) => C,
): readonly (C | Column)[] {
  const picked = new Map<string, C | Column>();
  for (const pick of picks) {
    if (pick.kind === "expression") {
      if (picked.has(pick.name)) {
        throw invalidArgument(
          `select: two columns would be called '${pick.name}'; give one another name with .as("...")`,
        );
      }
      picked.set(pick.name, make(pick.name, pick.node));
    } else {
      for (const column of pickedBy(given, pick)) {
        if (!picked.has(column.name)) picked.set(column.name, column);
      }
    }
  }
  return [...picked.values()];
}

/** What has no rows may have other columns than the rest. */
export const expressionColumn = (partition: Partition, name: string, node: Node): Column =>
  partition.rows > 0
    ? evaluate(partition, name, node)
    : nullColumn({ name, type: "dictionary" }, 0);

function pickedBy<C extends { readonly name: string }>(
  given: Columns<C>,
  pick: Exclude<Pick, { kind: "expression" }>,
): readonly (C | Column)[] {
  const { rows, columns } = given;
  switch (pick.kind) {
    case "name":
      if (rows > 0) return [columnNamed(given, pick.name)];
      return [
        columns.find(({ name }) => name === pick.name) ??
          nullColumn({ name: pick.name, type: "dictionary" }, 0),
      ];
    case "matching": {
      const pattern = new RegExp(pick.source, pick.flags);
      return columns.filter(({ name }) => pattern.test(name));
    }
    case "between": {
      if (rows === 0) return [...columns];
      const [from, to] = [pick.from, pick.to].map((name) => {
        return columns.indexOf(columnNamed(given, name));
      }) as [number, number];
      return columns.slice(from, to + 1);
    }
    case "not": {
      const without = new Set<C | Column>();
      for (const own of pick.of) {
        if (own.kind === "expression" || (own.kind === "name" && rows === 0)) continue;
        for (const column of pickedBy(given, own)) without.add(column);
      }
      const names = new Set(pick.of.map((each) => each.kind === "name" && each.name));
      return columns.filter((column) => !without.has(column) && !names.has(column.name));
    }
  }
}

/** The columns that are read, where names alone say so. */
export function columnsOfPicks(picks: readonly Pick[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const pick of picks) {
    if (pick.kind === "name") names.push(pick.name);
    else if (pick.kind === "expression") names.push(...columnsIn(pick.node));
    else return undefined;
  }
  return names;
}

export function pickText(pick: Pick): string {
  switch (pick.kind) {
    case "name":
      return pick.name;
    case "matching":
      return `/${pick.source}/${pick.flags}`;
    case "between":
      return `between(${pick.from}, ${pick.to})`;
    case "not":
      return pick.of.length > 0 ? `not(${pick.of.map(pickText).join(", ")})` : "all()";
    case "expression":
      return `${pick.name} = ${nodeText(pick.node)}`;
  }
}
