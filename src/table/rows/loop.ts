/**
 * Loops that call a function for each row. The row is a fresh object with the columns that the function reads, in a
 * loop compiled for that function and these columns, so that engines inline the one and need not make the other.
 */

import { parse } from "acorn";
import { BoundedMap } from "../../util/bounded-map.ts";
import { compile } from "../../util/compile.ts";
import { FunctionCache, sourceOf } from "../../util/function-cache.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Column, Partition } from "../columns/column.ts";
import { type Row, readerOf, type Value } from "../columns/values.ts";

/** A function of a row, as users write it. */
export type RowFunction<T = unknown> = (row: never) => T;

type Source = Column["values"] | ((row: number) => Value);

type Filter = (f: RowFunction, rows: number, kept: Int32Array, ...sources: Source[]) => number;
type Collect = (f: RowFunction, rows: number, out: unknown[], ...sources: Source[]) => void;
type Spread = (
  f: RowFunction,
  rows: number,
  out: readonly unknown[][],
  check: (row: number, result: unknown) => void,
  ...sources: Source[]
) => void;

const filters = new FunctionCache<Filter>();
const collects = new FunctionCache<Collect>();
const spreads = new FunctionCache<Spread>();

/** The rows for which the function gives something true. */
export function rowsWhere(partition: Partition, f: RowFunction): Int32Array {
  const { variant, literal, names, sources } = inputsOf(partition, f);
  const run = filters.get([f], variant, () =>
    compile<Filter>(
      "filterRows",
      ["f", "rows", "kept", ...names],
      `let n = 0; for (let i = 0; i < rows; i++) if (f(${literal})) kept[n++] = i; return n;`,
    ),
  );
  const kept = new Int32Array(partition.rows);
  return kept.subarray(0, run(f, partition.rows, kept, ...sources));
}

/** What the function gives for each row. */
export function valuesFrom(partition: Partition, f: RowFunction): unknown[] {
  const { variant, literal, names, sources } = inputsOf(partition, f);
  const run = collects.get([f], variant, () =>
    compile<Collect>(
      "mapRows",
      ["f", "rows", "out", ...names],
      `for (let i = 0; i < rows; i++) out[i] = f(${literal});`,
    ),
  );
  const out = new Array<unknown>(partition.rows);
  run(f, partition.rows, out, ...sources);
  return out;
}

/** The rows that the function gives, as values by column. @throws BodkinError where they are no rows of the same columns */
export function rowsFrom(partition: Partition, f: RowFunction): ReadonlyMap<string, unknown[]> {
  const { rows } = partition;
  if (rows === 0) return new Map();
  const { variant, literal, names, sources } = inputsOf(partition, f);
  const keys = keysOf(firstRow(partition, f), 0);
  const run = spreads.get([f], `${variant}→${JSON.stringify(keys)}`, () =>
    compile<Spread>(
      "mapToRows",
      ["f", "rows", "out", "check", ...names],
      [
        keys.map((_, at) => `const o${at} = out[${at}];`).join(""),
        `for (let i = 0; i < rows; i++) { const r = f(${literal}); let n = 0; for (const k in r) n++;`,
        `if (n !== ${keys.length} || r === null) check(i, r);`,
        keys.map((key, at) => `o${at}[i] = r[${JSON.stringify(key)}];`).join(""),
        "}",
      ].join("\n"),
    ),
  );
  const out = keys.map(() => new Array<unknown>(rows));
  const check = (row: number, result: unknown): void => {
    const own = keysOf(result, row);
    const extra = own.find((key) => !keys.includes(key));
    if (extra === undefined) return; // what is missing is null
    throw invalidArgument(
      `map: row ${row} has a column '${extra}' that the first row does not have; give every row the same columns`,
    );
  };
  run(f, rows, out, check, ...sources);
  return new Map(keys.map((key, at) => [key, out[at] as unknown[]]));
}

function firstRow({ columns }: Partition, f: RowFunction): unknown {
  const row = Object.fromEntries(columns.map((column) => [column.name, readerOf(column)(0)]));
  return (f as (row: Row) => unknown)(row);
}

function keysOf(row: unknown, at: number): string[] {
  if (typeof row === "object" && row !== null && !Array.isArray(row) && !(row instanceof Date)) {
    return Object.keys(row);
  }
  throw invalidArgument(
    `map: the function gives ${String(row)} for row ${at}; give a row, such as row => ({ ...row, c: row.a + 1 })`,
  );
}

/** How the row is written in a loop, and what the loop is given for it. */
function inputsOf({ columns }: Partition, f: RowFunction) {
  const used = usedColumns(f);
  const taken = used ? columns.filter(({ name }) => used.has(name)) : columns;
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

// --- Which columns a function reads ---------------------------------------------------------------

interface Syntax {
  readonly type: string;
  readonly [key: string]: unknown;
}

const known = new BoundedMap<ReadonlySet<string> | undefined>(1000);

/** The columns that a function reads; undefined where it may read any. */
export function usedColumns(f: RowFunction): ReadonlySet<string> | undefined {
  const source = sourceOf(f);
  return known.getOrMake(source, () => columnsIn(source));
}

function columnsIn(source: string): ReadonlySet<string> | undefined {
  let root: Syntax;
  try {
    const program = parse(`(${source})`, { ecmaVersion: "latest" }) as unknown as {
      readonly body: readonly { readonly expression: Syntax }[];
    };
    root = (program.body[0] as { readonly expression: Syntax }).expression;
  } catch {
    return undefined; // a method, or syntax that only the engine knows
  }
  const [row] = (root["params"] ?? []) as readonly Syntax[];
  if (!row) return new Set();
  if (row.type !== "Identifier") return patternColumns(row);
  const used = new Set<string>();
  return collectReads(root, row, used) ? used : undefined;
}

function patternColumns(pattern: Syntax): ReadonlySet<string> | undefined {
  if (pattern.type !== "ObjectPattern") return undefined;
  const names = new Set<string>();
  for (const property of pattern["properties"] as readonly Syntax[]) {
    if (property.type !== "Property" || property["computed"]) return undefined;
    const key = property["key"] as Syntax;
    names.add(String(key["name"] ?? key["value"]));
  }
  return names;
}

/** False where the row is used other than by the names of its columns. */
function collectReads(node: Syntax, row: Syntax, used: Set<string>): boolean {
  for (const [key, child] of Object.entries(node)) {
    for (const each of Array.isArray(child) ? child : [child]) {
      if (typeof each !== "object" || each === null || each === row) continue;
      const inner = each as Syntax;
      if (inner.type === "ThisExpression" || inner["name"] === "arguments") return false;
      if (inner.type === "Identifier" && inner["name"] === row["name"]) {
        if (isName(node, key)) continue;
        if (node.type !== "MemberExpression" || key !== "object" || node["computed"]) return false;
        used.add((node["property"] as Syntax)["name"] as string);
      } else if (typeof inner.type === "string" && !collectReads(inner, row, used)) return false;
    }
  }
  return true;
}

/** A property's name, which is no variable. */
const isName = (node: Syntax, key: string): boolean =>
  (node.type === "MemberExpression" && key === "property" && !node["computed"]) ||
  (node.type === "Property" && key === "key" && !node["computed"] && !node["shorthand"]);
