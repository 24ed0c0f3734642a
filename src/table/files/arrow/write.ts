/** Tables as files or streams of Arrow's IPC format. */

import type { FilePath } from "../../../array/files/paths.ts";
import { invalidArgument } from "../../../wire/errors.ts";
import { checkWrite, type WriteOptions, type WrittenTable, writeTable } from "../writing/write.ts";

export interface ArrowWriteOptions extends WriteOptions {
  /** A file has a footer that says where its batches are; a stream has none. `"file"` unless given. */
  readonly container?: "file" | "stream";
}

/** Writes a table, a record batch a partition. Strings are written one by one. */
export async function writeArrow(
  path: FilePath,
  table: () => Promise<WrittenTable>,
  options: ArrowWriteOptions,
): Promise<void> {
  checkWrite("writeArrow", path, options, ["container"]);
  const { container = "file" } = options;
  if (container !== "file" && container !== "stream") {
    throw invalidArgument(`writeArrow with container ${String(container)}: "file" or "stream"`);
  }
  const format = { kind: "arrow", container } as const;
  await writeTable("writeArrow", path, await table(), format, "arrow", options);
}
