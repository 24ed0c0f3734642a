/**
 * Rows put into buckets by the values of their keys, the same for equal keys whatever table they are in: how rows that
 * belong together come to one task.
 */

import { HASH_FACTOR, HASH_START } from "../columns/byte-dictionary.ts";
import { type Column, isNull } from "../columns/column.ts";
import type { Dictionary } from "../columns/dictionary.ts";
import { mixed } from "./interner.ts";

/** Rows in the order of their buckets, those of one in their old order; bucket `b` has those from `starts[b]` on. */
export interface Bucketed {
  readonly rows: Int32Array;
  readonly starts: Int32Array;
}

/** Rows with a null among their keys come together, too. */
export function bucketsOf(keys: readonly Column[], rows: number, buckets: number): Bucketed {
  const hashes = new Int32Array(rows);
  for (const key of keys) addHashes(hashes, key);
  const starts = new Int32Array(buckets + 1);
  for (let row = 0; row < rows; row++) {
    const bucket = ((hashes[row] as number) >>> 0) % buckets;
    hashes[row] = bucket;
    (starts[bucket + 1] as number)++;
  }
  for (let bucket = 0; bucket < buckets; bucket++) {
    (starts[bucket + 1] as number) += starts[bucket] as number;
  }
  const next = starts.slice(0, buckets);
  const order = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const bucket = hashes[row] as number;
    order[next[bucket] as number] = row;
    (next[bucket] as number)++;
  }
  return { rows: order, starts };
}

function addHashes(hashes: Int32Array, column: Column): void {
  const hash = hasherOf(column);
  for (let row = 0; row < hashes.length; row++) {
    const own = isNull(column, row) ? 0 : hash(row);
    hashes[row] = mixed(hashes[row] as number, own);
  }
}

function hasherOf({ values, offsets, dictionary }: Column): (row: number) => number {
  if (dictionary) {
    const known = dictionaryHashes(dictionary);
    return (row) => known[(values as Int32Array)[row] as number] as number;
  }
  if (offsets) {
    const bytes = values as Uint8Array;
    return (row) => textHash(bytes, offsets[row] as number, offsets[row + 1] as number);
  }
  const number = new Float64Array(1);
  const halves = new Int32Array(number.buffer);
  return (row) => {
    const value = Number(values[row]);
    number[0] = value === 0 ? 0 : Number.isNaN(value) ? Number.NaN : value;
    return mixed(halves[0] as number, halves[1] as number);
  };
}

function dictionaryHashes({ size, offsets, bytes }: Dictionary): Int32Array {
  const hashes = new Int32Array(size);
  for (let code = 0; code < size; code++) {
    hashes[code] = textHash(bytes, offsets[code] as number, offsets[code + 1] as number);
  }
  return hashes;
}

function textHash(bytes: Uint8Array, from: number, to: number): number {
  let hash = HASH_START;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ (bytes[at] as number), HASH_FACTOR);
  return hash;
}
