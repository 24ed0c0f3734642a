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
import { copyTaken, nullsOf, takeOf } from "./rows.ts";

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
export const packRows = (
  { columns }: Partition,
  rows: ArrayLike<number>,
  isShared: IsShared = () => false,
): Packed =>
  packFillings(
    rows.length,
    columns.map((column) => takenOf(column, rows, isShared)),
  );

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

/** Some of them. */
export function takenOf(column: Column, rows: ArrayLike<number>, isShared: IsShared): Filling {
  if (column.offsets) return wholeOf(takeOf(column, rows), rows.length, isShared);
  const { nulls, validity } = nullsOf(column, rows);
  const { range: _, ...own } = column; // that of all rows
  return {
    plan: { ...planOf(column, rows.length, isShared), nullable: nulls > 0 },
    fill: (target) => {
      if (nulls > column.nulls) target.values.fill(0 as never); // under nulls that no row has
      copyTaken(target.values, column.values, rows);
      if (validity) target.validity?.set(validity);
      return factsOf(own, target, nulls);
    },
  };
}

function planOf(column: Column, rows: number, isShared: IsShared): ColumnPlan {
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

function factsOf(
  source: Column,
  { type, values, validity }: OpenColumn,
  nulls: number,
): ColumnFacts {
  // Of floats nobody needs it as much as it costs.
  const isFloat = type === "f64" || type === "f32";
  const range =
    source.range ?? (isFloat ? undefined : rangeIn(type, values, nulls > 0 ? validity : undefined));
  return { nulls, ...(range && { range }) };
}
