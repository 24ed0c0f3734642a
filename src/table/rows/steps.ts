/** Steps that need nothing but the rows of a partition. Those after one another are one task a partition. */

import { columnOf } from "../columns/build.ts";
import type { Column, Partition } from "../columns/column.ts";
import { isText } from "../columns/field.ts";
import { nullColumn, takeRows } from "../columns/rows.ts";
import { readerOf } from "../columns/values.ts";
import { columnNamed } from "../keys/columns.ts";
import { type RowFunction, rowsFrom, rowsWhere, type Values, valuesFrom } from "./loop.ts";

/** Plain data; functions are the next of those that come with the steps. */
export type Step =
  | { readonly kind: "map" }
  | { readonly kind: "filter" }
  | { readonly kind: "mutate"; readonly names: readonly string[] }
  | { readonly kind: "select"; readonly names: readonly string[] }
  | { readonly kind: "rename"; readonly names: Readonly<Record<string, string>> };

/** The partition after all steps. */
export function runSteps(
  partition: Partition,
  steps: readonly Step[],
  functions: readonly RowFunction[],
): Partition {
  let at = 0;
  const next = (): RowFunction => functions[at++] as RowFunction;
  return steps.reduce((current, step) => runStep(current, step, next), partition);
}

function runStep(partition: Partition, step: Step, next: () => RowFunction): Partition {
  const { rows, columns } = partition;
  switch (step.kind) {
    case "map":
      return mapped(partition, next());
    case "filter":
      return takeRows(partition, rowsWhere(partition, next()));
    case "mutate":
      return step.names.reduce((current, name) => withColumn(current, name, next()), partition);
    case "select":
      return {
        rows,
        columns: step.names.map((name) =>
          // What has no rows may have other columns than the rest.
          rows > 0
            ? columnNamed(partition, name)
            : (columns.find((column) => column.name === name) ??
              nullColumn({ name, type: "dictionary" }, 0)),
        ),
      };
    case "rename":
      return {
        rows,
        columns: columns.map((column) => ({
          ...column,
          name: Object.hasOwn(step.names, column.name)
            ? (step.names[column.name] as string)
            : column.name,
        })),
      };
  }
}

function mapped(partition: Partition, f: RowFunction): Partition {
  const values = rowsFrom(partition, f);
  if (partition.rows === 0) return partition;
  const columns = [...values].map(([name, own]) => columnFor(partition, name, own));
  return { rows: partition.rows, columns };
}

function withColumn(partition: Partition, name: string, f: RowFunction): Partition {
  const { rows, columns } = partition;
  const column = columnFor(partition, name, valuesFrom(partition, f));
  const isThere = columns.some((each) => each.name === name);
  return {
    rows,
    columns: isThere
      ? columns.map((each) => (each.name === name ? column : each))
      : [...columns, column],
  };
}

/** The column of that name where it has these values, so that it keeps its type; otherwise a new one. */
function columnFor({ columns }: Partition, name: string, values: Values): Column {
  const before = columns.find((column) => column.name === name);
  if (values instanceof Float64Array) {
    return before && hasNumbers(before, values) ? before : { name, type: "f64", values, nulls: 0 };
  }
  return before && isSame(before, values) ? before : columnOf(name, values);
}

function hasNumbers(column: Column, values: Float64Array): boolean {
  if (column.values instanceof BigInt64Array || column.values instanceof BigUint64Array) {
    return isSame(column, values);
  }
  if (column.nulls > 0 || isText(column.type) || column.type === "bool" || column.type === "date") {
    return false;
  }
  const own = column.values;
  for (let row = 0; row < values.length; row++) {
    if (own[row] !== values[row] && !Object.is(own[row], values[row])) return false;
    if (values[row] === 0 && !Object.is(own[row], values[row])) return false; // the sign of zero
  }
  return true;
}

function isSame(column: Column, values: Values): boolean {
  const read = readerOf(column);
  for (let row = 0; row < values.length; row++) {
    const [value, before] = [values[row], read(row)];
    const isEqual =
      before instanceof Date
        ? value instanceof Date && +value === +before
        : Object.is(value ?? null, before);
    if (!isEqual) return false;
  }
  return true;
}
