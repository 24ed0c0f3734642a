/** Strings of chunks of Apache Arrow: plain ones, those that are views, and those of dictionaries. */

import type { Data, Vector } from "apache-arrow";
import { Type } from "apache-arrow/enum";
import { HeapDictionary } from "../compiled/dictionary.ts";
import type { Scratch } from "../compiled/reader.ts";
import { isNullAt } from "./arrow-values.ts";
import type { OpenColumn } from "./packing.ts";

/** All codes of a column, and what they stand for. */
export interface Codes {
  readonly values: Int32Array;
  readonly dictionary: HeapDictionary;
}

const isView = ({ type }: Data): boolean => type.typeId === Type.Utf8View;

/** Calls with the bytes of each string of a chunk of views that is not null. */
function eachView(
  chunk: Data,
  call: (row: number, bytes: Uint8Array, from: number, to: number) => void,
): void {
  for (let i = 0; i < chunk.length; i++) if (!isNullAt(chunk, i)) viewedText(chunk, i, call);
}

/** Strings of up to 12 bytes lie in their view, longer ones in a buffer that it names. */
function viewedText(
  { values, variadicBuffers }: Data,
  at: number,
  call: (row: number, bytes: Uint8Array, from: number, to: number) => void,
): void {
  const views = values as Uint8Array;
  const view = new DataView(views.buffer, views.byteOffset + at * 16, 16);
  const length = view.getInt32(0, true);
  const from = length <= 12 ? at * 16 + 4 : view.getInt32(12, true);
  if (length <= 12) call(at, views, from, from + length);
  else call(at, variadicBuffers[view.getInt32(8, true)] as Uint8Array, from, from + length);
}

/** Bytes of all strings, as far as a `utf8` column needs room for them. */
export function textBytes(chunk: Data): number {
  const { length, valueOffsets, type } = chunk;
  if (type.typeId === Type.Null || length === 0) return 0;
  if (!isView(chunk)) return Number(valueOffsets[length]) - Number(valueOffsets[0]);
  let sum = 0;
  eachView(chunk, (_, __, from, to) => {
    sum += to - from;
  });
  return sum;
}

/** Adds the strings of a chunk, whose first row is `at`. */
export function appendTexts(
  column: Pick<OpenColumn, "offsets" | "values">,
  at: number,
  chunk: Data,
): void {
  const offsets = column.offsets as Int32Array;
  const target = column.values as Uint8Array;
  if (at === 0) offsets[0] = 0;
  const { length, valueOffsets, type, values } = chunk;
  let end = offsets[at] as number;
  if (type.typeId === Type.Null || isView(chunk)) {
    let next = at;
    const skipTo = (row: number): void => {
      while (next < at + row) offsets[++next] = end;
    };
    if (isView(chunk)) {
      eachView(chunk, (row, bytes, from, to) => {
        skipTo(row);
        target.set(bytes.subarray(from, to), end);
        end += to - from;
        offsets[++next] = end;
      });
    }
    skipTo(length);
    return;
  }
  if (length === 0) return;
  const first = Number(valueOffsets[0]);
  target.set((values as Uint8Array).subarray(first, Number(valueOffsets[length])), end);
  for (let i = 1; i <= length; i++) offsets[at + i] = end + Number(valueOffsets[i]) - first;
}

/** Codes of strings, or of their codes in dictionaries of the chunks. They are there while the memory is. */
export function codesOf(chunks: readonly Data[], scratch: Scratch): Codes {
  const dictionary = new HeapDictionary(scratch);
  scratch.reader.grow = (_, length) => dictionary.grow(length);
  const values = scratch.words(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    const { type, length } = chunk;
    const target = values.subarray(at, at + length);
    if (type.typeId === Type.Dictionary) recode(chunk, dictionary, target, scratch);
    else if (type.typeId === Type.Null) target.fill(0);
    else intern(chunk, dictionary, target, scratch);
    at += length;
  }
  scratch.reader.grow = undefined;
  if (dictionary.size === 0) dictionary.add(scratch.take(0), 0); // under nulls lies the code 0
  return { values, dictionary };
}

/** Codes of strings, 0 for nulls. */
function intern(
  chunk: Data,
  dictionary: HeapDictionary,
  target: Int32Array,
  scratch: Scratch,
): void {
  const { reader } = scratch;
  const { length, nullBitmap, nullCount, offset } = chunk;
  const bytes = scratch.take(textBytes(chunk));
  const offsets = scratch.words(length + 1);
  const values = reader.bytes.subarray(bytes, bytes + textBytes(chunk));
  appendTexts({ offsets, values }, 0, chunk);
  let bits = 0;
  if (nullCount > 0) {
    bits = scratch.take((nullBitmap as Uint8Array).length);
    reader.bytes.set(nullBitmap as Uint8Array, bits);
  }
  const { internAll } = reader.exports;
  const { byteOffset } = offsets;
  internAll(dictionary.address, bytes, byteOffset, length, target.byteOffset, bits, offset);
  for (const address of [bytes, byteOffset, bits]) if (address !== 0) scratch.give(address);
}

function recode(
  chunk: Data,
  dictionary: HeapDictionary,
  target: Int32Array,
  scratch: Scratch,
): void {
  const parts = (chunk.dictionary as Vector).data as readonly Data[];
  const codes = scratch.words(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    intern(part, dictionary, codes.subarray(start, start + part.length), scratch);
    start += part.length;
  }
  const { length, values } = chunk;
  for (let i = 0; i < length; i++) {
    target[i] = isNullAt(chunk, i) ? 0 : (codes[Number(values[i])] as number);
  }
  scratch.give(codes.byteOffset);
}
