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
type Spread = (
  f: RowFunction,
  rows: number,
  out: readonly Values[],
  widen: (at: number, row: number) => unknown[],
  check: (row: number, result: unknown) => void,
  ...sources: Source[]
) => void;

/** What a function gives for all rows: numbers as they lie in memory, anything else one by one. */
export type Values = Float64Array | unknown[];

const filters = new FunctionCache<Filter>();
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
export function valuesFrom(partition: Partition, f: RowFunction): Values {
  const { variant, literal, names, sources } = inputsOf(partition, f);
  const run = spreads.get([f], variant, () =>
    compile<Spread>(
      "mapRows",
      ["f", "rows", "out", "widen", "check", ...names],
      `${opened(0)} for (let i = 0; i < rows; i++) { const r = f(${literal}); ${stored(0, "r")} }`,
    ),
  );
  const out: Values[] = [new Float64Array(partition.rows)];
  run(f, partition.rows, out, widener(out), () => {}, ...sources);
  return out[0] as Values;
}

/** The rows that the function gives, as values by column. @throws BodkinError where they are no rows of the same columns */
export function rowsFrom(partition: Partition, f: RowFunction): ReadonlyMap<string, Values> {
  const { rows } = partition;
  if (rows === 0) return new Map();
  const { variant, literal, names, sources } = inputsOf(partition, f);
  const keys = keysOf(firstRow(partition, f), 0);
  const run = spreads.get([f], `${variant}→${JSON.stringify(keys)}`, () => {
    const count = `let n = 0; for (const k in r) n++; if (n !== ${keys.length} || r === null) check(i, r);`;
    return compile<Spread>(
      "mapToRows",
      ["f", "rows", "out", "widen", "check", ...names],
      [
        keys.map((_, at) => opened(at)).join(""),
        `for (let i = 0; i < rows; i++) { const r = f(${literal});`,
        givesLiteral(f) ? "" : count,
        keys.map((key, at) => stored(at, `r[${JSON.stringify(key)}]`)).join(""),
        "}",
      ].join("\n"),
    );
  });
  const out: Values[] = keys.map(() => new Float64Array(rows));
  const check = (row: number, result: unknown): void => {
    const own = keysOf(result, row);
    const extra = own.find((key) => !keys.includes(key));
    if (extra === undefined) return; // what is missing is null
    throw invalidArgument(
      `map: row ${row} has a column '${extra}' that the first row does not have; give every row the same columns`,
    );
  };
  run(f, rows, out, widener(out), check, ...sources);
  return new Map(keys.map((key, at) => [key, out[at] as Values]));
}

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

/** Whether a function gives an object that is written down, so that it has the same columns each time. */
function givesLiteral(f: RowFunction): boolean {
  const root = parsed(sourceOf(f));
  const [row] = (root?.["params"] ?? []) as readonly Syntax[];
  const body = root?.["body"] as Syntax | undefined;
  if (root?.type !== "ArrowFunctionExpression" || body?.type !== "ObjectExpression") return false;
  return (body["properties"] as readonly Syntax[]).every((property) => {
    if (property.type !== "SpreadElement") return !property["computed"];
    const spread = property["argument"] as Syntax;
    return spread.type === "Identifier" && spread["name"] === row?.["name"];
  });
}

function parsed(source: string): Syntax | undefined {
  try {
    const program = parse(`(${source})`, { ecmaVersion: "latest" }) as unknown as {
      readonly body: readonly { readonly expression: Syntax }[];
    };
    return program.body[0]?.expression;
  } catch {
    return undefined; // a method, or syntax that only the engine knows
  }
}

function columnsIn(source: string): ReadonlySet<string> | undefined {
  const root = parsed(source);
  if (!root) return undefined;
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
