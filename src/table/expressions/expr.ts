/**
 * Expressions over columns: `col("a").mul(2).gt(3)`. They are made here and evaluated in tasks, in a loop compiled for
 * them. Nulls follow SQL: what is computed of null is null, and `and`, `or`, `not` know three values.
 */

import { printAsString } from "../../platform/inspect.ts";
import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { ColumnType } from "../columns/field.ts";
import type { Value } from "../columns/values.ts";
import { columnsIn, type Node, nodeText } from "./node.ts";

/** An expression, or a value. */
export type Operand<V extends Value = Value> = Expr | V;

type Numeric = number | bigint;

/** What a column of a type holds. */
type ValueOfType<C extends ColumnType> = C extends "bool"
  ? boolean
  : C extends "utf8" | "dictionary"
    ? string
    : C extends "date" | "timestamp"
      ? Date
      : number;

/** Types that `cast` makes. */
export type CastType = ColumnType;

/** An expression whose values are `T`, in a column called `N` unless told otherwise. */
export class Expr<out T extends Value = Value, out N extends string = string> {
  /** @internal */
  readonly node: Node;
  readonly #name: string | undefined;
  /** Only in types. @internal */
  declare readonly value?: T;

  /** @internal */
  constructor(node: Node, name?: string) {
    this.node = node;
    this.#name = name;
  }

  /** The name of the column that it makes: what `as` gave, else that of the first column in it. */
  get name(): N {
    return (this.#name ?? columnsIn(this.node).values().next().value ?? "value") as N;
  }

  /** Whether its name was given, or it is nothing but a column. @internal */
  get isNamed(): boolean {
    return this.#name !== undefined || this.node.kind === "column";
  }

  /** The same, under a name for `select` and `groupBy`. */
  as<const M extends string>(name: M): Expr<T, M> {
    if (typeof name !== "string") throw invalidArgument(`as takes a name, not ${describe(name)}`);
    return new Expr(this.node, name);
  }

  toString(): string {
    const text = nodeText(this.node);
    return this.#name === undefined ? text : `${text}.as(${JSON.stringify(this.#name)})`;
  }

  #call<V extends Value>(operator: string, operands: readonly Operand[] = []): Expr<V | null, N> {
    return new Expr({ kind: "call", operator, of: [this.node, ...operands.map(nodeOf)] });
  }

  // --- Numbers. Those of 64-bit integers are 64-bit integers, all others f64 ------------------------

  /** The sum; of strings, one after the other. */
  add(other: Operand<Numeric | string>): Expr<(T extends string ? string : number) | null, N> {
    return this.#call("add", [other]);
  }
  /** The difference; of times in milliseconds. */
  sub(other: Operand<Numeric | Date>): Expr<number | null, N> {
    return this.#call("sub", [other]);
  }
  mul(other: Operand<Numeric>): Expr<number | null, N> {
    return this.#call("mul", [other]);
  }
  /** The quotient, in f64. */
  div(other: Operand<Numeric>): Expr<number | null, N> {
    return this.#call("div", [other]);
  }
  /** The remainder, with the sign of the dividend as in JavaScript; null of integers of 64 bits where it divides by 0. */
  mod(other: Operand<Numeric>): Expr<number | null, N> {
    return this.#call("mod", [other]);
  }
  /** The power, in f64. */
  pow(other: Operand<Numeric>): Expr<number | null, N> {
    return this.#call("pow", [other]);
  }
  neg(): Expr<number | null, N> {
    return this.#call("neg");
  }
  abs(): Expr<number | null, N> {
    return this.#call("abs");
  }
  /** To so many decimals, none unless given; halves away from 0. */
  round(decimals: number = 0): Expr<number | null, N> {
    if (!Number.isInteger(decimals) || decimals < 0 || decimals > 15) {
      throw invalidArgument(`round(${String(decimals)}): give a number of decimals from 0 to 15`);
    }
    return this.#call("round", [decimals]);
  }
  floor(): Expr<number | null, N> {
    return this.#call("floor");
  }
  ceil(): Expr<number | null, N> {
    return this.#call("ceil");
  }
  sqrt(): Expr<number | null, N> {
    return this.#call("sqrt");
  }
  exp(): Expr<number | null, N> {
    return this.#call("exp");
  }
  /** The natural logarithm. */
  log(): Expr<number | null, N> {
    return this.#call("log");
  }

  // --- Comparisons. Strings are in the order of their UTF-16 units; NaN is not equal to itself -------

  eq(other: Operand): Expr<boolean | null, N> {
    return this.#call("eq", [other]);
  }
  ne(other: Operand): Expr<boolean | null, N> {
    return this.#call("ne", [other]);
  }
  lt(other: Operand): Expr<boolean | null, N> {
    return this.#call("lt", [other]);
  }
  le(other: Operand): Expr<boolean | null, N> {
    return this.#call("le", [other]);
  }
  gt(other: Operand): Expr<boolean | null, N> {
    return this.#call("gt", [other]);
  }
  ge(other: Operand): Expr<boolean | null, N> {
    return this.#call("ge", [other]);
  }
  /** Whether it lies between two, both included. */
  between(low: Operand, high: Operand): Expr<boolean | null, N> {
    return this.ge(low).and(this.le(high));
  }
  /** Whether it is one of these values. */
  isIn(values: Iterable<Value>): Expr<boolean | null, N> {
    const list = [...values];
    const wrong = list.find((value) => !isValue(value));
    if (wrong !== undefined) {
      throw invalidArgument(`isIn takes values, not ${describe(wrong)}: isIn([1, 2])`);
    }
    return this.#call("isIn", list);
  }

  // --- Logic ---------------------------------------------------------------------------------------

