/** `groupBy` and `agg`: what users say of groups, checked and made plain. */

import type { AnyFunction } from "../../closure/host.ts";
import type { Reduced } from "../../fold/protocol.ts";
import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { Row, Value } from "../columns/values.ts";
import type { DTable } from "../dtable.ts";
import { type Expr, isExpr } from "../expressions/expr.ts";
import { AGGREGATES, type Aggregation, type Verb } from "./aggregates.ts";
import { groupBy } from "./run.ts";

/**
 * A verb for the column of the same name, or a column and a verb: `{ v1: "sum", out: ["v1", "mean"] }`. `quantile`
 * takes a fraction (`["v1", "quantile", 0.9]`), `corr` a second column (`["v1", "corr", "v2"]`). Expressions may stand for
 * columns: `{ out: [col("v1").mul(2), "sum"] }`. Functions of your own take the values of a group one after another: `["v1", { init: () => 1, step: (product: number, v: number) => product * v }]`.
 */
export type Aggregate<R> =
  | Exclude<Verb, "corr" | "quantile">
  | readonly [column: Input<R>, verb: Exclude<Verb, "corr" | "quantile">]
  | readonly [column: Input<R>, verb: "quantile", fraction: number]
  | readonly [column: Input<R>, verb: "corr", other: Input<R>]
  | readonly [column: Input<R>, fold: GroupFunctions];

/**
 * Functions as `fold` takes them, with the types of results and values said. All values of a group come to one task in
 * their order, so that nothing is combined.
 */
export interface GroupFunctions {
  /** The result of no values. */
  readonly init: () => unknown;
  /** Takes a value that is not null. `reduced(result)` ends the group. */
  readonly step: (result: never, value: never) => unknown;
  /** Not needed here; so that folds can be given as they are. */
  readonly combine?: (left: never, right: never) => unknown;
  /** What becomes of the result in the end: something that a column holds. */
  readonly complete?: (result: never) => Value;
}

type Input<R> = (keyof R & string) | Expr;

type Aggregates<R> = Readonly<Record<string, Aggregate<R>>>;

type FoldedBy<F> = F extends { readonly complete: (result: never) => infer T }
  ? T
  : F extends { readonly step: (result: never, value: never) => infer T }
    ? Exclude<T, Reduced<unknown>>
    : never;

type ValueOf<R, V, C> = V extends GroupFunctions
  ? FoldedBy<V>
  : V extends "first" | "last" | "max" | "min"
    ? C extends keyof R
      ? R[C]
      : C extends Expr<infer T>
        ? T
        : never
    : V extends "all" | "any"
      ? boolean
      : V extends "count" | "nunique"
        ? number
        : number | null;

type ResultOf<R, A, Name> = A extends readonly [infer C, infer V, ...unknown[]]
  ? ValueOf<R, V, C>
  : ValueOf<R, A, Name>;

/** A row of the result: the keys, then what was asked for. */
export type GroupRow<R, K extends keyof R, A> = {
  readonly [P in K | keyof A]: P extends keyof A
    ? ResultOf<R, A[P], P>
    : P extends K
      ? R[P]
      : never;
};

/** A table whose rows are grouped by some columns. */
export class Grouped<R extends Row, K extends keyof R & string> {
  readonly #table: DTable<R>;
  readonly #keys: readonly K[];

  /** @internal */
  constructor(table: DTable<R>, keys: readonly K[]) {
    this.#table = table;
    this.#keys = keys;
  }

