/**
 * A partition as one block of bytes, which is what tasks give to each other: a header that describes the columns, and
 * their buffers, each at a multiple of 64 bytes. It is written in place, so that nothing is copied in the end. Of a
 * dictionary that partitions share only the identity is in it.
 */

import { output } from "../../array/distributed/block-tasks.ts";
import { arrayOf, type NDArray } from "../../array/ndarray.ts";
import { rowMajor } from "../../array/strided.ts";
import { internalError } from "../../wire/errors.ts";
import {
  arrayClass,
  bitmapBytes,
  type Column,
  type ColumnArray,
  type Partition,
} from "./column.ts";
import type { Dictionary } from "./dictionary.ts";
import type { Field } from "./field.ts";

/** A partition, or a shared dictionary, as the value of a task. */
export type Packed = NDArray<"u8">;

/** What a column of a new partition needs. */
export interface ColumnPlan extends Field {
  /** Whether it may have nulls: then it gets a bitmap, in which all rows are valid. */
  readonly nullable: boolean;
  /** Of `utf8`: the bytes of all strings. */
  readonly bytes?: number;
  /** Of a dictionary column. `isShared`: the tasks that read it are given the dictionary. */
  readonly dictionary?: Dictionary;
  readonly isShared?: boolean;
}

/** A column to be filled: values, and bits where there are some. */
export interface OpenColumn extends Field {
  readonly values: ColumnArray;
  readonly offsets?: Int32Array;
  readonly validity?: Uint8Array;
}

/** What is known of a column when it is filled. */
export interface ColumnFacts {
  readonly nulls: number;
  readonly range?: readonly [number, number];
}

/** A partition that is being made. */
export interface OpenPartition {
  readonly rows: number;
  readonly columns: readonly OpenColumn[];
  /** Notes what is known of the columns, in their order, and gives the partition as a task's result. */
  seal(facts: readonly ColumnFacts[]): Packed;
}

type Span = readonly [at: number, length: number];

interface DictionaryHeader {
  readonly id: number;
  readonly size: number;
  readonly offsets: Span;
  readonly bytes: Span;
}

interface ColumnHeader extends Field {
  readonly values: Span;
  readonly offsets?: Span;
  readonly validity?: Span;
  readonly dictionary?: DictionaryHeader | { readonly id: number };
}

interface Header {
  readonly rows: number;
  readonly columns: readonly ColumnHeader[];
  /** Of a shared dictionary, which is a partition of one column. */
  readonly id?: number;
}

const ALIGNMENT = 64;
const MAGIC = 0x4c425442;
/** Magic number, length of the description, number of columns. */
const PREFIX_BYTES = 16;
/** Nulls, least and greatest number of each column. */
const FACTS = 3;

const align = (at: number): number => Math.ceil(at / ALIGNMENT) * ALIGNMENT;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Makes room for a partition in the heap. Only inside of a task, whose result it is; to be filled at once. */
export function newPartition(
  rows: number,
  plans: readonly ColumnPlan[],
  id?: number,
): OpenPartition {
  const { header, end } = layOut(rows, plans, id);
  const text = encoder.encode(JSON.stringify(header));
  const start = startOf(text.length, plans.length);
  const bytes = output([start + end], "u8").data;
  new Uint32Array(bytes.buffer, bytes.byteOffset, 3).set([MAGIC, text.length, plans.length]);
  bytes.set(text, PREFIX_BYTES + FACTS * 8 * plans.length);
  const columns = header.columns.map((column, at) => {
    copyDictionary(bytes, start, column, plans[at] as ColumnPlan);
    const { values, offsets, validity } = column;
    const { name, type, unit } = column;
    const bits = validity && (view(bytes, start, validity, Uint8Array) as Uint8Array);
    bits?.fill(0xff);
    return {
      name,
      type,
      ...(unit && { unit }),
      values: view(bytes, start, values, arrayClass(type)),
      ...(offsets && { offsets: view(bytes, start, offsets, Int32Array) as Int32Array }),
      ...(bits && { validity: bits }),
    };
  });
  const seal = (facts: readonly ColumnFacts[]): Packed => {
    const known = new Float64Array(
      bytes.buffer,
      bytes.byteOffset + PREFIX_BYTES,
      FACTS * facts.length,
    );
    facts.forEach(({ nulls, range }, at) => {
      known.set([nulls, range?.[0] ?? Number.NaN, range?.[1] ?? Number.NaN], at * FACTS);
    });
    return arrayOf(rowMajor(bytes, [bytes.length], "u8"));
  };
  return { rows, columns, seal };
}

const startOf = (text: number, columns: number): number =>
  align(PREFIX_BYTES + FACTS * 8 * columns + text);

