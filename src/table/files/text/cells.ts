/** The values of columns as the text of a file. */

import { type Column, isNull } from "../../columns/column.ts";
import { type Dictionary, decodeText, stringsOf } from "../../columns/dictionary.ts";
import { dateText, instantText } from "./instants.ts";

/** How a format writes what it must tell apart. */
export interface CellStyle {
  readonly null: string;
  text(text: string): string;
  /** A date or a time. */
  time(text: string): string;
  /** A number that is not finite. */
  special(text: string): string;
}

/** The text of a column's value in a row. */
export function cellsOf(column: Column, style: CellStyle): (row: number) => string {
  const value = valuesOf(column, style);
  return column.nulls === 0 ? value : (row) => (isNull(column, row) ? style.null : value(row));
}

function valuesOf(column: Column, style: CellStyle): (row: number) => string {
  const { type, values, unit } = column;
  switch (type) {
    case "f64":
      return (row) => floatText(values[row] as number, style);
    case "f32":
      return (row) => shortText(values[row] as number, style);
    case "bool":
      return (row) => (values[row] ? "true" : "false");
    case "date":
      return (row) => style.time(dateText(values[row] as number));
    case "timestamp":
      return (row) => style.time(instantText(values[row] as bigint, unit ?? "ms"));
    case "utf8": {
      const { offsets } = column as { offsets: Int32Array };
      const bytes = values as Uint8Array;
      return (row) =>
        style.text(decodeText(bytes, offsets[row] as number, offsets[row + 1] as number));
    }
    case "dictionary": {
      const texts = stringsOf(column.dictionary as Dictionary).map((text) => style.text(text));
      return (row) => texts[values[row] as number] as string;
    }
    default:
      return (row) => String(values[row]);
  }
}

function floatText(value: number, style: CellStyle): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  return Number.isFinite(value) ? String(value) : style.special(String(value));
}

/** The fewest digits that a float of 32 bits needs: at most nine. */
function shortText(value: number, style: CellStyle): string {
  if (!Number.isFinite(value) || value === 0) return floatText(value, style);
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)));
    if (Math.fround(Number(text)) === value) return text;
  }
  return String(Number(value.toPrecision(9)));
}

/** Rows that become one piece of text at a time. */
const STEP = 4096;

/** The bytes of all rows. */
export function encodeRows(rows: number, textOf: (row: number) => string): Buffer {
  const blocks: Buffer[] = [];
  for (let from = 0; from < rows; from += STEP) {
    const end = Math.min(rows, from + STEP);
    let text = "";
    for (let row = from; row < end; row++) text += textOf(row);
    blocks.push(Buffer.from(text));
  }
  return Buffer.concat(blocks);
}
