/** The order of the values of a column: numbers and times by size, NaN last, strings by their code units, false before true. */

import type { Column } from "../columns/column.ts";
import type { Dictionary } from "../columns/dictionary.ts";
import { decodeText, stringsOf } from "../columns/dictionary.ts";

/** Compares two rows that are no nulls. */
export function comparatorOf(column: Column): (a: number, b: number) => number {
  const { type, values, offsets } = column;
  if (type === "dictionary") {
    const ranks = ranksOf(column.dictionary as Dictionary);
    const codes = values as Int32Array;
    return (a, b) => (ranks[codes[a] as number] as number) - (ranks[codes[b] as number] as number);
  }
  if (offsets) {
    const known = new Array<string | undefined>(offsets.length - 1);
    const text = (row: number): string =>
      (known[row] ??= decodeText(
        values as Uint8Array,
        offsets[row] as number,
        offsets[row + 1] as number,
      ));
    return (a, b) => {
      const [x, y] = [text(a), text(b)];
      return x < y ? -1 : x > y ? 1 : 0;
    };
  }
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return (a, b) => {
      const [x, y] = [values[a] as bigint, values[b] as bigint];
      return x < y ? -1 : x > y ? 1 : 0;
    };
  }
  const numbers = values as Float64Array;
  return (a, b) => {
    const [x, y] = [numbers[a] as number, numbers[b] as number];
    if (x < y) return -1;
    if (x > y) return 1;
    if (x === y) return 0;
    return (Number.isNaN(x) ? 1 : 0) - (Number.isNaN(y) ? 1 : 0);
  };
}

/** The place of each string among all of them. */
export function ranksOf(dictionary: Dictionary): Int32Array {
  const strings = stringsOf(dictionary);
  const order = Int32Array.from(strings.keys()).sort((a, b) => {
    const [x, y] = [strings[a] as string, strings[b] as string];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  const ranks = new Int32Array(strings.length);
  order.forEach((code, rank) => {
    ranks[code] = rank;
  });
  return ranks;
}
