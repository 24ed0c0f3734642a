/**
 * Rows while steps change them: columns that are there, columns that a compiled loop will write when it is known where,
 * and which rows are left. So a filter copies the rows that it leaves once, and what is computed goes where it stays.
 */

import { output } from "../../array/distributed/block-tasks.ts";
import {
  type Filling,
  type IsShared,
  packFillings,
  packPartition,
  takenOf,
  wholeOf,
} from "../columns/build.ts";
import type { Column, ColumnArray, Partition } from "../columns/column.ts";
import type { OpenColumn, Packed } from "../columns/packing.ts";
import { takeRows } from "../columns/rows.ts";

/** A loop over all rows that writes some columns in the heap, without nulls. */
export interface Pass {
  readonly types: readonly ("f64" | "bool")[];
  run(outs: readonly ColumnArray[]): void;
}

/** Column `at` of those that a pass writes. */
export interface Unmade {
  readonly name: string;
  readonly pass: Pass;
  readonly at: number;
}

export interface View {
  /** Of the columns. */
  readonly rows: number;
  readonly columns: readonly (Column | Unmade)[];
  /** The rows that are left, in their order; all of them where undefined. */
  readonly chosen?: Int32Array;
}

export const isUnmade = (column: Column | Unmade): column is Unmade => "pass" in column;

/** All of it as a partition, for steps that look at values. */
export function partitionOf(view: View): Partition {
  const made = madeColumns(view);
  const partition = { rows: view.rows, columns: made };
  return view.chosen ? takeRows(partition, view.chosen) : partition;
}

/** The columns, computed into memory of the heap where they are not there yet. */
function madeColumns({ rows, columns }: View): Column[] {
  const written = new Map<Pass, readonly ColumnArray[]>();
  return columns.map((column) => {
    if (!isUnmade(column)) return column;
    const { name, pass, at } = column;
    let outs = written.get(pass);
    if (!outs) {
      outs = pass.types.map((type) => newColumn(rows, type));
      pass.run(outs);
      written.set(pass, outs);
    }
    return {
      name,
      type: pass.types[at] as "f64" | "bool",
      values: outs[at] as ColumnArray,
      nulls: 0,
    };
  });
}

const newColumn = (rows: number, type: "f64" | "bool"): ColumnArray =>
  output([rows], type === "bool" ? "u8" : "f64").data;

/** As a task's result. */
export function packView(view: View, isShared: IsShared): Packed {
  const { rows, columns, chosen } = view;
  if (chosen) {
    const made = madeColumns(view);
    return packFillings(
      chosen.length,
      made.map((column) => takenOf(column, chosen, isShared)),
    );
  }
  if (!columns.some(isUnmade))
    return packPartition({ rows, columns: columns as Column[] }, isShared);
  const passes = new Map<Pass, (ColumnArray | undefined)[]>();
  const fillings = columns.map((column): Filling => {
    if (!isUnmade(column)) return wholeOf(column, rows, isShared);
    const { name, pass, at } = column;
    const targets = passes.get(pass) ?? pass.types.map(() => undefined);
    passes.set(pass, targets);
    const type = pass.types[at] as "f64" | "bool";
    return {
      plan: { name, type, nullable: false },
      fill: ({ values }: OpenColumn) => {
        targets[at] = values;
        return { nulls: 0 };
      },
    };
  });
  const packed = packFillings(rows, fillings);
  for (const [pass, targets] of passes) {
    pass.run(targets.map((own, at) => own ?? newColumn(rows, pass.types[at] as "f64" | "bool")));
  }
  return packed;
}
