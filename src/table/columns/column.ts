/**
 * Columns in memory. Values, validity bitmaps (least significant bit first) and offsets lie as in Arrow, but for
 * booleans, which are bytes, 0 or 1. What lies under a null is any valid element.
 */

import type { Dictionary } from "./dictionary.ts";
import type { ColumnType, Field, Schema } from "./field.ts";

export interface ColumnArrays {
  readonly i8: Int8Array;
  readonly i16: Int16Array;
  readonly i32: Int32Array;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  readonly u64: BigUint64Array;
  readonly bool: Uint8Array;
  /** Days since 1970. */
  readonly date: Int32Array;
  readonly timestamp: BigInt64Array;
  /** The bytes of all strings, one after another. */
  readonly utf8: Uint8Array;
  /** Codes: places in the dictionary. */
  readonly dictionary: Int32Array;
}

export type ColumnArray = ColumnArrays[ColumnType];

type ArrayClass = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ColumnArray;

const CLASSES: Readonly<Record<ColumnType, ArrayClass & { readonly BYTES_PER_ELEMENT: number }>> = {
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
  bool: Uint8Array,
  date: Int32Array,
  timestamp: BigInt64Array,
  utf8: Uint8Array,
  dictionary: Int32Array,
};

/** The class of a column's values. */
export const arrayClass = (type: ColumnType): (typeof CLASSES)[ColumnType] => CLASSES[type];

/** One column of a partition. */
export interface Column extends Field {
  /** One element a row; of `utf8` the bytes. */
  readonly values: ColumnArray;
  /** Of `utf8`: where each string begins, and where the last one ends. */
  readonly offsets?: Int32Array;
  /** One bit a row, 0 for null; none where there are no nulls. */
  readonly validity?: Uint8Array;
  readonly nulls: number;
  /** What the codes of a `dictionary` column stand for. */
  readonly dictionary?: Dictionary;
  /** Least and greatest number (of codes none) that is neither null nor NaN, where known. Those of i64, u64 and timestamps are rounded outwards. */
  readonly range?: readonly [number, number];
}

/** Some rows of a table. */
export interface Partition {
  readonly rows: number;
  readonly columns: readonly Column[];
}

export const schemaOf = ({ columns }: Partition): Schema =>
  columns.map(({ name, type, unit }) => ({ name, type, ...(unit && { unit }) }));

/** Whether row `row` of a column is null. */
export const isNull = ({ validity }: Column, row: number): boolean =>
  validity !== undefined && (((validity[row >> 3] as number) >> (row & 7)) & 1) === 0;

/** Bytes of a bitmap. */
export const bitmapBytes = (rows: number): number => (rows + 7) >> 3;

/** Clears the bit of a row. */
export function setNull(validity: Uint8Array, row: number): void {
  validity[row >> 3] = (validity[row >> 3] as number) & ~(1 << (row & 7));
}

/** Nulls among the first rows of a bitmap. */
export function countNulls(validity: Uint8Array, rows: number): number {
  let valid = 0;
  const whole = rows >> 3;
  for (let at = 0; at < whole; at++) valid += bitsOf(validity[at] as number);
  if (rows & 7) valid += bitsOf((validity[whole] as number) & ((1 << (rows & 7)) - 1));
  return rows - valid;
}

function bitsOf(byte: number): number {
  let bits = byte - ((byte >> 1) & 0x55);
  bits = (bits & 0x33) + ((bits >> 2) & 0x33);
  return (bits + (bits >> 4)) & 0x0f;
}
