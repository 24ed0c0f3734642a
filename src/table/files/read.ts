/** Tables of files. They are read when rows are asked for, by a task a piece, on whichever worker. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { Row } from "../columns/values.ts";
import { DTable } from "../dtable.ts";
import type { TableSource } from "../source.ts";
import { arrowSource } from "./arrow/source.ts";
import { separatorByte } from "./csv/quotes.ts";
import { csvSource, DEFAULT_RANGE } from "./csv/source.ts";
import { jsonSource } from "./json/source.ts";
import { parquetSource } from "./parquet/source.ts";
import { checkFiles, type Files } from "./paths.ts";
import { checkTypes, type GivenTypes } from "./text/types.ts";

/** What files of text have in common. */
export interface TextOptions {
  /** Types of columns, such as `{ id: "i64", at: { type: "timestamp", unit: "s" } }`; others are inferred. */
  readonly types?: GivenTypes;
  /** Bytes of a file that one task reads; 16 MiB unless given. */
  readonly rangeBytes?: number;
}

export interface CSVOptions extends TextOptions {
  /** Between fields; unless given a tab for `.tsv`, else a comma. */
  readonly separator?: string;
  /** Whether the first record has the names of the columns (true unless given), or the names. */
  readonly header?: boolean | readonly string[];
  /** Spellings of null besides an empty field. */
  readonly nulls?: readonly string[];
  /** What to do with records that are too short: an error unless `"pad"`, which makes the missing fields null. */
  readonly ragged?: "error" | "pad";
}

/**
 * A table of CSV files: paths, or patterns such as `data/*.csv`. Ranges of bytes are read at once, with quotes and
 * newlines in fields wherever they are. Types are inferred at the beginning of the files and widened when a later value
 * needs it.
 */
export function readCSV<R extends Row = Row>(files: Files, options: CSVOptions = {}): DTable<R> {
  const names = ["types", "rangeBytes", "separator", "header", "nulls", "ragged"];
  checkNames(options, names, "readCSV");
  checkText(options, "readCSV");
  checkFiles(files, "readCSV");
  const { separator, header = true, nulls = [], ragged = "error", types, rangeBytes } = options;
  if (ragged !== "error" && ragged !== "pad") {
    throw invalidArgument(`readCSV with ragged ${String(ragged)}: "error" or "pad"`);
  }
  if (typeof header !== "boolean" && new Set(header).size !== header.length) {
    throw invalidArgument("readCSV: the names of the header must differ");
  }
  return tableOf(
    csvSource({
      files,
      separator: separator === undefined ? undefined : separatorByte(separator, "readCSV"),
      header,
      types,
      nulls,
      pads: ragged === "pad",
      rangeBytes: rangeBytes ?? DEFAULT_RANGE,
    }),
  );
}

export interface ParquetOptions {
  /** Columns that the table has; all unless given. */
  readonly columns?: readonly string[];
}

/** A table of Parquet files. Row groups are read at once, only the columns that are needed. */
export function readParquet<R extends Row = Row>(
  files: Files,
  options: ParquetOptions = {},
): DTable<R> {
  checkNames(options, ["columns"], "readParquet");
  checkFiles(files, "readParquet");
  return tableOf(parquetSource({ files, columns: options.columns }));
}

/** A table of files or streams of Arrow's IPC format. Record batches are read at once. */
export function readArrow<R extends Row = Row>(files: Files): DTable<R> {
  checkFiles(files, "readArrow");
  return tableOf(arrowSource(files));
}

/**
 * A table of files of JSON lines: an object a line. Columns are the names that come in any of them; what is nested is
 * its text.
 */
export function readJSON<R extends Row = Row>(files: Files, options: TextOptions = {}): DTable<R> {
  checkNames(options, ["types", "rangeBytes"], "readJSON");
  checkText(options, "readJSON");
  checkFiles(files, "readJSON");
  const { types, rangeBytes = DEFAULT_RANGE } = options;
  return tableOf(jsonSource({ files, types, rangeBytes }));
}

const tableOf = <R extends Row>(source: TableSource): DTable<R> =>
  new DTable<R>({ base: source, steps: [] });

function checkText({ types, rangeBytes }: TextOptions, caller: string): void {
  checkTypes(types, caller);
  if (rangeBytes === undefined || (Number.isSafeInteger(rangeBytes) && rangeBytes > 0)) return;
  throw invalidArgument(`${caller} with rangeBytes ${String(rangeBytes)}: a number of bytes`);
}
