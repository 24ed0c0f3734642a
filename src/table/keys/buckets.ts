/**
 * Rows put into buckets by the values of their keys, the same for equal keys whatever table they are in: how rows that
 * belong together come to one task.
 */

import { compile } from "../../util/compile.ts";
import { HASH_FACTOR, HASH_START } from "../columns/byte-dictionary.ts";
import { type Column, isNull } from "../columns/column.ts";
import type { Dictionary } from "../columns/dictionary.ts";
import { mixed } from "./interner.ts";

/** Rows by their buckets, those of one in their old order. */
export interface Bucketed {
  /** Where each row comes to: bucket `b` has the places from `starts[b]` to before `starts[b + 1]`. */
  readonly places: Int32Array;
  readonly starts: Int32Array;
}

/** Rows with a null among their keys come together, too. */
export function bucketsOf(keys: readonly Column[], rows: number, buckets: number): Bucketed {
  const hashes = new Int32Array(rows);
  for (const key of keys) addHashes(hashes, key);
  // By their upper bits: a remainder takes several times as long as a product.
  const share = buckets / 2 ** 32;
  for (let row = 0; row < rows; row++) hashes[row] = ((hashes[row] as number) >>> 0) * share;
  return bucketed(hashes, buckets);
}

/** Of the number of each row's bucket, in whose array the places come to lie. */
export function bucketed(numbers: Int32Array, buckets: number): Bucketed {
  const starts = new Int32Array(buckets + 1);
  for (let row = 0; row < numbers.length; row++) {
    const bucket = numbers[row] as number;
    starts[bucket + 1] = (starts[bucket + 1] as number) + 1;
  }
  for (let bucket = 0; bucket < buckets; bucket++) {
    starts[bucket + 1] = (starts[bucket + 1] as number) + (starts[bucket] as number);
  }
  const next = starts.slice(0, buckets);
  for (let row = 0; row < numbers.length; row++) {
    const bucket = numbers[row] as number;
    const place = next[bucket] as number;
    numbers[row] = place;
    next[bucket] = place + 1;
  }
  return { places: numbers, starts };
}

/** The hash of a null is 0. */
function addHashes(hashes: Int32Array, column: Column): void {
  const { values, offsets, dictionary, nulls } = column;
  const bits = nulls > 0 ? column.validity : undefined;
  const rows = hashes.length;
  if (dictionary) {
    addCodes(hashes, values as Int32Array, bits, dictionaryHashes(dictionary));
  } else if (offsets) {
    for (let row = 0; row < rows; row++) {
      const [from, to] = [offsets[row] as number, offsets[row + 1] as number];
      const own = isNull(column, row) ? 0 : textHash(values as Uint8Array, from, to);
      hashes[row] = mixed(hashes[row] as number, own);
    }
  } else if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    loopFor(Float64Array)(hashes, wideNumbers(values, rows), bits);
  } else loopFor(values.constructor)(hashes, values, bits);
}

function addCodes(
  hashes: Int32Array,
  codes: Int32Array,
  bits: Uint8Array | undefined,
  known: Int32Array,
): void {
  for (let row = 0; row < hashes.length; row++) {
    const isThere = bits === undefined || (((bits[row >> 3] as number) >> (row & 7)) & 1) === 1;
    hashes[row] = mixed(
      hashes[row] as number,
      isThere ? (known[codes[row] as number] as number) : 0,
    );
  }
}

/** Integers of 64 bits as the nearest numbers, so that they are as equal as numbers of other columns are. */
export function wideNumbers(values: BigInt64Array | BigUint64Array, rows: number): Float64Array {
  const lows = new Uint32Array(values.buffer, values.byteOffset, 2 * rows);
  const highs =
    values instanceof BigInt64Array
      ? new Int32Array(values.buffer, values.byteOffset, 2 * rows)
      : lows;
  const numbers = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    numbers[row] = (highs[2 * row + 1] as number) * 2 ** 32 + (lows[2 * row] as number);
  }
  return numbers;
}

type Loop = (hashes: Int32Array, x: Column["values"], bits: Uint8Array | undefined) => void;
const LOOPS = new Map<unknown, Loop>();

/** Each class of arrays has a loop of its own: one for all is several times slower. */
function loopFor(of: unknown): Loop {
  let loop = LOOPS.get(of);
  if (!loop) {
    const body = [
      "for (let row = 0; row < hashes.length; row++) {",
      "if (bits !== undefined && ((bits[row >> 3] >> (row & 7)) & 1) === 0) { hashes[row] = mixed(hashes[row], 0); continue; }",
      "const value = x[row];",
      "number[0] = value === value ? value + 0 : NaN;", // −0 + 0 is 0
      "hashes[row] = mixed(hashes[row], mixed(halves[0], halves[1]));",
      "}",
    ].join("\n");
    const number = new Float64Array(1);
    const scope = { mixed, number, halves: new Int32Array(number.buffer) };
    loop = compile<Loop>("hashRows", ["hashes", "x", "bits"], body, scope);
    LOOPS.set(of, loop);
  }
  return loop;
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
