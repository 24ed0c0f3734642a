/** Values of a column as unsigned integers that compare as they do, so that digits of them can be sorted by. */

import { type Column, isNull } from "../columns/column.ts";
import type { Dictionary } from "../columns/dictionary.ts";
import { ranksOf } from "../keys/compare.ts";

/**
 * Of each row words of 32 bits, the lowest ones first; all bits of a null are 0. `isDescending`: in the other order.
 * Undefined of plain strings.
 */
export function wordsOf(
  column: Column,
  rows: number,
  isDescending: boolean,
): readonly Int32Array[] | undefined {
  const words = plainWords(column, rows);
  if (!words) return undefined;
  if (isDescending) {
    for (const word of words)
      for (let row = 0; row < rows; row++) word[row] = ~(word[row] as number);
  }
  if (column.nulls > 0) {
    for (let row = 0; row < rows; row++) {
      if (isNull(column, row)) for (const word of words) word[row] = 0;
    }
  }
  return words;
}

function plainWords(column: Column, rows: number): readonly Int32Array[] | undefined {
  const { type, values, dictionary } = column;
  switch (type) {
    case "utf8":
      return undefined;
    case "dictionary": {
      const ranks = ranksOf(dictionary as Dictionary);
      return [Int32Array.from(values as Int32Array, (code) => ranks[code] ?? 0)];
    }
    case "i64":
    case "timestamp":
      return halvesOf(values as BigInt64Array, rows, SIGN);
    case "u64":
      return halvesOf(values as BigUint64Array, rows, 0);
    case "f32":
    case "f64":
      return floatWords(values as Float64Array, rows);
    default: {
      const words = new Int32Array(rows);
      words.set(values.subarray(0, rows) as Int32Array);
      if (type.startsWith("u")) return [words];
      for (let row = 0; row < rows; row++) words[row] = (words[row] as number) ^ SIGN;
      return [words];
    }
  }
}

const SIGN = 1 << 31;

function halvesOf(
  { buffer, byteOffset }: BigInt64Array | BigUint64Array,
  rows: number,
  flip: number,
): readonly Int32Array[] {
  const halves = new Int32Array(buffer, byteOffset, 2 * rows);
  const [low, high] = [new Int32Array(rows), new Int32Array(rows)];
  for (let row = 0; row < rows; row++) {
    low[row] = halves[2 * row] as number;
    high[row] = (halves[2 * row + 1] as number) ^ flip;
  }
  return [low, high];
}

/** Bits of a float below zero are turned, of others the sign; −0 is 0, and all NaNs are one, above all numbers. */
function floatWords(values: Float64Array | Float32Array, rows: number): readonly Int32Array[] {
  const number = new Float64Array(1);
  const halves = new Int32Array(number.buffer);
  const [low, high] = [new Int32Array(rows), new Int32Array(rows)];
  for (let row = 0; row < rows; row++) {
    const value = values[row] as number;
    number[0] = value + 0;
    const top = halves[1] as number;
    const turned = top >> 31;
    const isNumber = !Number.isNaN(value);
    low[row] = isNumber ? (halves[0] as number) ^ turned : -1;
    high[row] = isNumber ? top ^ (turned | SIGN) : -1;
  }
  return [low, high];
}
