/** Partitions made of others outside of the heap, for what is not the result of a task. */

import { compile } from "../../util/compile.ts";
import { arrayClass, bitmapBytes, type Column, isNull, type Partition, setNull } from "./column.ts";
import { dictionaryOf } from "./dictionary.ts";
import type { Field, Schema } from "./field.ts";

/** Some rows of a partition, in the order in which they are given; −1 gives a row of nulls. */
export function takeRows({ columns }: Partition, rows: ArrayLike<number>): Partition {
  const missing = missingIn(rows);
  return { rows: rows.length, columns: columns.map((column) => takeOf(column, rows, missing)) };
}

/** Some rows of a column, as `takeRows`. `missing`: how many of them are −1. */
export function takeOf(
  column: Column,
  rows: ArrayLike<number>,
  missing: number = missingIn(rows),
): Column {
  const { name, type, unit, dictionary } = column;
  const field: Field = { name, type, ...(unit && { unit }) };
  const { nulls, validity } = nullsOf(column, rows, missing);
  const common = {
    ...field,
    nulls,
    ...(validity && { validity }),
    ...(dictionary && { dictionary }),
  };
  if (column.offsets) {
    const offsets = takenOffsets(column.offsets, rows);
    const values = new Uint8Array(offsets[rows.length] as number);
    copyTexts(values, column.values as Uint8Array, column.offsets, rows);
    return { ...common, values, offsets };
  }
  const values = memoryFor(type, rows.length);
  copyTaken(values, column.values, rows);
  return { ...common, values };
}

/** How many rows are −1. */
export function missingIn(rows: ArrayLike<number>): number {
  let missing = 0;
  for (let at = 0; at < rows.length; at++) missing += (rows[at] as number) >>> 31;
  return missing;
}

/** The nulls among some rows, with a bitmap where there are any. */
export function nullsOf(
  column: Column,
  rows: ArrayLike<number>,
  missing: number,
): { readonly nulls: number; readonly validity?: Uint8Array } {
  if (column.nulls === 0 && missing === 0) return { nulls: 0 };
  const validity = new Uint8Array(bitmapBytes(rows.length)).fill(0xff);
  let nulls = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    if (row >= 0 && !isNull(column, row)) continue;
    setNull(validity, at);
    nulls++;
  }
  return nulls > 0 ? { nulls, validity } : { nulls };
}

/** Where the strings of some rows begin when they lie one after another, and where the last one ends. */
export function takenOffsets(offsets: Int32Array, rows: ArrayLike<number>): Int32Array {
  const own = new Int32Array(rows.length + 1);
  let end = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    if (row >= 0) end += (offsets[row + 1] as number) - (offsets[row] as number);
    own[at + 1] = end;
  }
  return own;
}

/** From here on a string is copied at once: of shorter ones the call costs more than the bytes. */
const LONG_TEXT = 64;

/** Bytes to be copied by words. */
export const wordsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Copies a string, by words of four bytes, the last of which may overlap the one before: no other byte is touched. */
export function copyText(
  to: DataView,
  place: number,
  from: DataView,
  start: number,
  end: number,
): void {
  const length = end - start;
  if (length < 4) {
    for (let at = 0; at < length; at++) to.setUint8(place + at, from.getUint8(start + at));
  } else if (length < LONG_TEXT) {
    const last = length - 4;
    for (let at = 0; at < last; at += 4) {
      to.setInt32(place + at, from.getInt32(start + at, true), true);
    }
    to.setInt32(place + last, from.getInt32(start + last, true), true);
  } else {
    const target = new Uint8Array(to.buffer, to.byteOffset + place, length);
    target.set(new Uint8Array(from.buffer, from.byteOffset + start, length));
  }
}

/** The bytes of the strings of some rows, one after another. */
export function copyTexts(
  to: Uint8Array,
  bytes: Uint8Array,
  offsets: Int32Array,
  rows: ArrayLike<number>,
): void {
  const [target, source] = [wordsOf(to), wordsOf(bytes)];
  let place = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    if (row < 0) continue;
    const [start, end] = [offsets[row] as number, offsets[row + 1] as number];
    copyText(target, place, source, start, end);
    place += end - start;
  }
}

type Copy = (to: Column["values"], from: Column["values"], rows: ArrayLike<number>) => void;
const COPIES = new Map<unknown, Copy>();

/** Elements of some rows. Each class of arrays has a loop of its own: one for all is several times slower. */
export function copyTaken(...[to, from, rows]: Parameters<Copy>): void {
  const of = to.constructor;
  let copy = COPIES.get(of);
  if (!copy) {
    const body =
      "for (let at = 0; at < rows.length; at++) { const row = rows[at]; if (row >= 0) to[at] = from[row]; }";
    copy = compile<Copy>("copyTaken", ["to", "from", "rows"], body);
    COPIES.set(of, copy);
  }
  copy(to, from, rows);
}

function memoryFor(type: Field["type"], length: number): Column["values"] {
  const Class = arrayClass(type);
  return new Class(new ArrayBuffer(length * Class.BYTES_PER_ELEMENT), 0, length);
}

/** The rows of which the byte is 1, others being 0. */
export function placesOf(flags: Uint8Array): Int32Array {
  const places = new Int32Array(flags.length);
  let count = 0;
  for (let row = 0; row < flags.length; row++) {
    places[count] = row; // without a branch that cannot be foreseen
    count += flags[row] as number;
  }
  return places.subarray(0, count);
}

/** A column of nothing but nulls. */
export function nullColumn(field: Field, rows: number): Column {
  const isUtf8 = field.type === "utf8";
  return {
    ...field,
    values: memoryFor(field.type, isUtf8 ? 0 : rows),
    validity: new Uint8Array(bitmapBytes(rows)),
    nulls: rows,
    ...(isUtf8 && { offsets: new Int32Array(rows + 1) }),
    ...(field.type === "dictionary" && { dictionary: dictionaryOf([""]) }),
  };
}

/** A partition without rows. */
export const noRows = (schema: Schema): Partition => ({
  rows: 0,
  columns: schema.map((field) => nullColumn(field, 0)),
});
