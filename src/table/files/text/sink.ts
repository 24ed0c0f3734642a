/** One column that is filled while a text file is read, in memory that the compiled reader and JavaScript share. */

import { arrayClass, bitmapBytes, type ColumnArray, setNull } from "../../columns/column.ts";
import type { ColumnType, Field, TimeUnit } from "../../columns/field.ts";
import type { ColumnPlan } from "../../columns/packing.ts";
import { HeapDictionary } from "../../compiled/dictionary.ts";
import { COLUMN, COLUMN_WORDS, KIND } from "../../compiled/layout.ts";
import type { Scratch } from "../../compiled/reader.ts";
import { LIMITS } from "./expected.ts";
import { countOf, instantIn } from "./instants.ts";
import { booleanIn, integerIn, numberIn } from "./kinds.ts";

/** What else the compiled reader must know of a column. */
export interface Reading {
  /** JavaScript reads all fields that are not null. */
  readonly isOther?: boolean;
  /** Fields of so many bytes or fewer may spell null. */
  readonly shortest?: number;
}

const encoder = new TextEncoder();
const FIRST_BYTES = 1 << 14;
const DIGITS: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

export class Sink {
  readonly field: Field;
  /** Where the column is described. */
  readonly address: number;
  readonly #scratch: Scratch;
  readonly #dictionary: HeapDictionary | undefined;
  readonly #codes = new Map<string, number>();
  #rows = 0;
  /** One element a row; of `utf8` the bytes. */
  #values: ColumnArray = new Uint8Array();

