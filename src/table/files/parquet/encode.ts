/** Rows as a row group of Parquet. Groups that were encoded apart are put into one file by their footers. */

import type { Compression } from "parquet-wasm";
import type { Column, Partition } from "../../columns/column.ts";
import { arrowSchema, batchOf } from "../../columns/to-arrow.ts";
import { arrowLibrary, parquetLibrary } from "../../libraries.ts";
import { endOf, type Footer, groupsOf, MAGIC, shiftedGroup, withGroups } from "./footer.ts";
import { readThrift } from "./thrift.ts";

export type ParquetCompression = "none" | "snappy" | "gzip" | "zstd" | "lz4" | "brotli";

export interface ParquetFormat {
  readonly kind: "parquet";
  readonly compression: ParquetCompression;
}

const CODES: Readonly<Record<ParquetCompression, keyof typeof Compression>> = {
  none: "UNCOMPRESSED",
  snappy: "SNAPPY",
  gzip: "GZIP",
  zstd: "ZSTD",
  lz4: "LZ4_RAW",
  brotli: "BROTLI",
};

export const PARQUET_COMPRESSIONS = Object.keys(CODES) as readonly ParquetCompression[];

/** A file with these rows as one group; with none where there are no rows. */
export function parquetFile(
  { compression }: ParquetFormat,
  { rows, columns }: Partition,
): Uint8Array {
  const partition = { rows, columns: columns.map(inMilliseconds) };
  const own = arrowSchema(partition.columns, "dictionary");
  const { Compression, Table, WriterPropertiesBuilder, writeParquet } = parquetLibrary();
  const { RecordBatchStreamWriter } = arrowLibrary();
  const writer = new RecordBatchStreamWriter();
  writer.write(batchOf(partition, own));
  const properties = new WriterPropertiesBuilder()
    .setCompression(Compression[CODES[compression]])
    .setMaxRowGroupSize(Math.max(1, rows))
    .build();
  return writeParquet(Table.fromIPCStream(writer.finish().toUint8Array(true)), properties);
}

/** The format has no seconds. */
function inMilliseconds(column: Column): Column {
  if (column.type !== "timestamp" || column.unit !== "s") return column;
  const values = (column.values as BigInt64Array).map((seconds) => seconds * 1000n);
  return { ...column, values, unit: "ms" };
}

/** The pages of a file, and its footer. */
export function parquetParts(file: Uint8Array): { body: Uint8Array; footer: Uint8Array } {
  const end = file.length - 8;
  const length = new DataView(file.buffer, file.byteOffset + end).getUint32(0, true);
  return { body: file.subarray(MAGIC.length, end - length), footer: file.slice(end - length, end) };
}

/** The footer of a file that has the pages of others, one after another, from where they begin. */
export function parquetEnd(
  parts: readonly { readonly at: number; readonly footer: Uint8Array }[],
): Uint8Array {
  const footers = parts.map(({ footer }) => readThrift(footer));
  const groups = footers.flatMap((footer, part) => {
    const by = (parts[part] as { at: number }).at - MAGIC.length;
    return groupsOf(footer).map((group) => shiftedGroup(group, by));
  });
  const made = withGroups(footers[0] as Footer, groups);
  made.delete(5); // the schema of Arrow, which may differ from group to group in how strings are kept
  return endOf(made);
}
