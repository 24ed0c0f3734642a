/**
 * Columns that are filled while a text file is read, before it is known how many rows there are: memory that each
 * thread keeps for the next piece, copied into the partition in the end.
 */

import { ByteDictionary } from "../../columns/byte-dictionary.ts";
import { bitmapBytes, setNull } from "../../columns/column.ts";
import type { ColumnType, Field } from "../../columns/field.ts";
import { type ColumnFacts, newPartition, type Packed } from "../../columns/packing.ts";
import { rangeIn } from "../../columns/range.ts";
import { countOf, instantIn } from "./instants.ts";
import { booleanIn, integerIn, numberIn } from "./kinds.ts";

type Values =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** What a field of a column must be, in words. */
export const EXPECTED: Readonly<Record<ColumnType, string>> = {
  i8: "an integer from -128 to 127",
  i16: "an integer from -32768 to 32767",
  i32: "an integer of 32 bits",
  u8: "an integer from 0 to 255",
  u16: "an integer from 0 to 65535",
  u32: "an integer from 0 to 4294967295",
  i64: "an integer of 64 bits",
  u64: "an integer from 0 to 18446744073709551615",
  f32: "a number",
  f64: "a number",
  bool: "true or false",
  date: "a date such as 2026-01-31",
  timestamp: "a time such as 2026-01-31T12:00:00Z",
  utf8: "text",
  dictionary: "text",
};

/** Least and greatest integer of a type. */
export const LIMITS: Readonly<Partial<Record<ColumnType, readonly [number, number]>>> = {
  i8: [-128, 127],
  i16: [-32768, 32767],
  i32: [-2147483648, 2147483647],
  u8: [0, 255],
  u16: [0, 65535],
  u32: [0, 4294967295],
};

const CLASSES = {
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
  bool: Uint8Array,
  date: Int32Array,
  dictionary: Int32Array,
} as const;

const encoder = new TextEncoder();

/** Memory of this thread by place; a piece takes it from the first place on. */
const kept: ArrayBuffer[] = [];

/** The columns of a piece. */
export class Sinks {
  readonly columns: readonly Sink[];
  #place = 0;

  /** `most`: at most so many rows come. */
  constructor(fields: readonly Field[], most: number) {
    const rows = Math.ceil(most);
    const memory = (bytes: number): ArrayBuffer => {
      const at = this.#place++;
      const there = kept[at];
      if (there && there.byteLength >= bytes) return there;
      return (kept[at] = new ArrayBuffer(Math.ceil(bytes / 8) * 8));
    };
    this.columns = fields.map((field) => new Sink(field, rows, memory));
  }

  /** The partition of the first `rows` rows, as the result of the task. */
  pack(rows: number): Packed {
    return packSinks(this.columns, rows);
  }
}

/** One column of a piece. */
export class Sink {
  readonly field: Field;
  /** One element a row; of 64-bit integers their halves, low first; of `utf8` nothing. */
  readonly values: Values;
  readonly words: BigInt64Array | undefined;
  readonly dictionary: ByteDictionary | undefined;
  readonly validity: Uint8Array;
  /** Of `utf8`: where each string ends, after a 0. */
  readonly offsets: Int32Array;
  bytes: Uint8Array = new Uint8Array();
  nulls = 0;

  constructor(field: Field, rows: number, memory: (bytes: number) => ArrayBuffer) {
    this.field = field;
    const { type } = field;
    this.validity = new Uint8Array(memory(bitmapBytes(rows)), 0, bitmapBytes(rows)).fill(0xff);
    this.offsets = new Int32Array(type === "utf8" ? memory(4 * rows + 4) : new ArrayBuffer(8));
    this.offsets[0] = 0;
    const isWide = type === "i64" || type === "u64" || type === "timestamp";
    if (isWide) {
      this.words = new BigInt64Array(memory(8 * rows), 0, rows);
      this.values = new Int32Array(this.words.buffer, 0, 2 * rows);
    } else if (type === "utf8") {
      this.values = new Int32Array(0);
      this.bytes = new Uint8Array(1 << 16);
    } else {
      const Class = CLASSES[type as keyof typeof CLASSES];
      this.values = new Class(memory(Class.BYTES_PER_ELEMENT * rows), 0, rows);
    }
    if (type === "dictionary") this.dictionary = new ByteDictionary();
  }

