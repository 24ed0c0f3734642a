/** Tables of what is in memory: columns, rows, tables of Arrow. */

import type { Table as ArrowTable } from "apache-arrow";
import { here } from "../task/data.ts";
import { Operation } from "../task/operation.ts";
import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";
import { schemaFromArrow } from "./columns/arrow-types.ts";
import { columnOf } from "./columns/from-values.ts";
import type { Row, Value } from "./columns/values.ts";
import { DTable } from "./dtable.ts";
import { arrowLibrary } from "./libraries.ts";
import { packBatch, packValues } from "./rows/tasks.ts";

/** The values of a column. Typed arrays keep their type; numbers of other arrays are f64, strings get a dictionary. */
export type ColumnValues =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | readonly (Value | undefined)[];

type ValueOf<V> = V extends readonly (infer T)[]
  ? Exclude<T, undefined> extends number
    ? number | Extract<null, T>
    : Exclude<T, undefined>
  : V extends BigInt64Array | BigUint64Array
    ? number | bigint
    : number;

type RowOf<C extends Readonly<Record<string, ColumnValues>>> = {
  readonly [K in keyof C]: ValueOf<C[K]>;
};

/** Rows of a partition where their number is not given. */
const DEFAULT_ROWS = 1 << 20;

/**
 * A distributed table of columns, of rows, or of a table of Arrow, in partitions of `rows` rows. The data are copied.
 * Another distributed table is cut anew where `rows` are given.
 * @throws BodkinError where columns differ in length or have values of different kinds
 */
export function dtable<C extends Readonly<Record<string, ColumnValues>>>(
  columns: C,
  rows?: number,
): DTable<RowOf<C>>;
export function dtable<R extends Row>(rows: readonly R[], partition?: number): DTable<R>;
export function dtable<R extends Row>(table: DTable<R>, rows?: number): DTable<R>;
export function dtable<R extends Row = Row>(table: ArrowTable, rows?: number): DTable<R>;
export function dtable(
  data: Readonly<Record<string, ColumnValues>> | readonly Row[] | DTable | ArrowTable,
  given?: number,
): DTable {
  const rows = given ?? DEFAULT_ROWS;
  if (!Number.isSafeInteger(rows) || rows <= 0) {
    throw invalidArgument(`dtable with ${String(rows)} rows a partition: give at least 1`);
  }
  if (!holdsData(data)) {
    const name = (data as object | null)?.constructor?.name;
    throw invalidArgument(
      `dtable takes columns, rows or a table of Arrow, not ${typeof data === "object" && name ? `a ${name}` : describe(data)}: dtable({ a: [1, 2] })`,
    );
  }
  if (data instanceof DTable) return given === undefined ? data : data.repartition(rows);
  here();
  if (isArrowTable(data)) return ofArrow(data, rows);
  return ofColumns(
    Array.isArray(data)
      ? columnsOfRows(data as readonly Row[])
      : (data as Readonly<Record<string, ColumnValues>>),
    rows,
  );
}

/** Lists, tables, and objects with properties of their own: not a Map, whose entries would be overlooked. */
function holdsData(data: unknown): data is object {
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) return false;
  if (Array.isArray(data) || data instanceof DTable) return true;
  return Object.keys(data).length > 0 || !(Symbol.iterator in data || data instanceof Date);
}

function ofColumns(columns: Readonly<Record<string, ColumnValues>>, rows: number): DTable {
  const names = Object.keys(columns);
  const values = Object.values(columns);
  const length = values[0]?.length ?? 0;
  names.forEach((name, at) => {
    const own = values[at] as ColumnValues;
    if (!Array.isArray(own) && (!ArrayBuffer.isView(own) || own instanceof DataView)) {
      throw invalidArgument(`dtable: column '${name}' is ${describe(own)}, not an array`);
    }
    if (own.length !== length) {
      throw invalidArgument(
        `dtable: column '${name}' has ${own.length} rows, but '${names[0]}' has ${length}`,
      );
    }
    if (Array.isArray(own)) columnOf(name, own); // what it cannot hold is said here
  });
  const count = Math.max(1, Math.ceil(length / rows));
  using operation = new Operation("dtable");
  const parts = Array.from({ length: count }, (_, at) =>
    operation.submit(
      packValues,
      names,
      ...values.map((own) => own.slice(at * rows, (at + 1) * rows) as ArrayLike<unknown>),
    ),
  );
  return new DTable({ base: { parts, dictionaries: [] }, steps: [] });
}

/** Known by its form, so that the library is loaded for its own tables only. */
export const isArrowTable = (data: object): data is ArrowTable =>
  "schema" in data && "batches" in data && arrowLibrary().isArrowTable(data);

/** A column for each name that any row has. */
export function columnsOfRows(rows: readonly Row[]): Record<string, (Value | undefined)[]> {
  const names = new Set<string>();
  rows.forEach((row, at) => {
    if (typeof row !== "object" || row === null) {
      throw invalidArgument(`dtable: row ${at} is ${describe(row)}, not an object`);
    }
    for (const name of Object.keys(row)) names.add(name);
  });
  return Object.fromEntries([...names].map((name) => [name, rows.map((row) => row[name])]));
}

function ofArrow(table: ArrowTable, rows: number): DTable {
  const schema = schemaFromArrow(table.schema);
  const count = Math.max(1, Math.ceil(table.numRows / rows));
  using operation = new Operation("dtable");
  const parts = Array.from({ length: count }, (_, at) => {
    const bytes = arrowLibrary().tableToIPC(table.slice(at * rows, (at + 1) * rows), "stream");
    return operation.submit(packBatch, schema, bytes);
  });
  return new DTable({ base: { parts, dictionaries: [] }, steps: [] });
}
