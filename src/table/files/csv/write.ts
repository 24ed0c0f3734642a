/** Tables as CSV files. */

import type { FilePath } from "../../../array/files/paths.ts";
import { checkWrite, type WriteOptions, type WrittenTable, writeTable } from "../writing/write.ts";
import { separatorByte } from "./quotes.ts";

export interface CSVWriteOptions extends WriteOptions {
  /** Between fields: `","` unless given. */
  readonly separator?: string;
  /** Whether the first line has the names of the columns, as it does unless this is false. */
  readonly header?: boolean;
}

/**
 * Writes a table, each partition encoded by a task. Fields are quoted where they must be, null is an empty field and
 * an empty text is `""`, floats have the fewest digits that give them again.
 */
export async function writeCSV(
  path: FilePath,
  table: () => Promise<WrittenTable>,
  options: CSVWriteOptions,
): Promise<void> {
  checkWrite("writeCSV", path, options, ["separator", "header"]);
  const { separator = ",", header = true } = options;
  separatorByte(separator, "writeCSV");
  const format = { kind: "csv", separator, header } as const;
  await writeTable("writeCSV", path, await table(), format, "csv", options);
}