  /** Describes the column at `address`. There is no row yet. */
  constructor(field: Field, address: number, scratch: Scratch, reading: Reading = {}) {
    this.field = field;
    this.address = address;
    this.#scratch = scratch;
    const { type, unit = "ms" } = field;
    const { words } = scratch.reader;
    words.fill(0, address >>> 2, (address >>> 2) + COLUMN_WORDS);
    this.#set("kind", reading.isOther ? KIND.other : kindOf(type));
    this.#set("shortest", reading.shortest ?? 0);
    this.#set("shift", Math.log2(arrayClass(type).BYTES_PER_ELEMENT));
    this.#set("validity", scratch.take(0));
    if (type === "timestamp") this.#set("digits", DIGITS[unit]);
    const limits = LIMITS[type];
    if (limits) {
      const [least, most] = limits;
      const wide = (at: number): BigUint64Array =>
        new BigUint64Array(words.buffer, address + at, 1);
      wide(COLUMN.least)[0] = BigInt.asUintN(64, least);
      wide(COLUMN.span)[0] = most - least;
      wide(COLUMN.most)[0] = most;
    }
    if (type === "utf8") {
      this.#set("offsets", scratch.take(4));
      words[this.#get("offsets") >>> 2] = 0;
      this.#set("values", scratch.take(FIRST_BYTES));
      this.#set("room", FIRST_BYTES);
    } else this.#set("values", scratch.take(0));
    if (type === "dictionary") {
      this.#dictionary = new HeapDictionary(scratch);
      this.#set("dictionary", this.#dictionary.address);
    }
  }

  /** Makes room for so many rows, which are more than there was room for. */
  ensure(rows: number): void {
    const old = this.#rows;
    this.#rows = rows;
    const bits = this.#enlarge("validity", bitmapBytes(old), bitmapBytes(rows));
    this.#scratch.reader.bytes.fill(0xff, bits + bitmapBytes(old), bits + bitmapBytes(rows));
    if (this.field.type === "utf8") {
      this.#enlarge("offsets", 4 * old + 4, 4 * rows + 4);
      return;
    }
    const Class = arrayClass(this.field.type);
    const size = Class.BYTES_PER_ELEMENT;
    const values = this.#enlarge("values", size * old, size * rows);
    this.#values = new Class(this.#scratch.reader.words.buffer, values, rows);
  }

  /** Makes room for another string of a column of texts, or with a length for its bytes. */
  grow(length: number): void {
    if (this.#dictionary) {
      this.#dictionary.grow(length);
      return;
    }
    const used = this.#get("room");
    const room = 2 * used + length;
    this.#enlarge("values", used, room);
    this.#set("room", room);
  }

  /** Whether it is its column or its dictionary that needs room. */
  isAt(address: number): boolean {
    return address === this.address || address === this.#dictionary?.address;
  }

  get nulls(): number {
    return this.#get("nulls");
  }

  null(row: number): void {
    setNull(this.#view(Uint8Array, "validity", bitmapBytes(this.#rows)), row);
    this.#set("nulls", this.nulls + 1);
    if (this.field.type === "utf8") {
      const offsets = this.#offsets(this.#rows);
      offsets[row + 1] = offsets[row] as number;
    } else this.#values[row] = (this.#isWide ? 0n : 0) as never;
  }

  /** Text whose bytes lie in a buffer. */
  text(row: number, buffer: Uint8Array, from: number, to: number): void {
    const { reader } = this.#scratch;
    const length = to - from;
    const isThere = buffer.buffer === reader.words.buffer;
    const address = isThere ? buffer.byteOffset + from : this.#scratch.take(length);
    if (!isThere) reader.bytes.set(buffer.subarray(from, to), address);
    if (this.#dictionary) this.#values[row] = this.#dictionary.add(address, length) as never;
    else reader.exports.copyText(this.address, row, address, length);
    if (!isThere) this.#scratch.give(address);
  }

  /** A value as JavaScript has it. False: it is nothing that the column can hold. */
  set(row: number, value: number | bigint | boolean): boolean {
    const { type } = this.field;
    if (typeof value === "number" && (type === "f64" || type === "f32")) {
      this.#values[row] = value as never;
      return true;
    }
    if (type === "date" || type === "timestamp") return false;
    return this.parse(row, String(value));
  }

  /** What a text stands for. False: it is nothing that the column can hold. */
  parse(row: number, text: string): boolean {
    const { type, unit = "ms" } = this.field;
    if (type === "utf8" || type === "dictionary") {
      this.#string(row, text);
      return true;
    }
    const value = elementOf(text.trim(), type, unit);
    if (value === undefined) return false;
    this.#values[row] = (this.#isWide ? value : Number(value)) as never;
    return true;
  }

  #string(row: number, text: string): void {
    const known = this.#codes.get(text);
    if (known !== undefined) {
      this.#values[row] = known as never;
      return;
    }
    const bytes = encoder.encode(text);
    this.text(row, bytes, 0, bytes.length);
    if (this.#dictionary) this.#codes.set(text, this.#values[row] as number);
  }

  /** What the column needs in a partition of `rows` rows. */
  plan(rows: number): ColumnPlan {
    if (this.#dictionary && this.nulls > 0 && this.#dictionary.size === 0) {
      this.#dictionary.add(this.#get("values"), 0); // which the code 0 under nulls then is
    }
    return {
      ...this.field,
      nullable: this.nulls > 0,
      ...(this.field.type === "utf8" && { bytes: this.#offsets(rows)[rows] as number }),
      ...(this.#dictionary && { dictionary: this.#dictionary.build() }),
    };
  }

  /** Copies the first `rows` rows. */
  copyTo(
    target: { values: ColumnArray; offsets?: Int32Array; validity?: Uint8Array },
    rows: number,
  ): void {
    const { copy } = this.#scratch.reader.exports;
    const { values, offsets, validity } = target;
    copy(values.byteOffset, this.#get("values"), values.byteLength);
    if (offsets) copy(offsets.byteOffset, this.#get("offsets"), offsets.byteLength);
    if (validity) copy(validity.byteOffset, this.#get("validity"), bitmapBytes(rows));
  }

  get #isWide(): boolean {
    const { type } = this.field;
    return type === "i64" || type === "u64" || type === "timestamp";
  }

  #offsets(rows: number): Int32Array {
    return this.#view(Int32Array, "offsets", rows + 1);
  }

  #view<A>(
    Class: new (buffer: ArrayBufferLike, at: number, length: number) => A,
    name: keyof typeof COLUMN,
    length: number,
  ): A {
    return new Class(this.#scratch.reader.words.buffer, this.#get(name), length);
  }

  #enlarge(name: keyof typeof COLUMN, used: number, bytes: number): number {
    const address = this.#scratch.enlarge(this.#get(name), used, bytes);
    this.#set(name, address);
    return address;
  }

  #get(name: keyof typeof COLUMN): number {
    return (this.#scratch.reader.words[(this.address + COLUMN[name]) >>> 2] as number) >>> 0;
  }

  #set(name: keyof typeof COLUMN, value: number): void {
    this.#scratch.reader.words[(this.address + COLUMN[name]) >>> 2] = value;
  }
}

function kindOf(type: ColumnType): number {
  if (LIMITS[type]) return KIND.integer;
  return KIND[type as keyof typeof KIND];
}

/** The element that a text stands for; undefined where it is none. */
function elementOf(text: string, type: ColumnType, unit: TimeUnit): number | bigint | undefined {
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
    default: {
      const [least, most] = LIMITS[type] as readonly [bigint, bigint];
      const value = integerIn(text);
      return value !== undefined && value >= least && value <= most ? value : undefined;
    }
  }
}
