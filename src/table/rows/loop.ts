/**
 * Loops that call a function for each row. The row is a fresh object with the columns that the function uses, in a
 * loop compiled for that function and these columns, so that engines inline the one and need not make the other.
 */

import { compile } from "../../util/compile.ts";
import { FunctionCache } from "../../util/function-cache.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Column, Partition } from "../columns/column.ts";
import { type Row, readerOf, type Value } from "../columns/values.ts";
import { columnNamed } from "../keys/columns.ts";
import { inRow } from "./located.ts";
import { textOf } from "./syntax.ts";

/** A function of a row, as users write it. */
export type RowFunction<T = unknown> = (row: never) => T;

/** What a function gives for all rows: numbers as they lie in memory, anything else one by one. */
export type Values = Float64Array | unknown[];

type Source = Column["values"] | ((row: number) => Value);

type Filter = (f: RowFunction, rows: number, kept: Int32Array, ...sources: Source[]) => number;
type Spread = (
  f: RowFunction,
  rows: number,
  out: readonly Values[],
  widen: (at: number, row: number) => unknown[],
  check: (row: number, result: unknown) => void,
  ...sources: Source[]
) => void;

const filters = new FunctionCache<Filter>();
const spreads = new FunctionCache<Spread>();

/** The rows for which the function gives something true. */
export function rowsWhere(partition: Partition, f: RowFunction): Int32Array {
  const { variant, literal, names, sources } = inputsOf(partition, f);
  const run = filters.get([f], variant, () => {
    const body = `const holds = f(${literal}); if (holds) { if (typeof holds === "object") check(holds, i); kept[n++] = i; }`;
    return compile<Filter>(
      "filterRows",
      ["f", "rows", "kept", ...names],
      `let n = 0; ${everyRow(body)} return n;`,
      { inRow, check: checkCondition },
    );
  });
  const kept = new Int32Array(partition.rows);
  return kept.subarray(0, run(f, partition.rows, kept, ...sources));
}

/** What the function gives for each row. */
export function valuesFrom(partition: Partition, f: RowFunction): Values {
  const { variant, literal, names, sources } = inputsOf(partition, f);
  const run = spreads.get([f], variant, () =>
    compile<Spread>(
      "mapRows",
      ["f", "rows", "out", "widen", "check", ...names],
      `${opened(0)} ${everyRow(`const r = f(${literal}); ${stored(0, "r")}`)}`,
      { inRow },
    ),
  );
  const out: Values[] = [new Float64Array(partition.rows)];
  run(f, partition.rows, out, widener(out), () => {}, ...sources);
  return out[0] as Values;
}

/** The columns of these names of the rows that the function gives, which has them written down. */
export const columnsFrom = (
  partition: Partition,
  f: RowFunction,
  names: readonly string[],
): Values[] => spread(partition, f, names, undefined);

/** The rows that the function gives, as values by column. @throws BodkinError where they are no rows of the same columns */
export function rowsFrom(partition: Partition, f: RowFunction): ReadonlyMap<string, Values> {
  if (partition.rows === 0) return new Map();
  const keys = keysOf(firstRow(partition, f), 0);
  const check = (row: number, result: unknown): void => {
    const own = keysOf(result, row);
    const extra = own.find((key) => !keys.includes(key));
    if (extra === undefined) return; // what is missing is null
    throw invalidArgument(
      `map: row ${row} has a column '${extra}' that the first row does not have; give every row the same columns`,
    );
  };
  const made = spread(partition, f, keys, check);
  return new Map(keys.map((key, at) => [key, made[at] as Values]));
}

