/** Rows as JSON lines. Times are texts; numbers that JSON does not have are null. */

import type { Partition } from "../../columns/column.ts";
import { type CellStyle, cellsOf, encodeRows } from "../text/cells.ts";

const STYLE: CellStyle = {
  null: "null",
  text: (text) => JSON.stringify(text),
  time: (text) => `"${text}"`,
  special: () => "null",
};

export function jsonRows({ rows, columns }: Partition): Buffer {
  const cells = columns.map((column, at) => {
    const cell = cellsOf(column, STYLE);
    const name = `${at === 0 ? "" : ","}${JSON.stringify(column.name)}:`;
    return (row: number): string => name + cell(row);
  });
  return encodeRows(rows, (row) => {
    let line = "{";
    for (const cell of cells) line += cell(row);
    return `${line}}\n`;
  });
}
