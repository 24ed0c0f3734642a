/** The formats in which tables are written: what a file begins with, what rows become, and how it ends. */

import type { Partition } from "../../columns/column.ts";
import type { Schema } from "../../columns/field.ts";
import {
  type ArrowFormat,
  arrowEnd,
  arrowHead,
  arrowRows,
  type BatchSize,
  batchSize,
} from "../arrow/encode.ts";
import { type CSVFormat, csvHead, csvRows } from "../csv/encode.ts";
import { jsonRows } from "../json/encode.ts";
import { type ParquetFormat, parquetEnd, parquetFile, parquetParts } from "../parquet/encode.ts";
import { MAGIC } from "../parquet/footer.ts";

/** Plain data. */
export type WriteFormat = CSVFormat | ParquetFormat | ArrowFormat | { readonly kind: "json" };

/** What the end of a file needs to know of rows that were written to it. Plain data. */
export type Note = Uint8Array | BatchSize | undefined;

/** Rows that were written: where they begin and end. */
export interface Written {
  readonly at: number;
  readonly end: number;
  readonly note: Note;
}

export function fileHead(format: WriteFormat, schema: Schema): Uint8Array {
  switch (format.kind) {
    case "csv":
      return csvHead(format, schema);
    case "json":
      return Buffer.alloc(0);
    case "arrow":
      return arrowHead(format, schema);
    case "parquet":
      return Buffer.from(MAGIC);
  }
}

/** The rows of a partition, of the columns of the schema, as they are given to `fileBody`. */
export function encode(format: WriteFormat, partition: Partition, schema: Schema): Uint8Array {
  switch (format.kind) {
    case "csv":
      return csvRows(format, partition);
    case "json":
      return jsonRows(partition);
    case "arrow":
      return arrowRows(partition, schema);
    case "parquet":
      return parquetFile(format, partition);
  }
}

/** What of encoded rows is written after the head or other rows. */
export function fileBody(
  format: WriteFormat,
  encoded: Uint8Array,
): { readonly body: Uint8Array; readonly note: Note } {
  switch (format.kind) {
    case "csv":
    case "json":
      return { body: encoded, note: undefined };
    case "arrow":
      return { body: encoded, note: batchSize(encoded) };
    case "parquet": {
      const { body, footer } = parquetParts(encoded);
      return { body, note: footer };
    }
  }
}

/** What follows all rows; at least one partition was written, if only one without rows. */
export function fileEnd(
  format: WriteFormat,
  schema: Schema,
  written: readonly Written[],
): Uint8Array {
  switch (format.kind) {
    case "csv":
    case "json":
      return Buffer.alloc(0);
    case "arrow": {
      const sizes = written.map(({ note }) => note as BatchSize);
      return arrowEnd(format, schema, written[0]?.at ?? 0, sizes);
    }
    case "parquet":
      return parquetEnd(written.map(({ at, note }) => ({ at, footer: note as Uint8Array })));
  }
}

/** A whole file of one partition. */
export function wholeFile(
  format: WriteFormat,
  partition: Partition,
  schema: Schema,
): readonly Uint8Array[] {
  const head = fileHead(format, schema);
  const { body, note } = fileBody(format, encode(format, partition, schema));
  const written = { at: head.length, end: head.length + body.length, note };
  return [head, body, fileEnd(format, schema, [written])];
}
