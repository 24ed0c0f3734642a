/** Tables of what a function of the user loads, one call and one partition a file. */

import type { Table as ArrowTable } from "apache-arrow";
import { Operation } from "../task/operation.ts";
import { invalidArgument } from "../wire/errors.ts";
import type { Packed } from "./columns/packing.ts";
import type { Row } from "./columns/values.ts";
import { type ColumnValues, columnsOfRows, isArrowTable } from "./construct.ts";
import { DTable } from "./dtable.ts";
import { arrowLibrary } from "./libraries.ts";
import { packStream, packValues } from "./rows/tasks.ts";
import type { Stored } from "./stored.ts";

/** What a loader gives. */
export type Loaded<R extends Row> =
  | readonly R[]
  | { readonly [K in keyof R]: ColumnValues }
  | ArrowTable;

/**
 * A table with a partition for each of some files, or other names of data, that a function loads: rows, columns or a
 * table of Arrow. Each is loaded by a task when rows are asked for.
 */
export function loadTable<R extends Row = Row, F = string>(
  load: (file: F) => Loaded<R> | Promise<Loaded<R>>,
  files: readonly F[],
): DTable<R> {
  if (typeof load !== "function" || !Array.isArray(files)) {
    throw invalidArgument("loadTable takes a function and a list: loadTable(load, files)");
  }
  const text = `${load.name || "a function"} of ${files.length} files`;
  return new DTable<R>({ base: { text, run: async () => submitLoads(load, files) }, steps: [] });
}

function submitLoads<F>(load: (file: F) => unknown, files: readonly F[]): Stored {
  using operation = new Operation("loadTable");
  const shipped = operation.ship(load as never) as never;
  const parts = files.map((file) => {
    const loaded = operation.submit(loadFile, shipped, file as never);
    const part = operation.submit(packLoaded, loaded);
    loaded.dispose();
    return part;
  });
  return { parts, dictionaries: [], schema: [] };
}

/** What was loaded, as it travels. */
type Carried =
  | { readonly stream: Uint8Array }
  | { readonly names: readonly string[]; readonly values: readonly ArrayLike<unknown>[] };

/** Run as a task, which may wait. */
export async function loadFile(load: (file: unknown) => unknown, file: unknown): Promise<Carried> {
  const loaded = await load(file);
  if (typeof loaded !== "object" || loaded === null) {
    throw invalidArgument(
      `loadTable: the function gives ${String(loaded)} for ${String(file)}; give rows, columns or a table of Arrow`,
    );
  }
  if (isArrowTable(loaded)) return { stream: arrowLibrary().tableToIPC(loaded, "stream") };
  const columns = Array.isArray(loaded) ? columnsOfRows(loaded as Row[]) : loaded;
  return { names: Object.keys(columns), values: Object.values(columns) as ArrayLike<unknown>[] };
}

/** Run as a task. */
export function packLoaded(loaded: Carried): Packed {
  return "stream" in loaded
    ? packStream(loaded.stream)
    : packValues(loaded.names, ...loaded.values);
}
