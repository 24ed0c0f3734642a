/** Rows as CSV, so that reading gives them again: an empty text is quoted, null is a field of nothing. */

import type { Partition } from "../../columns/column.ts";
import type { Schema } from "../../columns/field.ts";
import { type CellStyle, cellsOf, encodeRows } from "../text/cells.ts";

export interface CSVFormat {
  readonly kind: "csv";
  readonly separator: string;
  readonly header: boolean;
}

const NEEDS_QUOTES = /["\n\r]/;

function styleOf(separator: string): CellStyle {
  const quoted = (text: string): string =>
    text === "" || text.includes(separator) || NEEDS_QUOTES.test(text)
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  return { null: "", text: quoted, time: (text) => text, special: (text) => text };
}

/** The names of the columns. */
export function csvHead({ separator, header }: CSVFormat, schema: Schema): Buffer {
  if (!header || schema.length === 0) return Buffer.alloc(0);
  const { text } = styleOf(separator);
  return Buffer.from(`${schema.map(({ name }) => text(name)).join(separator)}\n`);
}

export function csvRows({ separator }: CSVFormat, { rows, columns }: Partition): Buffer {
  const style = styleOf(separator);
  const cells = columns.map((column) => cellsOf(column, style));
  const [first, ...others] = cells;
  if (!first) return Buffer.alloc(0);
  return encodeRows(rows, (row) => {
    let line = first(row);
    for (const cell of others) line += separator + cell(row);
    return `${line}\n`;
  });
}
