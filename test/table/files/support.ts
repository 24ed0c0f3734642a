/** Folders of tests, and tables of sources as JavaScript values. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import "../../../src/table/index.ts";
import { type Column, isNull, type Partition } from "../../../src/table/columns/column.ts";
import { decodeText, stringsOf } from "../../../src/table/columns/dictionary.ts";
import { readPartition } from "../../../src/table/columns/packing.ts";
import type { WrittenTable } from "../../../src/table/files/writing/write.ts";
import type { TableSource, Want } from "../../../src/table/source.ts";
import { Operation } from "../../../src/task/operation.ts";
import { waitAll } from "../../../src/task/wait.ts";

/** A folder that is there while the tests of a file run. */
export function testFolder() {
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "bodkin-tables-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  const path = (name: string): string => join(root, name);
  return {
    path,
    async put(name: string, data: string | Uint8Array): Promise<string> {
      await writeFile(path(name), data);
      return path(name);
    },
  };
}

/** Values of a column: numbers, bigints of 64 bits, booleans, strings, null. */
export function valuesOf(column: Column, rows: number): unknown[] {
  return Array.from({ length: rows }, (_, row) => {
    if (isNull(column, row)) return null;
    const value = column.values[row];
    switch (column.type) {
      case "bool":
        return value === 1;
      case "utf8": {
        const { offsets } = column as { offsets: Int32Array };
        return decodeText(column.values as Uint8Array, offsets[row]!, offsets[row + 1]!);
      }
      case "dictionary":
        return stringsOf(column.dictionary!)[value as number];
      default:
        return value;
    }
  });
}

/** The parts of a source as tasks. */
export async function store(source: TableSource): Promise<WrittenTable> {
  const { schema, pieces } = await source.open();
  using operation = new Operation("read");
  const parts = pieces.map((piece) => operation.submit(source.read, piece as never, {}));
  return { schema, parts, dictionaries: [] };
}

export interface ReadTable {
  readonly types: Record<string, string>;
  readonly columns: Record<string, unknown[]>;
  readonly parts: readonly Partition[];
}

/** All of a source, read by tasks, again where the source asks for it. */
export async function readAll(source: TableSource, want: Want = {}): Promise<ReadTable> {
  let from = source;
  for (;;) {
    const { schema, pieces } = await from.open();
    using operation = new Operation("read");
    const tasks = pieces.map((piece) => operation.submit(from.read, piece as never, want));
    await waitAll(tasks);
    const results = await Promise.allSettled(tasks.map((task) => task.fetch()));
    const errors = results.flatMap((each) =>
      each.status === "rejected" ? [(each.reason as Error).cause] : [],
    );
    if (errors.length > 0) {
      const next = from.again?.(errors);
      if (!next) throw errors[0];
      from = next;
      continue;
    }
    const parts = await Promise.all(tasks.map(async (task) => readPartition(await task.fetch())));
    const names = schema
      .map(({ name }) => name)
      .filter((name) => want.columns?.includes(name) ?? true);
    return {
      types: Object.fromEntries(
        schema.map(({ name, type, unit }) => [name, unit ? `${type}:${unit}` : type]),
      ),
      columns: Object.fromEntries(
        names.map((name) => [
          name,
          parts.flatMap(({ rows, columns }) =>
            valuesOf(columns.find((column) => column.name === name)!, rows),
          ),
        ]),
      ),
      parts,
    };
  }
}
