/** Columns made of JavaScript values. */

import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { arrayClass, bitmapBytes, type Column, setNull } from "./column.ts";
import { DictionaryBuilder } from "./dictionary.ts";
import type { ColumnType, Field } from "./field.ts";
import { nullColumn } from "./rows.ts";

/** What a value makes of a new column. */
function typeOfValue(value: unknown): ColumnType | undefined {
  switch (typeof value) {
    case "number":
      return "f64";
    case "bigint":
      return "i64";
    case "boolean":
      return "bool";
    case "string":
      return "dictionary";
    default:
      return value instanceof Date ? "timestamp" : undefined;
  }
}

/**
 * A column of values, null and undefined among them. Numbers are f64, strings get a dictionary, Dates are timestamps;
 * `whenNull` is its type where there is no value.
 * @throws BodkinError where they are of different kinds, or of none
 */
export function columnOf(
  name: string,
  values: ArrayLike<unknown>,
  whenNull: ColumnType = "dictionary",
): Column {
  const { length } = values;
  let type: ColumnType | undefined;
  let nulls = 0;
  for (let row = 0; row < length; row++) {
    const value = values[row];
    if (value === null || value === undefined) {
      nulls++;
      continue;
    }
    const own = typeOfValue(value);
    if (own === undefined || (type !== undefined && own !== type)) {
      throw mixed(name, row, value, type);
    }
    if (own === "timestamp" || own === "i64") checkHolds(name, row, value as Date | bigint);
    type = own;
  }
  if (type === undefined) return nullColumn({ name, type: whenNull }, length);
  const field: Field = {
    name,
    type,
    ...(type === "timestamp" && { unit: "ms" }),
  };
  return { ...filled(field, values), nulls, ...(nulls > 0 && { validity: validityOf(values) }) };
}

function mixed(name: string, row: number, value: unknown, before: ColumnType | undefined): Error {
  const what = `column '${name}' has ${describe(value)} in row ${row}`;
  return invalidArgument(
    before === undefined
      ? `${what}; columns hold numbers, bigints, booleans, strings, Dates and null`
      : `${what}, but ${before} before; a column has values of one kind`,
  );
}

/** @throws BodkinError where 64 bits are not enough, and for Dates that are none */
function checkHolds(name: string, row: number, value: Date | bigint): void {
  if (typeof value === "bigint") {
    if (BigInt.asIntN(64, value) === value) return;
    throw invalidArgument(
      `column '${name}' has ${value} in row ${row}, and its integers have 64 bits; give numbers, strings, or a BigUint64Array`,
    );
  }
  if (!Number.isNaN(value.getTime())) return;
  throw invalidArgument(`column '${name}' has an invalid Date in row ${row}; give null instead`);
}

function validityOf(values: ArrayLike<unknown>): Uint8Array {
  const validity = new Uint8Array(bitmapBytes(values.length)).fill(0xff);
  for (let row = 0; row < values.length; row++) {
    if (values[row] === null || values[row] === undefined) setNull(validity, row);
  }
  return validity;
}

function filled(field: Field, values: ArrayLike<unknown>): Omit<Column, "nulls"> {
  const { length } = values;
  const isThere = (value: unknown): boolean => value !== null && value !== undefined;
  switch (field.type) {
    case "dictionary": {
      const codes = new Int32Array(length);
      const builder = new DictionaryBuilder();
      for (let row = 0; row < length; row++) {
        if (isThere(values[row])) codes[row] = builder.add(values[row] as string);
      }
      return { ...field, values: codes, dictionary: builder.build() };
    }
    case "timestamp": {
      const counts = new BigInt64Array(length);
      for (let row = 0; row < length; row++) {
        if (isThere(values[row])) counts[row] = BigInt((values[row] as Date).getTime());
      }
      return { ...field, values: counts };
    }
    case "i64": {
      const wide = new BigInt64Array(length);
      for (let row = 0; row < length; row++)
        if (isThere(values[row])) wide[row] = values[row] as bigint;
      return { ...field, values: wide };
    }
    default: {
      const numbers = field.type === "bool" ? new Uint8Array(length) : new Float64Array(length);
      for (let row = 0; row < length; row++)
        if (isThere(values[row])) numbers[row] = Number(values[row]);
      return { ...field, values: numbers };
    }
  }
}

/** A column of a typed array, in place. */
export function columnOfTyped(name: string, values: Column["values"]): Column | undefined {
  const type = TYPED.find((each) => values instanceof arrayClass(each));
  return type && { name, type, values, nulls: 0 };
}

const TYPED = ["i8", "i16", "i32", "u8", "u16", "u32", "f32", "f64", "i64", "u64"] as const;
