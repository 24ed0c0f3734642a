/** The values of columns as JavaScript has them. */

import { type Column, isNull } from "./column.ts";
import { type Dictionary, decodeText, stringsOf } from "./dictionary.ts";
import type { TimeUnit } from "./field.ts";
import { rangeIn } from "./range.ts";

/**
 * A value of a table. Integers of 64 bits are numbers where all of their partition lie within 2^53, dates and times
 * are Dates.
 */
export type Value = number | bigint | boolean | string | Date | null;

/** A row of a table. */
export type Row = Readonly<Record<string, Value>>;

/** Reads the value in a row. */
export function readerOf(column: Column): (row: number) => Value {
  const read = plainReader(column);
  return column.nulls === 0 ? read : (row) => (isNull(column, row) ? null : read(row));
}

/** Milliseconds since 1970 by what a timestamp counts. */
const MILLISECONDS: Readonly<Record<TimeUnit, (count: bigint) => number>> = {
  s: (count) => Number(count) * 1000,
  ms: (count) => Number(count),
  us: (count) => Number(count / 1000n),
  ns: (count) => Number(count / 1_000_000n),
};

function plainReader(column: Column): (row: number) => Value {
  const { type, values, unit } = column;
  switch (type) {
    case "bool":
      return (row) => values[row] === 1;
    case "date":
      return (row) => new Date((values[row] as number) * 86_400_000);
    case "timestamp": {
      const milliseconds = MILLISECONDS[unit ?? "ms"];
      return (row) => new Date(milliseconds(values[row] as bigint));
    }
    case "i64":
    case "u64":
      return isSafe(column) ? (row) => Number(values[row]) : (row) => values[row] as bigint;
    case "utf8": {
      const { offsets } = column as { readonly offsets: Int32Array };
      const bytes = values as Uint8Array;
      return (row) => decodeText(bytes, offsets[row] as number, offsets[row + 1] as number);
    }
    case "dictionary": {
      const strings = stringsOf(column.dictionary as Dictionary);
      return (row) => strings[values[row] as number] as string;
    }
    default:
      return (row) => values[row] as number;
  }
}

/** Whether numbers hold all values of an integer column exactly. */
export function isSafe({ type, values, validity, range }: Column): boolean {
  const [low, high] = range ?? rangeIn(type, values, validity) ?? [0, 0];
  return low >= Number.MIN_SAFE_INTEGER && high <= Number.MAX_SAFE_INTEGER;
}
