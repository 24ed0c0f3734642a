/** Columns found by their names. */

import { invalidArgument } from "../../wire/errors.ts";
import type { Column } from "../columns/column.ts";
import type { Schema } from "../columns/field.ts";

/** @throws BodkinError where there is no such column */
export function columnNamed<C extends Named = Column>(
  { columns }: { readonly columns: readonly C[]; readonly rows?: number },
  name: string,
): C {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  throw noColumn(name, columns);
}

interface Named {
  readonly name: string;
}

/** @throws BodkinError where a table has no such columns */
export function checkColumns(names: readonly string[], schema: Schema): void {
  for (const name of names) {
    if (!schema.some((field) => field.name === name)) throw noColumn(name, schema);
  }
}

const noColumn = (name: string, columns: readonly Named[]): Error =>
  invalidArgument(
    `there is no column '${name}'; there are ${columns.map((column) => `'${column.name}'`).join(", ") || "none"}`,
  );
