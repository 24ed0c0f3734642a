/** Tables as files of JSON lines. */

import type { FilePath } from "../../../array/files/paths.ts";
import { checkWrite, type WriteOptions, type WrittenTable, writeTable } from "../writing/write.ts";

/** Writes a table, an object a row; dates are ISO 8601, what JSON does not have as a number is null. */
export async function writeJSON(
  path: FilePath,
  table: () => Promise<WrittenTable>,
  options: WriteOptions,
): Promise<void> {
  checkWrite("writeJSON", path, options);
  await writeTable("writeJSON", path, await table(), { kind: "json" }, "jsonl", options);
}
