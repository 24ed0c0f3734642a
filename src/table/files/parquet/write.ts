/** Tables as Parquet files. */

import type { FilePath } from "../../../array/files/paths.ts";
import { invalidArgument } from "../../../wire/errors.ts";
import { checkWrite, type WriteOptions, type WrittenTable, writeTable } from "../writing/write.ts";
import { PARQUET_COMPRESSIONS, type ParquetCompression } from "./encode.ts";

export interface ParquetWriteOptions extends WriteOptions {
  /** `"snappy"` unless given. */
  readonly compression?: ParquetCompression;
}

/** Writes a table, a row group a partition, which tasks encode. */
export async function writeParquet(
  path: FilePath,
  table: () => Promise<WrittenTable>,
  options: ParquetWriteOptions,
): Promise<void> {
  checkWrite("writeParquet", path, options, ["compression"]);
  const { compression = "snappy" } = options;
  if (!PARQUET_COMPRESSIONS.includes(compression)) {
    throw invalidArgument(
      `writeParquet with compression ${String(compression)}: there are ${PARQUET_COMPRESSIONS.join(", ")}`,
    );
  }
  const format = { kind: "parquet", compression } as const;
  await writeTable("writeParquet", path, await table(), format, "parquet", options);
}
