/**
 * Reading records into columns: a loop compiled for the types of the columns, in which plain fields of plain records
 * need no call and make no string. Whatever is not plain (quotes, nulls, long numbers) goes to `FieldReader`.
 */

import { BoundedMap } from "../../../util/bounded-map.ts";
import { compile } from "../../../util/compile.ts";
import { HASH_FACTOR, HASH_START } from "../../columns/byte-dictionary.ts";
import type { ColumnType } from "../../columns/field.ts";
import { LIMITS, type Sink } from "../text/sinks.ts";
import type { FieldReader } from "./field-reader.ts";

/** Reads the records from `at` to before `limit`; gives the number of rows. A newline ends the bytes. */
export type Parser = (
  bytes: Buffer,
  at: number,
  limit: number,
  sinks: readonly Sink[],
  fields: FieldReader,
) => number;

/** The type of a column of the file; none of those that nobody wants. */
export type Wanted = ColumnType | "null" | undefined;

const parsers = new BoundedMap<Parser>(64);
const TENS = Array.from({ length: 23 }, (_, digits) => Number(`1e${digits}`));

/** How long the longest spellings of null are: of those that are numbers, and of all. */
export interface NullLengths {
  readonly number: number;
  readonly text: number;
}

export function parserOf(
  columns: readonly Wanted[],
  separator: number,
  nulls: NullLengths,
): Parser {
  const types = columns.map((column) => column ?? "-").join();
  return parsers.getOrMake(`${types}/${separator}/${nulls.number}/${nulls.text}`, () =>
    compile<Parser>(
      "parseCSV",
      ["bytes", "at", "limit", "sinks", "fields"],
      bodyOf(columns, separator, nulls),
      { TENS },
    ),
  );
}

function bodyOf(columns: readonly Wanted[], separator: number, nulls: NullLengths): string {
  const code = ["let row = 0, c = 0, d = 0, p = 0, from = 0;"];
  let place = 0;
  const places = columns.map((column) => (column ? place++ : -1));
  for (const at of places) {
    if (at >= 0) code.push(`const s${at} = sinks[${at}], v${at} = s${at}.values;`);
  }
  code.push("while (at < limit) {");
  if (columns.length > 1) {
    code.push("  c = bytes[at]; if (c === 10) { at++; continue; }");
    code.push("  if (c === 13 && bytes[at + 1] === 10) { at += 2; continue; }");
  }
  columns.forEach((column, at) => {
    code.push(fieldCode(column, at, places[at] as number, separator, nulls));
    if (at < columns.length - 1) {
      code.push(
        `  if (bytes[at] !== ${separator}) { at = fields.short(row, ${at}, at); row++; continue; } at++;`,
      );
    }
  });
  code.push("  c = bytes[at]; if (c === 13) c = bytes[++at];");
  code.push("  if (c !== 10) fields.long(row, at);");
  code.push("  at++; row++;", "}", "return row;");
  return code.join("\n");
}

function fieldCode(
  column: Wanted,
  at: number,
  place: number,
  separator: number,
  nulls: NullLengths,
): string {
  const slow = `at = fields.read(row, ${at}, at);`;
  const ends = `(c === ${separator} || c === 10 || c === 13 && bytes[p + 1] === 10)`;
  const scan = `while (c !== ${separator} && c !== 10 && c !== 13)`;
  if (!column) {
    return `  c = bytes[at]; if (c === 34) ${slow} else { while (c !== ${separator} && c !== 10) c = bytes[++at]; if (c === 10 && bytes[at - 1] === 13) at--; }`;
  }
  const values = `v${place}`;
  switch (column) {
    case "i8":
    case "i16":
    case "i32":
    case "u8":
    case "u16":
    case "u32": {
      const [low, high] = LIMITS[column] as readonly [number, number];
      return `${integer} c = bytes[p];
  if (${ends} && p - at > ${nulls.number} && p > from && p - from < 16 && (x = negative ? -x : x) >= ${low} && x <= ${high}) { ${values}[row] = x; at = p; } else ${slow} }`;
    }
    case "i64":
    case "u64":
      return `${integer} c = bytes[p];
  if (${ends} && p - at > ${nulls.number} && p > from && p - from < 16${column === "u64" ? " && !negative" : ""}) { if (negative) x = -x; d = Math.floor(x / 4294967296); ${values}[2 * row] = x - d * 4294967296; ${values}[2 * row + 1] = d; at = p; } else ${slow} }`;
    case "f32":
    case "f64":
      return `${integer} let digits = 0; c = bytes[p];
  if (c === 46) { from++; d = ++p; while ((c = bytes[p] - 48) >= 0 && c <= 9) { x = x * 10 + c; p++; } digits = p - d; c = bytes[p]; }
  if (${ends} && p - at > ${nulls.number} && p > from && p - from < 16) { if (digits) x /= TENS[digits]; ${values}[row] = negative ? -x : x; at = p; } else ${slow} }`;
    case "dictionary":
      return `  p = at; c = bytes[p]; if (c === 34) ${slow} else { let h = ${HASH_START}; ${scan} { h = Math.imul(h ^ c, ${HASH_FACTOR}); c = bytes[++p]; }
  if (p - at > ${nulls.text} && ${ends}) { ${values}[row] = s${place}.dictionary.find(h, bytes, at, p); at = p; } else ${slow} }`;
    case "utf8":
      return `  p = at; c = bytes[p]; if (c === 34) ${slow} else { ${scan} c = bytes[++p];
  if (p - at > ${nulls.text} && ${ends}) { s${place}.append(row, bytes, at, p); at = p; } else ${slow} }`;
    default:
      return `  ${slow}`;
  }
}

/** An integer without its bounds: its amount in `x`, its digits from `from` to before `p`. */
const integer = `  { let x = 0; p = at; const negative = bytes[p] === 45; if (negative) p++; from = p;
  while ((c = bytes[p] - 48) >= 0 && c <= 9) { x = x * 10 + c; p++; }`;