function layOut(rows: number, plans: readonly ColumnPlan[], id: number | undefined) {
  let end = 0;
  const take = (length: number, size: number): Span => {
    const at = end;
    end = align(at + length * size);
    return [at, length];
  };
  const columns = plans.map((plan): ColumnHeader => {
    const { name, type, unit, nullable, dictionary, isShared } = plan;
    const isUtf8 = type === "utf8";
    const size = arrayClass(type).BYTES_PER_ELEMENT;
    return {
      name,
      type,
      ...(unit && { unit }),
      values: take(isUtf8 ? (plan.bytes ?? 0) : rows, size),
      ...(isUtf8 && { offsets: take(rows + 1, 4) }),
      ...(nullable && { validity: take(bitmapBytes(rows), 1) }),
      ...(dictionary && {
        dictionary: isShared
          ? { id: dictionary.id }
          : {
              id: dictionary.id,
              size: dictionary.size,
              offsets: take(dictionary.size + 1, 4),
              bytes: take(dictionary.offsets[dictionary.size] ?? 0, 1),
            },
      }),
    };
  });
  const header: Header = { rows, columns, ...(id !== undefined && { id }) };
  return { header, end };
}

function copyDictionary(
  bytes: Uint8Array,
  start: number,
  { dictionary: target }: ColumnHeader,
  { dictionary }: ColumnPlan,
): void {
  if (!target || !dictionary || !("size" in target)) return;
  const offsets = view(bytes, start, target.offsets, Int32Array) as Int32Array;
  offsets.set(dictionary.offsets.subarray(0, offsets.length));
  const texts = view(bytes, start, target.bytes, Uint8Array) as Uint8Array;
  texts.set(dictionary.bytes.subarray(0, texts.length));
}

function view(
  bytes: Uint8Array,
  start: number,
  [at, length]: Span,
  Class: ReturnType<typeof arrayClass>,
): ColumnArray {
  return new Class(bytes.buffer, bytes.byteOffset + start + at, length);
}

/** The columns of a packed partition, in place. `shared`: the dictionaries that its partitions share, packed. */
export function readPartition(packed: Packed, shared: readonly Packed[] = []): Partition {
  const dictionaries = shared.map(readDictionary);
  const { header, bytes, start, facts } = open(packed);
  const columns = header.columns.map((column, at): Column => {
    const { name, type, unit, values, offsets, validity, dictionary } = column;
    const nulls = facts[at * FACTS] as number;
    const low = facts[at * FACTS + 1] as number;
    return {
      name,
      type,
      ...(unit && { unit }),
      values: view(bytes, start, values, arrayClass(type)),
      ...(offsets && { offsets: view(bytes, start, offsets, Int32Array) as Int32Array }),
      ...(validity &&
        nulls > 0 && { validity: view(bytes, start, validity, Uint8Array) as Uint8Array }),
      nulls,
      ...(dictionary && { dictionary: dictionaryIn(bytes, start, dictionary, dictionaries) }),
      ...(!Number.isNaN(low) && { range: [low, facts[at * FACTS + 2] as number] as const }),
    };
  });
  return { rows: header.rows, columns };
}

function dictionaryIn(
  bytes: Uint8Array,
  start: number,
  header: DictionaryHeader | { readonly id: number },
  shared: readonly Dictionary[],
): Dictionary {
  if ("size" in header) {
    return {
      id: header.id,
      size: header.size,
      offsets: view(bytes, start, header.offsets, Int32Array) as Int32Array,
      bytes: view(bytes, start, header.bytes, Uint8Array) as Uint8Array,
    };
  }
  const found = shared.find(({ id }) => id === header.id);
  if (!found) throw internalError("a task was not given a dictionary of its partition");
  return found;
}

/** A dictionary for itself, which partitions share. Only inside of a task, whose result it is. */
export function packDictionary(dictionary: Dictionary): Packed {
  const { id, size, offsets, bytes } = dictionary;
  const length = offsets[size] ?? 0;
  const plan: ColumnPlan = { name: "", type: "utf8", nullable: false, bytes: length };
  const made = newPartition(size, [plan], id);
  const [column] = made.columns as [OpenColumn];
  (column.values as Uint8Array).set(bytes.subarray(0, length));
  column.offsets?.set(offsets.subarray(0, size + 1));
  return made.seal([{ nulls: 0 }]);
}

/** @throws where it is none */
export function readDictionary(packed: Packed): Dictionary {
  const { header, bytes, start } = open(packed);
  const [column] = header.columns;
  if (header.id === undefined || !column?.offsets) throw internalError("this is no dictionary");
  return {
    id: header.id,
    size: header.rows,
    offsets: view(bytes, start, column.offsets, Int32Array) as Int32Array,
    bytes: view(bytes, start, column.values, Uint8Array) as Uint8Array,
  };
}

function open({ data, offset }: Packed) {
  const bytes = data.subarray(offset);
  const { buffer, byteOffset } = bytes;
  const [magic, length, count] = new Uint32Array(buffer, byteOffset, 3) as unknown as Prefix;
  if (magic !== MAGIC) throw internalError("this is no partition of a table");
  const facts = new Float64Array(buffer, byteOffset + PREFIX_BYTES, count * FACTS);
  const at = PREFIX_BYTES + facts.byteLength;
  const header = JSON.parse(decoder.decode(bytes.subarray(at, at + length))) as Header;
  return { header, bytes, start: startOf(length, count), facts };
}

type Prefix = readonly [magic: number, length: number, columns: number];