function spread(
  partition: Partition,
  f: RowFunction,
  keys: readonly string[],
  check: ((row: number, result: unknown) => void) | undefined,
): Values[] {
  const { rows } = partition;
  const { variant, literal, names, sources } = inputsOf(partition, f);
  const run = spreads.get([f], `${variant}→${JSON.stringify(keys)}${check ? "?" : ""}`, () => {
    const count = `let n = 0; for (const k in r) n++; if (n !== ${keys.length} || r === null) check(i, r);`;
    const stores = keys.map((key, at) => stored(at, `r[${JSON.stringify(key)}]`)).join("");
    return compile<Spread>(
      "mapToRows",
      ["f", "rows", "out", "widen", "check", ...names],
      `${keys.map((_, at) => opened(at)).join("")}
      ${everyRow(`const r = f(${literal}); ${check ? count : ""} ${stores}`)}`,
      { inRow },
    );
  });
  const out: Values[] = keys.map(() => new Float64Array(rows));
  run(f, rows, out, widener(out), check ?? (() => {}), ...sources);
  return out;
}

/** A loop over the rows; what is thrown says in which. */
export const everyRow = (body: string): string =>
  `let i = 0; try { for (; i < rows; i++) { ${body} } } catch (error) { throw inRow(error, i); }`;

/** Values begin as numbers; the first that is none makes their memory one of anything. */
const opened = (at: number): string => `let o${at} = out[${at}], w${at} = false;`;
const stored = (at: number, value: string): string =>
  `const v${at} = ${value}; if (typeof v${at} !== "number" && !w${at}) { o${at} = widen(${at}, i); w${at} = true; } o${at}[i] = v${at};`;

const widener =
  (out: Values[]) =>
  (at: number, row: number): unknown[] => {
    const before = out[at] as Float64Array;
    const wide = new Array<unknown>(before.length);
    for (let own = 0; own < row; own++) wide[own] = before[own];
    out[at] = wide;
    return wide;
  };

const isPromise = (value: unknown): boolean =>
  value instanceof Promise ||
  (typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function");

function checkCondition(value: unknown, row: number): void {
  if (!isPromise(value)) return;
  throw invalidArgument(
    `filter: the function gives a Promise for row ${row}, which would always hold; let it give its result at once`,
  );
}

function firstRow({ columns }: Partition, f: RowFunction): unknown {
  const row = Object.fromEntries(columns.map((column) => [column.name, readerOf(column)(0)]));
  try {
    return (f as (row: Row) => unknown)(row);
  } catch (error) {
    throw inRow(error, 0);
  }
}

function keysOf(row: unknown, at: number): string[] {
  if (typeof row === "object" && row !== null && !Array.isArray(row) && !(row instanceof Date)) {
    const keys = Object.keys(row);
    if (keys.length > 0 || !(isPromise(row) || Symbol.iterator in row)) return keys;
  }
  throw invalidArgument(
    `map: the function gives ${isPromise(row) ? "a Promise" : String(row)} for row ${at}; give a row, such as row => ({ ...row, c: row.a + 1 })`,
  );
}

/** How the row is written in a loop, and what the loop is given for it. */
function inputsOf(partition: Partition, f: RowFunction) {
  const taken = inputColumns(partition, f);
  const isPlain = ({ type, nulls }: Column): boolean => nulls === 0 && PLAIN.has(type);
  const names = taken.map((_, at) => `s${at}`);
  const fields = taken.map((column, at) => {
    const value = isPlain(column) ? `s${at}[i]` : `s${at}(i)`;
    return `[${JSON.stringify(column.name)}]: ${value}`;
  });
  return {
    names,
    literal: `{ ${fields.join(", ")} }`,
    variant: taken.map(({ name, type, nulls }) => `${name}:${type}${nulls > 0 ? "?" : ""}`).join(),
    sources: taken.map((column): Source => (isPlain(column) ? column.values : readerOf(column))),
  };
}

const PLAIN: ReadonlySet<string> = new Set(["i8", "i16", "i32", "u8", "u16", "u32", "f32", "f64"]);

/** The columns that a function uses to compute. @throws BodkinError where one that it reads is not there */
export function inputColumns(partition: Partition, f: RowFunction): readonly Column[] {
  const { isOpen, reads, uses, optional } = textOf(f);
  if (partition.rows > 0) {
    for (const name of reads) if (!optional.has(name)) columnNamed(partition, name);
  }
  return isOpen ? partition.columns : partition.columns.filter(({ name }) => uses.has(name));
}