  /**
   * One row a group, in no order that is told: the keys, and what these aggregates come to. Nulls do not count; a null
   * key is a group. `var` and `std` are those of a sample.
   */
  agg<const A extends Aggregates<R>>(aggregates: A): DTable<GroupRow<R, K, A>> {
    const made: Record<string, Expr> = {};
    /** The name of a column; of an expression that of one that is made for it. */
    const named = (input: unknown): unknown => {
      if (!isExpr(input)) return input;
      const name = `${input}`;
      made[name] = input;
      return name;
    };
    const wanted = Object.entries(aggregates).map(([name, each]) =>
      aggregationOf(name, Array.isArray(each) ? (each.map(named) as never) : each),
    );
    const clash = wanted.find(({ name }) => this.#keys.includes(name as K));
    if (clash) {
      throw invalidArgument(
        `agg: '${clash.name}' is a key; give the result another name, as in { total: ["${clash.name}", "sum"] }`,
      );
    }
    const functions = functionsOf(Object.values(aggregates));
    const verbs = wanted.map(({ name, verb, column }) => `${name} = ${verb}(${column})`);
    const text = `groupBy ${this.#keys.join(", ")}: ${verbs.join(", ")}`;
    const used = wanted.flatMap(({ column, other }) => (other ? [column, other] : [column]));
    const needed = [...new Set([...this.#keys, ...used])] as K[];
    const table = Object.keys(made).length > 0 ? this.#table.mutate(made) : this.#table;
    return (table as DTable<R>)
      .select(...needed)
      .derived(text, (stored) => groupBy(stored, this.#keys, wanted, functions)) as never;
  }

  /** The groups of the rows that the function gives. They must have the columns of the key. */
  map<S extends Row & { readonly [P in K]: unknown }>(f: (row: R) => S): Grouped<S, K> {
    return new Grouped<S, K>(this.#table.map(f), this.#keys);
  }

  /** The groups of the rows for which the function gives something true; groups without rows are gone. */
  filter(f: (row: R) => unknown): Grouped<R, K> {
    return new Grouped(this.#table.filter(f), this.#keys);
  }

  /** The keys, a row each. */
  keys(): DTable<Pick<R, K>> {
    return this.#table.select(...this.#keys).unique();
  }

  /** The rows of one group, given the value of each key. @throws BodkinError where there is none */
  async get(...values: readonly R[K][]): Promise<DTable<R>> {
    const keys = this.#keys;
    if (values.length !== keys.length) {
      throw invalidArgument(
        `get: ${values.length} values for the keys ${keys.join(", ")}; give one each`,
      );
    }
    const rows = this.#rowsOf(values);
    if ((await rows.nrow()) > 0) return rows;
    const key = keys.map((name, at) => `${name} = ${String(values[at])}`).join(", ");
    throw invalidArgument(`there is no group with ${key}; keys() gives those that there are`);
  }

  #rowsOf(values: readonly unknown[]): DTable<R> {
    const keys: readonly string[] = this.#keys;
    return this.#table.filter((row) =>
      keys.every((name, at) => isSameKey((row as Row)[name], values[at])),
    );
  }

  /** Each key with the rows of its group. */
  async *[Symbol.asyncIterator](): AsyncGenerator<[key: Pick<R, K>, rows: DTable<R>], void> {
    for (const key of await this.keys().toRows()) {
      yield [key, this.#rowsOf(this.#keys.map((name) => key[name]))];
    }
  }
}

/** Whether two values are one key: NaN is, and so are 0 and −0. */
function isSameKey(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return +a === +b;
  return a === b || (Number.isNaN(a) && Number.isNaN(b));
}

/** The functions of folds, three each, in the order of the aggregates. */
function functionsOf(aggregates: readonly Aggregate<Row>[]): (AnyFunction | undefined)[] {
  return aggregates.flatMap((each) => {
    const functions = typeof each === "string" ? undefined : (each[1] as unknown);
    if (typeof functions !== "object") return [];
    const { init, step, complete } = functions as GroupFunctions;
    return [init, step, complete];
  });
}

function checkFunctions(name: string, functions: object): void {
  checkNames(functions, ["init", "step", "complete", "combine"], `agg: ${name}`);
  const { init, step, complete } = functions as GroupFunctions;
  if ([init, step, complete ?? init].every((each) => typeof each === "function")) return;
  throw invalidArgument(
    `agg: ${name} needs functions: { init: () => 0, step: (result, value) => result + value }`,
  );
}

function aggregationOf(name: string, given: Aggregate<Row>): Aggregation {
  const [column, verb, extra] = (typeof given === "string" ? [name, given] : given) as readonly [
    string,
    Verb,
    (number | string)?,
  ];
  if (typeof column === "string" && typeof verb === "object" && verb !== null) {
    checkFunctions(name, verb);
    return { name, column, verb: "fold" };
  }
  if (typeof column !== "string" || !Object.hasOwn(AGGREGATES, verb)) {
    throw invalidArgument(
      `agg: ${name} is ${describe(given)}; use one of ${Object.keys(AGGREGATES).join(", ")}, or a column and one of them: { ${name}: ["column", "sum"] }`,
    );
  }
  if (verb === "quantile") {
    if (typeof extra === "number" && extra >= 0 && extra <= 1)
      return { name, column, verb, fraction: extra };
    throw invalidArgument(
      `agg: ${name} needs a fraction from 0 to 1: ["${column}", "quantile", 0.9]`,
    );
  }
  if (verb === "corr") {
    if (typeof extra === "string") return { name, column, verb, other: extra };
    throw invalidArgument(`agg: ${name} needs two columns: ["${column}", "corr", "other"]`);
  }
  return { name, column, verb };
}