  and(other: Operand<boolean>): Expr<boolean | null, N> {
    return this.#call("and", [other]);
  }
  or(other: Operand<boolean>): Expr<boolean | null, N> {
    return this.#call("or", [other]);
  }
  not(): Expr<boolean | null, N> {
    return this.#call("not");
  }

  // --- Nulls ---------------------------------------------------------------------------------------

  isNull(): Expr<boolean, N> {
    return this.#call("isNull") as Expr<boolean, N>;
  }
  isNotNull(): Expr<boolean, N> {
    return this.#call("isNotNull") as Expr<boolean, N>;
  }
  /** The first of this and the others that is not null. */
  coalesce<V extends Value>(...others: readonly (Expr<V> | V)[]): Expr<Exclude<T, null> | V, N> {
    return this.#call("coalesce", others as readonly Operand[]) as never;
  }

  // --- Strings -------------------------------------------------------------------------------------

  startsWith(text: Operand<string>): Expr<boolean | null, N> {
    return this.#call("startsWith", [text]);
  }
  endsWith(text: Operand<string>): Expr<boolean | null, N> {
    return this.#call("endsWith", [text]);
  }
  contains(text: Operand<string>): Expr<boolean | null, N> {
    return this.#call("contains", [text]);
  }
  lower(): Expr<string | null, N> {
    return this.#call("lower");
  }
  upper(): Expr<string | null, N> {
    return this.#call("upper");
  }
  /** How many characters (code points) a string has. */
  length(): Expr<number | null, N> {
    return this.#call("length");
  }
  /** With each occurrence of a text replaced. */
  replace(text: Operand<string>, by: Operand<string>): Expr<string | null, N> {
    return this.#call("replace", [text, by]);
  }

  // --- Parts of dates and timestamps, in UTC -------------------------------------------------------

  year(): Expr<number | null, N> {
    return this.#call("year");
  }
  /** From 1 to 12. */
  month(): Expr<number | null, N> {
    return this.#call("month");
  }
  /** Of the month, from 1. */
  day(): Expr<number | null, N> {
    return this.#call("day");
  }
  hour(): Expr<number | null, N> {
    return this.#call("hour");
  }
  minute(): Expr<number | null, N> {
    return this.#call("minute");
  }
  second(): Expr<number | null, N> {
    return this.#call("second");
  }
  /** From 1 for Monday to 7 for Sunday. */
  weekday(): Expr<number | null, N> {
    return this.#call("weekday");
  }

  // --- Types ---------------------------------------------------------------------------------------

  /** As another type. A value that it cannot hold fails the task. Numbers lose what is behind the point in integers. */
  cast<C extends CastType>(type: C): Expr<ValueOfType<C> | null, N> {
    if (!CAST_TYPES.includes(type)) {
      throw invalidArgument(`cast to ${describe(type)}: there are ${CAST_TYPES.join(", ")}`);
    }
    return new Expr({ kind: "call", operator: "cast", of: [this.node], type });
  }
}

printAsString(Expr);

const CAST_TYPES: readonly ColumnType[] = [
  ...(["i8", "i16", "i32", "u8", "u16", "u32", "f32", "f64", "i64", "u64"] as const),
  ...(["bool", "date", "timestamp", "utf8", "dictionary"] as const),
];

/** A column, by its name. */
export function col<const N extends string>(name: N): Expr<Value, N> {
  if (typeof name === "string") return new Expr({ kind: "column", name });
  throw invalidArgument(`col takes the name of a column, not ${describe(name)}`);
}

/** The same value in all rows. */
export const lit = <V extends Value>(value: V): Expr<V> => new Expr(nodeOf(value));

/** What follows a condition. */
export interface When<T extends Value> {
  then<V extends Value>(value: Expr<V> | V): Then<T | V>;
}

/** An expression, null where no condition holds, unless `otherwise` says what. */
export interface Then<T extends Value> extends Expr<T | null> {
  when(condition: Operand<boolean>): When<T>;
  otherwise<V extends Value>(value: Expr<V> | V): Expr<T | V>;
}

/** The value of the first condition that holds: `when(col("a").gt(3)).then("many").otherwise("few")`. */
export const when = (condition: Operand<boolean>): When<never> => whenAfter([], condition);

function whenAfter(before: readonly Node[], condition: Operand<boolean>): When<never> {
  const own = [...before, nodeOf(condition)];
  // biome-ignore lint/suspicious/noThenProperty: the word that SQL has; a condition is nothing that is awaited
  return { then: (value) => new Case([...own, nodeOf(value as Operand)]) as never };
}

class Case extends Expr {
  readonly #branches: readonly Node[];

  constructor(branches: readonly Node[]) {
    const none: Node = { kind: "value", value: null };
    super({ kind: "call", operator: "when", of: [...branches, none] });
    this.#branches = branches;
  }

  when(condition: Operand<boolean>): When<never> {
    return whenAfter(this.#branches, condition);
  }

  otherwise(value: Operand): Expr {
    const of = [...this.#branches, nodeOf(value)];
    return new Expr({ kind: "call", operator: "when", of });
  }
}

export const isExpr = (value: unknown): value is Expr => value instanceof Expr;

const isValue = (value: unknown): value is Value =>
  value === null ||
  value instanceof Date ||
  ["number", "bigint", "string", "boolean"].includes(typeof value);

/** @throws BodkinError for what is neither an expression nor a value */
function nodeOf(operand: Operand): Node {
  if (isExpr(operand)) return operand.node;
  if (isValue(operand)) return { kind: "value", value: operand };
  throw invalidArgument(
    `an expression takes columns and values, not ${describe(operand)}: col("a").mul(2)`,
  );
}
