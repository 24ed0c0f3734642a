/**
 * Partitions in the heap, made of columns that are anywhere: whole, only some of their rows, or written in place by what
 * computes them. Only inside of tasks, whose results they are.
 */

import { bitmapBytes, type Column, type Partition } from "./column.ts";
import {
  type ColumnFacts,
  type ColumnPlan,
  newPartition,
  type OpenColumn,
  type Packed,
} from "./packing.ts";
import { rangeIn } from "./range.ts";
import { copyTaken, copyTexts, missingIn, nullsOf, takenOffsets } from "./rows.ts";

/** Whether the tasks that read a partition are given the dictionary of this identity. */
export type IsShared = (dictionary: number) => boolean;

/** A column of a new partition, and what fills it. */
export interface Filling {
  readonly plan: ColumnPlan;
  fill(target: OpenColumn): ColumnFacts;
}

/** Dictionaries that are shared stay where they are, others are copied. */
export const packPartition = (
  { rows, columns }: Partition,
  isShared: IsShared = () => false,
): Packed =>
  packFillings(
    rows,
    columns.map((column) => wholeOf(column, rows, isShared)),
  );

/** Some rows of a partition, in the order in which they are given; −1 gives a row of nulls. */
export function packRows(
  { columns }: Partition,
  rows: ArrayLike<number>,
  isShared: IsShared = () => false,
): Packed {
  const missing = missingIn(rows);
  return packFillings(
    rows.length,
    columns.map((column) => takenOf(column, rows, isShared, missing)),
  );
}

/** Fills them in their order. */
export function packFillings(rows: number, fillings: readonly Filling[]): Packed {
  const made = newPartition(
    rows,
    fillings.map(({ plan }) => plan),
  );
  return made.seal(made.columns.map((column, at) => (fillings[at] as Filling).fill(column)));
}

/** All of the rows that a partition has. */
export const wholeOf = (column: Column, rows: number, isShared: IsShared): Filling => ({
  plan: planOf(column, rows, isShared),
  fill: (target) => copyColumn(target, column, rows),
});

/** Some of them. `missing`: how many are −1. */
export function takenOf(
  column: Column,
  rows: ArrayLike<number>,
  isShared: IsShared,
  missing: number = missingIn(rows),
): Filling {
  const { nulls, validity } = nullsOf(column, rows, missing);
  const { range: _, ...own } = column; // that of all rows
  const offsets = column.offsets && takenOffsets(column.offsets, rows);
  return {
    plan: {
      ...planOf(column, rows.length, isShared),
      nullable: nulls > 0,
      ...(offsets && { bytes: offsets[rows.length] as number }),
    },
    fill: (target) => {
      if (validity) target.validity?.set(validity);
      if (offsets && column.offsets) {
        target.offsets?.set(offsets);
        copyTexts(target.values as Uint8Array, column.values as Uint8Array, column.offsets, rows);
        return { nulls };
      }
      if (missing > 0) clear(target); // under nulls that no row has
      copyTaken(target.values, column.values, rows);
      return factsOf(own, target, nulls);
    },
  };
}

/** Zeros, of any class of arrays: memory of the heap had other values before. */
export function clear({ values: { buffer, byteOffset, byteLength } }: OpenColumn): void {
  new Uint8Array(buffer, byteOffset, byteLength).fill(0);
}

/** A column of as many rows. */
export function planOf(column: Column, rows: number, isShared: IsShared): ColumnPlan {
  const { name, type, unit, nulls, offsets, dictionary } = column;
  return {
    name,
    type,
    ...(unit && { unit }),
    nullable: nulls > 0,
    ...(offsets && { bytes: (offsets[rows] as number) - (offsets[0] as number) }),
    ...(dictionary && { dictionary, isShared: isShared(dictionary.id) }),
  };
}

function copyColumn(target: OpenColumn, source: Column, rows: number): ColumnFacts {
  const { nulls, validity, offsets } = source;
  if (validity) target.validity?.set(validity.subarray(0, bitmapBytes(rows)));
  if (offsets) {
    const start = offsets[0] as number;
    target.values.set(source.values.subarray(start, offsets[rows]) as never);
    const own = target.offsets as Int32Array;
    for (let row = 0; row <= rows; row++) own[row] = (offsets[row] as number) - start;
    return { nulls };
  }
  target.values.set(source.values.subarray(0, rows) as never);
  return factsOf(source, target, nulls);
}

/** What is known of a column that is filled with the values of another one. */
export const factsOf = (source: Column, target: OpenColumn, nulls: number): ColumnFacts =>
  source.range ? { nulls, range: source.range } : rangeFacts(target, nulls);

/** What is known of a column by its values. */
export function rangeFacts({ type, values, validity }: OpenColumn, nulls: number): ColumnFacts {
  // Of floats nobody needs it as much as it costs.
  if (type === "f64" || type === "f32") return { nulls };
  const range = rangeIn(type, values, nulls > 0 ? validity : undefined);
  return { nulls, ...(range && { range }) };
}
