/** Steps that need nothing but the rows of a partition. Those after one another are one task a partition. */

import { output } from "../../array/distributed/block-tasks.ts";
import { internalError, invalidArgument } from "../../wire/errors.ts";
import type { Column, Partition } from "../columns/column.ts";
import { columnOf } from "../columns/from-values.ts";
import { placesOf } from "../columns/rows.ts";
import { readerOf } from "../columns/values.ts";
import { expressionPass } from "../expressions/compiled.ts";
import { rowsThat } from "../expressions/evaluate.ts";
import { type Node, nodeText } from "../expressions/node.ts";
import { columnNamed } from "../keys/columns.ts";
import { compiledPass } from "./compiled.ts";
import {
  columnsFrom,
  inputColumns,
  type RowFunction,
  rowsFrom,
  rowsWhere,
  type Values,
  valuesFrom,
} from "./loop.ts";
import { expressionColumn, type Pick, pickColumns, pickText } from "./selectors.ts";
import { textOf } from "./syntax.ts";
import { type Pass, partitionOf, type Unmade, type View } from "./view.ts";

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

/** The rows after all steps. */
export function runSteps(
  partition: Partition,
  steps: readonly Step[],
  functions: readonly RowFunction[],
): View {
  let at = 0;
  const next = (): RowFunction => functions[at++] as RowFunction;
  return steps.reduce((view: View, step) => runStep(view, step, next), partition);
}

function runStep(view: View, step: Step, next: () => RowFunction): View {
  switch (step.kind) {
    case "map":
      return mapped(partitionOf(view), next());
    case "filter": {
      const partition = partitionOf(view);
      const { rows } = partition;
      if (!step.node) return { ...partition, chosen: whereTrue(partition, next()) };
      return rows > 0 ? { ...partition, chosen: whereHolds(partition, step.node) } : partition;
    }
    case "mutate":
      return step.columns.reduce(
        (current, { name, node }) =>
          node ? withExpression(current, name, node) : withFunction(current, name, next()),
        view,
      );
    case "select":
      return picked(view, step.picks);
    case "rename":
      return renamed(view, step.names);
  }
}

/** Only expressions look at values. */
function picked(view: View, picks: readonly Pick[]): View {
  if (picks.some(({ kind }) => kind === "expression")) {
    const partition = partitionOf(view);
    const columns: readonly (Column | Unmade)[] = partition.columns;
    const make = (name: string, node: Node) => columnBy(partition, name, node);
    return { rows: partition.rows, columns: pickColumns({ ...partition, columns }, picks, make) };
  }
  return { ...view, columns: pickColumns(view, picks, noExpression) };
}

const noExpression = (): never => {
  throw internalError("an expression where there is none");
};

function whereTrue(partition: Partition, f: RowFunction): Int32Array {
  const pass = compiledPass(partition, f, "truth");
  return pass ? placesBy(pass, partition.rows) : rowsWhere(partition, f);
}

function whereHolds(partition: Partition, node: Node): Int32Array {
  const pass = expressionPass(partition, node, "truth");
  return pass ? placesBy(pass, partition.rows) : rowsThat(partition, node);
}

function placesBy(pass: Pass, rows: number): Int32Array {
  const holds = output([rows], "u8").data;
  pass.run([holds]);
  return placesOf(holds);
}

function mapped(partition: Partition, f: RowFunction): View {
  const { rows, columns } = partition;
  const { gives } = textOf(f);
  if (!gives || rows === 0) {
    return rows === 0 ? partition : { rows, columns: opaqueColumns(partition, f) };
  }
  const names = gives.flatMap((each) => (each.kind === "made" ? [each.name] : []));
  const wanted = [...new Set(names)];
  const made = new Map(madeBy(partition, f, wanted).map((column) => [column.name, column]));
  const result = new Map<string, Column | Unmade>();
  for (const each of gives) {
    if (each.kind === "row") for (const column of columns) result.set(column.name, column);
    else if (each.kind === "made") result.set(each.name, made.get(each.name) as Column);
    else result.set(each.name, { ...columnNamed(partition, each.of), name: each.name });
  }
  return { rows, columns: [...result.values()] };
}

/** What a function computes for columns of the rows that it gives. */
function madeBy(
  partition: Partition,
  f: RowFunction,
  wanted: readonly string[],
): readonly (Column | Unmade)[] {
  if (wanted.length === 0) {
    inputColumns(partition, f); // says which columns there are not
    return [];
  }
  const pass = compiledPass(partition, f, wanted);
  if (pass) return wanted.map((name, at) => ({ name, pass, at }));
  return columnsFrom(partition, f, wanted).map((values, at) =>
    newColumn(wanted[at] as string, values),
  );
}

/** Of a function that does not have the rows that it gives written down: numbers become f64, other columns stay what they are. */
function opaqueColumns(partition: Partition, f: RowFunction): readonly Column[] {
  return [...rowsFrom(partition, f)].map(([name, values]) => {
    const before = partition.columns.find((column) => column.name === name);
    return before && !isNumber(before.type) && isSame(before, values)
      ? before
      : newColumn(name, values);
  });
}

const isNumber = (type: Column["type"]): boolean => /^[iuf](8|16|32)$|^f64$/.test(type);

const newColumn = (name: string, values: Values): Column =>
  values instanceof Float64Array ? { name, type: "f64", values, nulls: 0 } : columnOf(name, values);

function withFunction(view: View, name: string, f: RowFunction): View {
  const partition = partitionOf(view);
  const { keeps } = textOf(f);
  if (keeps !== undefined && partition.rows > 0) {
    return withColumn(partition, { ...columnNamed(partition, keeps), name });
  }
  const pass = compiledPass(partition, f, "value");
  if (pass) return withColumn(partition, { name, pass, at: 0 });
  return withColumn(partition, newColumn(name, valuesFrom(partition, f)));
}

function withExpression(view: View, name: string, node: Node): View {
  const partition = partitionOf(view);
  return withColumn(partition, columnBy(partition, name, node));
}

function columnBy(partition: Partition, name: string, node: Node): Column | Unmade {
  const pass = expressionPass(partition, node, "value");
  return pass ? { name, pass, at: 0 } : expressionColumn(partition, name, node);
}

function withColumn(view: View, column: Column | Unmade): View {
  const { columns } = view;
  const isThere = columns.some(({ name }) => name === column.name);
  return {
    ...view,
    columns: isThere
      ? columns.map((each) => (each.name === column.name ? column : each))
      : [...columns, column],
  };
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

function renamed(view: View, names: Readonly<Record<string, string>>): View {
  const { rows, columns } = view;
  // What has no rows may have other columns than the rest.
  if (rows > 0) for (const name of Object.keys(names)) columnNamed(view, name);
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
  return { ...view, columns: made };
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
