/** Strings of chunks of Apache Arrow: plain ones, those that are views, and those of dictionaries. */

import type { Data, Vector } from "apache-arrow";
import { Type } from "apache-arrow/enum";
import { isNullAt } from "./arrow-values.ts";
import { ByteDictionary } from "./byte-dictionary.ts";
import type { OpenColumn } from "./packing.ts";

/** All codes of a column, and what they stand for. */
export interface Codes {
  readonly values: Int32Array;
  readonly dictionary: ByteDictionary;
}

const isView = ({ type }: Data): boolean => type.typeId === Type.Utf8View;

/** Calls with the bytes of each string of a chunk that is not null. */
function eachText(
  chunk: Data,
  call: (row: number, bytes: Uint8Array, from: number, to: number) => void,
): void {
  const { length, values, valueOffsets } = chunk;
  const checks = chunk.nullCount > 0;
  for (let i = 0; i < length; i++) {
    if (checks && isNullAt(chunk, i)) continue;
    if (isView(chunk)) viewedText(chunk, i, call);
    else call(i, values as Uint8Array, Number(valueOffsets[i]), Number(valueOffsets[i + 1]));
  }
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
  eachText(chunk, (_, __, from, to) => {
    sum += to - from;
  });
  return sum;
}

/** Adds the strings of a chunk, whose first row is `at`. */
export function appendTexts(column: OpenColumn, at: number, chunk: Data): void {
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
      eachText(chunk, (row, bytes, from, to) => {
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

/** Codes of strings, or of their codes in dictionaries of the chunks. */
export function codesOf(chunks: readonly Data[]): Codes {
  const dictionary = new ByteDictionary();
  const values = new Int32Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    const { type, length } = chunk;
    if (type.typeId === Type.Dictionary) recode(chunk, dictionary, values, at);
    else if (type.typeId !== Type.Null) {
      eachText(chunk, (row, bytes, from, to) => {
        values[at + row] = dictionary.add(bytes, from, to);
      });
    }
    at += length;
  }
  if (dictionary.size === 0) dictionary.add(new Uint8Array(), 0, 0); // under nulls lies the code 0
  return { values, dictionary };
}

function recode(chunk: Data, dictionary: ByteDictionary, target: Int32Array, at: number): void {
  const codes: number[] = [];
  for (const part of (chunk.dictionary as Vector).data as readonly Data[]) {
    const start = codes.length;
    for (let i = 0; i < part.length; i++) codes.push(0);
    eachText(part, (row, bytes, from, to) => {
      codes[start + row] = dictionary.add(bytes, from, to);
    });
  }
  const { length, values } = chunk;
  for (let i = 0; i < length; i++) {
    target[at + i] = isNullAt(chunk, i) ? 0 : (codes[Number(values[i])] as number);
  }
}
