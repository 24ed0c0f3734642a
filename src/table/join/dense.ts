/**
 * Keys that are integers of a range with not many more numbers than there are rows: a key's distance from the least one
 * says its bucket and its number there, so that nothing is hashed.
 */

import { compile } from "../../util/compile.ts";
import { type Column, isNull } from "../columns/column.ts";
import type { ColumnType } from "../columns/field.ts";
import { type Bucketed, bucketed, wideNumbers } from "../keys/buckets.ts";
import type { PartFacts } from "../rows/tasks.ts";

/** Plain data. */
export interface Dense {
  readonly low: number;
  /** How many numbers there are from the least key to the greatest. */
  readonly size: number;
  /** There are two to the power of it buckets. */
  readonly bits: number;
}

/** Numbers of the range for one row of both sides. */
const SPARSEST = 4;
const INTEGERS: readonly ColumnType[] = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

/** Undefined where the keys of two sides are not dense. */
export function denseKeys(
  sides: readonly { readonly facts: readonly PartFacts[]; readonly keys: readonly string[] }[],
  buckets: number,
): Dense | undefined {
  let [low, high, rows] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  const kinds = new Set<string>();
  for (const { facts, keys } of sides) {
    if (keys.length !== 1) return undefined;
    for (const part of facts) {
      const at = part.fields.findIndex(({ name }) => name === keys[0]);
      rows += part.rows;
      if (part.rows === 0 || part.isNull[at]) continue;
      const { type } = part.fields[at] as PartFacts["fields"][number];
      const range = part.ranges[at];
      if (!range) return undefined;
      kinds.add(INTEGERS.includes(type) ? "integer" : type);
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
    }
  }
  const [kind] = kinds;
  if (kinds.size !== 1 || (kind !== "integer" && kind !== "date")) return undefined;
  const isExact = Number.isSafeInteger(low) && Number.isSafeInteger(high);
  const size = high - low + 1;
  if (!isExact || size > SPARSEST * rows || size >= 2 ** 31) return undefined;
  return { low, size, bits: Math.max(1, Math.ceil(Math.log2(buckets))) };
}

/** Rows by their buckets. Higher bits of a key count, too, as keys may be multiples of something. */
export function denseBuckets(column: Column, rows: number, { low, bits }: Dense): Bucketed {
  const numbers = distances(column, rows, low);
  const mask = (1 << bits) - 1;
  for (let row = 0; row < rows; row++) {
    const number = numbers[row] as number;
    numbers[row] = number < 0 ? 0 : (number ^ (number >>> bits) ^ (number >>> (2 * bits))) & mask;
  }
  return bucketed(numbers, mask + 1);
}

/** Numbers of keys that are in one bucket; −1 of null. */
export function denseIds(column: Column, rows: number, { low, bits }: Dense): Int32Array {
  const ids = distances(column, rows, low);
  for (let row = 0; row < rows; row++) ids[row] = (ids[row] as number) >> bits;
  return ids;
}

/** All numbers in a bucket are below. */
export const denseCount = ({ size, bits }: Dense): number => ((size - 1) >>> bits) + 1;

function distances(column: Column, rows: number, low: number): Int32Array {
  const { values } = column;
  const isWide = values instanceof BigInt64Array || values instanceof BigUint64Array;
  const numbers = isWide ? wideNumbers(values, rows) : values;
  const made = new Int32Array(rows);
  loopFor(numbers.constructor)(made, numbers, low);
  if (column.nulls === 0) return made;
  for (let row = 0; row < rows; row++) if (isNull(column, row)) made[row] = -1;
  return made;
}

type Loop = (to: Int32Array, from: Column["values"], low: number) => void;
const LOOPS = new Map<unknown, Loop>();

/** Each class of arrays has a loop of its own: one for all is several times slower. */
function loopFor(of: unknown): Loop {
  let loop = LOOPS.get(of);
  if (!loop) {
    const body = "for (let row = 0; row < to.length; row++) to[row] = from[row] - low;";
    loop = compile<Loop>("distances", ["to", "from", "low"], body);
    LOOPS.set(of, loop);
  }
  return loop;
}