  null(row: number): void {
    setNull(this.validity, row);
    this.nulls++;
    if (this.words) this.words[row] = 0n;
    else if (this.field.type === "utf8") this.offsets[row + 1] = this.offsets[row] as number;
    else this.values[row] = 0;
    if (this.dictionary?.size === 0) this.dictionary.add(this.bytes, 0, 0); // which the code 0 then is
  }

  /** Text whose bytes lie in a buffer. */
  text(row: number, buffer: Uint8Array, from: number, to: number): void {
    if (this.dictionary) {
      this.values[row] = this.dictionary.add(buffer, from, to);
      return;
    }
    this.append(row, buffer, from, to);
  }

  /** The same of a `utf8` column. */
  append(row: number, buffer: Uint8Array, from: number, to: number): void {
    const end = this.offsets[row] as number;
    const length = to - from;
    if (end + length > this.bytes.length) {
      const grown = new Uint8Array(2 * this.bytes.length + length);
      grown.set(this.bytes.subarray(0, end));
      this.bytes = grown;
    }
    const { bytes } = this;
    if (length > 32) bytes.set(buffer.subarray(from, to), end);
    else for (let at = 0; at < length; at++) bytes[end + at] = buffer[from + at] as number;
    this.offsets[row + 1] = end + length;
  }

  /** A value as JavaScript has it. False: it is nothing that the column can hold. */
  set(row: number, value: number | bigint | boolean): boolean {
    const { type } = this.field;
    if (typeof value === "number" && (type === "f64" || type === "f32")) {
      this.values[row] = value;
      return true;
    }
    if (type === "date" || type === "timestamp") return false;
    return this.parse(row, String(value));
  }

  /** What a text stands for. False: it is nothing that the column can hold. */
  parse(row: number, text: string): boolean {
    const { type, unit = "ms" } = this.field;
    if (type === "utf8" || type === "dictionary") {
      const bytes = encoder.encode(text);
      this.text(row, bytes, 0, bytes.length);
      return true;
    }
    const trimmed = text.trim();
    const value = this.#valueOf(trimmed, type, unit);
    if (value === undefined) return false;
    if (typeof value === "bigint") (this.words as BigInt64Array)[row] = value;
    else this.values[row] = value;
    return true;
  }

  #valueOf(text: string, type: ColumnType, unit: "s" | "ms" | "us" | "ns") {
    switch (type) {
      case "f32":
      case "f64":
        return numberIn(text);
      case "bool": {
        const value = booleanIn(text);
        return value === undefined ? undefined : Number(value);
      }
      case "date": {
        const instant = instantIn(text);
        return instant?.unit === "date" ? instant.days : undefined;
      }
      case "timestamp": {
        const instant = instantIn(text);
        return instant && countOf(instant, unit);
      }
      case "i64":
      case "u64": {
        const value = integerIn(text);
        const fit = type === "i64" ? BigInt.asIntN : BigInt.asUintN;
        return value !== undefined && fit(64, value) === value ? value : undefined;
      }
      default: {
        const [low, high] = LIMITS[type] as readonly [number, number];
        const value = integerIn(text) === undefined ? Number.NaN : Number(text);
        return value >= low && value <= high ? value : undefined;
      }
    }
  }
}

function packSinks(sinks: readonly Sink[], rows: number): Packed {
  const made = newPartition(
    rows,
    sinks.map(({ field, nulls, offsets, dictionary }) => ({
      ...field,
      nullable: nulls > 0,
      ...(field.type === "utf8" && { bytes: offsets[rows] as number }),
      ...(dictionary && { dictionary: dictionary.build() }),
    })),
  );
  const facts = made.columns.map((column, at): ColumnFacts => {
    const { words, values, nulls, validity, offsets, bytes, field } = sinks[at] as Sink;
    column.validity?.set(validity.subarray(0, bitmapBytes(rows)));
    if (column.offsets) {
      column.offsets.set(offsets.subarray(0, rows + 1));
      (column.values as Uint8Array).set(bytes.subarray(0, offsets[rows]));
      return { nulls };
    }
    if (words) {
      const { buffer, byteOffset } = column.values;
      new BigInt64Array(buffer, byteOffset, rows).set(words.subarray(0, rows));
    } else (column.values as Float64Array).set(values.subarray(0, rows));
    const range = rangeIn(field.type, column.values, nulls > 0 ? validity : undefined);
    return { nulls, ...(range && { range }) };
  });
  return made.seal(facts);
}
