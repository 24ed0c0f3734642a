/** Steps that need nothing but the rows of a partition. Those after one another are one task a partition. */

import { invalidArgument } from "../../wire/errors.ts";
import { columnOf } from "../columns/build.ts";
import type { Column, Partition } from "../columns/column.ts";
import { isText } from "../columns/field.ts";
import { takeRows } from "../columns/rows.ts";
import { readerOf } from "../columns/values.ts";
import { rowsThat } from "../expressions/evaluate.ts";
import { type Node, nodeText } from "../expressions/node.ts";
import { columnNamed } from "../keys/columns.ts";
import { type RowFunction, rowsFrom, rowsWhere, type Values, valuesFrom } from "./loop.ts";
import { expressionColumn, type Pick, pickColumns, pickText } from "./selectors.ts";

/** Plain data; functions are the next of those that come with the steps. */
export type Step =
  | { readonly kind: "map" }
  | { readonly kind: "filter"; readonly node?: Node }
  | { readonly kind: "mutate"; readonly columns: readonly NewColumn[] }
  | { readonly kind: "select"; readonly picks: readonly Pick[] }
  | { readonly kind: "rename"; readonly names: Readonly<Record<string, string>> };

/** Of an expression, or of the next function. */
export interface NewColumn {
  readonly name: string;
  readonly node?: Node;
}

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
  const { rows } = partition;
  switch (step.kind) {
    case "map":
      return mapped(partition, next());
    case "filter":
      if (!step.node) return takeRows(partition, rowsWhere(partition, next()));
      return rows > 0 ? takeRows(partition, rowsThat(partition, step.node)) : partition;
    case "mutate":
      return step.columns.reduce(
        (current, { name, node }) =>
          withColumn(
            current,
            node
              ? expressionColumn(current, name, node)
              : columnFor(current, name, valuesFrom(current, next())),
          ),
        partition,
      );
    case "select":
      return { rows, columns: pickColumns(partition, step.picks) };
    case "rename":
      return renamed(partition, step.names);
  }
}

function renamed(partition: Partition, names: Readonly<Record<string, string>>): Partition {
  const { rows, columns } = partition;
  // What has no rows may have other columns than the rest.
  if (rows > 0) for (const name of Object.keys(names)) columnNamed(partition, name);
  const taken = new Set<string>();
  const made = columns.map((column) => {
    const name = Object.hasOwn(names, column.name) ? (names[column.name] as string) : column.name;
    if (rows > 0 && taken.has(name)) {
      throw invalidArgument(
        `rename: two columns would be called '${name}'; drop one, or give it another name`,
      );
    }
    taken.add(name);
    return { ...column, name };
  });
  return { rows, columns: made };
}

function mapped(partition: Partition, f: RowFunction): Partition {
  const values = rowsFrom(partition, f);
  if (partition.rows === 0) return partition;
  const columns = [...values].map(([name, own]) => columnFor(partition, name, own));
  return { rows: partition.rows, columns };
}

function withColumn({ rows, columns }: Partition, column: Column): Partition {
  const isThere = columns.some(({ name }) => name === column.name);
  return {
    rows,
    columns: isThere
      ? columns.map((each) => (each.name === column.name ? column : each))
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

/** For `explain()`. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case "map":
      return "map";
    case "filter":
      return step.node ? `filter ${nodeText(step.node)}` : "filter";
    case "mutate": {
      const columns = step.columns.map(({ name, node }) =>
        node ? `${name} = ${nodeText(node)}` : name,
      );
      return `mutate ${columns.join(", ")}`;
    }
    case "select":
      return `select ${step.picks.map(pickText).join(", ")}`;
    case "rename":
      return `rename ${Object.values(step.names).join(", ")}`;
  }
}
