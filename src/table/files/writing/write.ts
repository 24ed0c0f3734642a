/**
 * Writing a table: each partition is encoded by a task of its own, and what comes out is appended in order, or becomes
 * files of a folder. Files and folders have another name until they are complete.
 */

import { mkdir, open } from "node:fs/promises";
import { type FilePath, pathOf, replacing, withFileErrors } from "../../../array/files/paths.ts";
import { Operation } from "../../../task/operation.ts";
import type { Task } from "../../../task/task.ts";
import { fetchAll } from "../../../task/wait.ts";
import { invalidArgument } from "../../../wire/errors.ts";
import { checkNames } from "../../../wire/option-names.ts";
import type { Schema } from "../../columns/field.ts";
import { noRows } from "../../columns/rows.ts";
import type { Stored } from "../../stored.ts";
import { encode, fileBody, fileEnd, fileHead, type WriteFormat, type Written } from "./formats.ts";
import { appendPart, encodePart, type FolderSpec, writePart } from "./tasks.ts";

/** A table that is written. */
export interface WrittenTable extends Stored {
  readonly schema: Schema;
}

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Called when a partition is written, with how many are, of how many. */
  readonly progress?: (done: number, total: number) => void;
  /**
   * A folder is written, with a file a partition; for each combination of values of these columns in a folder of its
   * own, such as `year=2026/month=1`. `[]`: all in one folder. A path that ends with `/` means the same.
   */
  readonly partitionBy?: readonly string[];
}

const WRITE_OPTIONS: readonly string[] = ["signal", "progress", "partitionBy"];

/** Checks what can be checked before the table is made. */
export function checkWrite(
  caller: string,
  file: FilePath,
  options: WriteOptions,
  others: readonly string[] = [],
): void {
  checkNames(options, [...WRITE_OPTIONS, ...others], caller);
  pathOf(file, caller);
  const { progress, partitionBy } = options;
  if (partitionBy !== undefined && !Array.isArray(partitionBy)) {
    throw invalidArgument(`${caller}: partitionBy is a list of columns, such as ["year"]`);
  }
  if (progress !== undefined && typeof progress !== "function") {
    throw invalidArgument(`${caller}: progress is a function (done, total) => void`);
  }
}

function checkColumns(
  caller: string,
  schema: Schema,
  partitionBy: readonly string[] | undefined,
): void {
  const names = schema.map(({ name }) => name);
  const missing = partitionBy?.find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw invalidArgument(
      `${caller} with partitionBy '${missing}': the columns are ${names.join(", ")}`,
    );
  }
  if (partitionBy && partitionBy.length === names.length && names.length > 0) {
    throw invalidArgument(`${caller} with partitionBy of all columns leaves none for the files`);
  }
}

/** Writes a file, or a folder where the path or the options say so. */
export async function writeTable(
  caller: string,
  file: FilePath,
  table: WrittenTable,
  format: WriteFormat,
  extension: string,
  options: WriteOptions,
): Promise<void> {
  const isFolder = options.partitionBy !== undefined || /[/\\]$/.test(String(file));
  const path = pathOf(file, caller).replace(/[/\\]$/, "");
  options.signal?.throwIfAborted();
  checkColumns(caller, table.schema, options.partitionBy);
  await withFileErrors("written", path, () =>
    replacing(path, async (part) => {
      if (isFolder) await writeFolder(caller, part, table, format, extension, options);
      else await writeFile(caller, part, table, format, options);
    }),
  );
}

async function writeFile(
  caller: string,
  path: string,
  { schema, parts, dictionaries }: WrittenTable,
  format: WriteFormat,
  options: WriteOptions,
): Promise<void> {
  await using file = await open(path, "wx");
  const head = fileHead(format, schema);
  await file.write(head);
  const written = await running(options, () => {
    using operation = new Operation(caller);
    const spec = operation.share({ format, schema });
    const encoded = parts.map((part) =>
      operation.submit(encodePart, spec, part as never, ...(dictionaries as never[])),
    );
    let before: { readonly end: number } | Task<Written> = { end: head.length };
    return encoded.map((rows) => {
      const task: Task<Written> = operation.submit(
        appendPart,
        spec,
        path,
        rows,
        before as { readonly end: number },
      );
      rows.dispose();
      before = task;
      return task;
    });
  });
  const all = written.length > 0 ? written : [await writeNoRows(file, format, schema, head.length)];
  await file.write(fileEnd(format, schema, all), 0, undefined, all.at(-1)?.end);
}

/** Some formats know their columns by a partition only. */
async function writeNoRows(
  file: Awaited<ReturnType<typeof open>>,
  format: WriteFormat,
  schema: Schema,
  at: number,
): Promise<Written> {
  const { body, note } = fileBody(format, encode(format, noRows(schema), schema));
  await file.write(body, 0, undefined, at);
  return { at, end: at + body.length, note };
}

async function writeFolder(
  caller: string,
  folder: string,
  { schema, parts, dictionaries }: WrittenTable,
  format: WriteFormat,
  extension: string,
  options: WriteOptions,
): Promise<void> {
  await mkdir(folder);
  const { partitionBy = [] } = options;
  await running(options, () => {
    using operation = new Operation(caller);
    const spec = operation.share<FolderSpec>({ format, schema, folder, extension, partitionBy });
    return parts.map((part, index) =>
      operation.submit(writePart, spec, index, part as never, ...(dictionaries as never[])),
    );
  });
}

/** Waits for tasks that write; all of them end before the files are given up, whichever fails. */
async function running<T>(
  { signal, progress }: WriteOptions,
  submit: () => readonly Task<T>[],
): Promise<T[]> {
  const tasks = submit();
  const cancel = (): void => {
    for (const task of tasks) task.cancel();
  };
  signal?.addEventListener("abort", cancel);
  try {
    let done = 0;
    const reports = tasks.map(async (task) => {
      await task.wait();
      progress?.(++done, tasks.length);
    });
    await Promise.allSettled(reports);
    await Promise.all(reports); // what `progress` threw
    signal?.throwIfAborted();
    return await fetchAll(tasks);
  } finally {
    signal?.removeEventListener("abort", cancel);
    for (const task of tasks) task.dispose();
  }
}
