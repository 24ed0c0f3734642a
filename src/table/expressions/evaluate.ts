/**
 * Evaluates expressions over the rows of a partition. Where a part of one reads nothing but one dictionary column, it
 * is evaluated once for each distinct string, not for each row.
 */

import { BoundedMap } from "../../util/bounded-map.ts";
import { compile } from "../../util/compile.ts";
import { invalidArgument } from "../../wire/errors.ts";
import {
  arrayClass,
  bitmapBytes,
  type Column,
  isNull,
  type Partition,
  setNull,
} from "../columns/column.ts";
import { type Dictionary, DictionaryBuilder } from "../columns/dictionary.ts";
import type { ColumnType, Field } from "../columns/field.ts";
import { nullColumn, takeOf } from "../columns/rows.ts";
import { CASTS } from "./casts.ts";
import { Emitter } from "./emit.ts";
import { columnsIn, type Node, nodeText } from "./node.ts";
import { HELPERS, type Kind } from "./operators.ts";

/** The rows for which a condition holds: not those for which it is null. */
export function rowsThat(given: Partition, condition: Node): Int32Array {
  const { partition, node } = hoisted(given, condition);
  const { rows } = partition;
  const emitter = new Emitter(partition);
  const { kind, code, isNull } = emitter.emit(node);
  if (kind === "null") return new Int32Array(0);
  if (kind !== "bool") {
    throw invalidArgument(
      `filter takes a condition, such as col("a").gt(3), not ${nodeText(condition)}`,
    );
  }
  const holds = isNull ? `!${isNull} && ${code}` : code;
  const body = `let n = 0;
for (let i = 0; i < rows; i++) {
${emitter.body}
if (${holds}) out[n++] = i;
}
return n;`;
  const kept = new Int32Array(rows);
  return kept.subarray(0, run(body, emitter, rows, kept, undefined));
}

/** The column that an expression makes. One that is a column already keeps its type. */
export function evaluate(given: Partition, name: string, expression: Node): Column {
  const { partition, node } = hoisted(given, expression);
  return evaluateRows(partition, name, node);
}

function evaluateRows(partition: Partition, name: string, node: Node): Column {
  const { rows } = partition;
  if (node.kind === "column") {
    const own = partition.columns.find((column) => column.name === node.name);
    if (own) return { ...own, name };
  }
  const emitter = new Emitter(partition);
  const made = emitter.emit(node);
  const cast = node.kind === "call" && node.operator === "cast" ? node.type : undefined;
  const type = cast === "utf8" ? "dictionary" : (cast ?? TYPES[made.kind]);
  const field: Field = { name, type, ...(type === "timestamp" && { unit: "ms" }) };
  if (made.kind === "null" || made.isNull === "true") return nullColumn(field, rows);
  const store = `out[i] = ${stored(type, made.code)};`;
  const body = `let n = 0;
for (let i = 0; i < rows; i++) {
${emitter.body}
${made.isNull ? `if (${made.isNull}) { bits[i >> 3] &= ~(1 << (i & 7)); n++; } else ${store}` : store}
}
return n;`;
  const Class = arrayClass(type);
  const out = new Class(new ArrayBuffer(rows * Class.BYTES_PER_ELEMENT), 0, rows);
  const bits = made.isNull ? new Uint8Array(bitmapBytes(rows)).fill(0xff) : undefined;
  const strings = new DictionaryBuilder();
  if (type === "dictionary") {
    strings.add(""); // code 0 lies under nulls
    emitter.inputs.set("strings", strings);
  }
  const nulls = run(body, emitter, rows, out, bits);
  return {
    ...field,
    values: out,
    nulls,
    ...(bits && nulls > 0 && { validity: bits }),
    ...(type === "dictionary" && { dictionary: strings.build() }),
  };
}

/** Types of new columns. */
const TYPES: Readonly<Record<Kind, ColumnType>> = {
  number: "f64",
  wide: "i64",
  bool: "bool",
  text: "dictionary",
  time: "timestamp",
  null: "dictionary",
};

function stored(type: ColumnType, code: string): string {
  switch (type) {
    case "bool":
      return `${code} ? 1 : 0`;
    case "dictionary":
      return `strings.add(${code})`;
    case "date":
      return `${code} / 86400000`;
    case "timestamp":
      return `BigInt(${code})`;
    default:
      return code;
  }
}

type Loop = (rows: number, out: unknown, bits: unknown, ...inputs: unknown[]) => number;

const loops = new BoundedMap<Loop>(500);

/** Equal loops are compiled once: their form says what classes of arrays they meet. */
function run(body: string, { inputs }: Emitter, rows: number, out: object, bits: unknown): number {
  const values = [...inputs.values()];
  const classes = [out, ...values].map((value) => (value as object).constructor.name).join();
  const loop = loops.getOrMake(`${classes}\n${body}`, () =>
    compile<Loop>("evaluate", ["rows", "out", "bits", ...inputs.keys()], body, {
      ...HELPERS,
      ...CASTS,
    }),
  );
  return loop(rows, out, bits, ...values);
}

// --- Once for each distinct string ----------------------------------------------------------------

/** With columns in the place of the parts that read only one dictionary column. */
function hoisted(partition: Partition, node: Node): { partition: Partition; node: Node } {
  const columns: Column[] = [];
  const replace = (own: Node): Node => {
    if (own.kind !== "call") return own;
    const column = onlyDictionary(partition, own);
    if (!column) return { ...own, of: own.of.map(replace) };
    const name = freeName(partition, ` ${columns.length}`);
    columns.push({ ...byString(partition.rows, column, own), name });
    return { kind: "column", name };
  };
  const replaced = replace(node);
  return {
    partition: { rows: partition.rows, columns: [...partition.columns, ...columns] },
    node: replaced,
  };
}

const freeName = ({ columns }: Partition, name: string): string =>
  columns.some((column) => column.name === name)
    ? freeName({ rows: 0, columns }, ` ${name}`)
    : name;

/** Casts may fail, and not all strings of a dictionary need be in a row. */
const hasCast = (node: Node): boolean =>
  node.kind === "call" && (node.operator === "cast" || node.of.some(hasCast));

/** The column that an expression reads, if it is one and has fewer strings than rows. */
function onlyDictionary({ rows, columns }: Partition, node: Node): Column | undefined {
  const [name, ...others] = columnsIn(node);
  if (name === undefined || others.length > 0 || hasCast(node)) return undefined;
  const column = columns.find((each) => each.name === name);
  const size = column?.dictionary?.size ?? Number.POSITIVE_INFINITY;
  return column && column.nulls < rows && size < rows ? column : undefined;
}

/** The value of an expression for each distinct string and for null, given to the rows. */
function byString(rows: number, column: Column, node: Node): Column {
  const { size } = column.dictionary as Dictionary;
  const validity = new Uint8Array(bitmapBytes(size + 1)).fill(0xff);
  setNull(validity, size);
  const codes = Int32Array.from({ length: size + 1 }, (_, code) => (code < size ? code : 0));
  const { range: _, ...own } = column;
  const distinct: Column = { ...own, values: codes, validity, nulls: 1 };
  const made = evaluateRows({ rows: size + 1, columns: [distinct] }, column.name, node);
  const places = (column.values as Int32Array).slice(0, rows);
  if (column.nulls > 0) {
    for (let row = 0; row < rows; row++) if (isNull(column, row)) places[row] = size;
  }
  return takeOf(made, places);
}
