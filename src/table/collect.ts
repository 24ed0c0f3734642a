/** All rows of a table in the memory of the caller. */

import type * as arrow from "apache-arrow";
import type { Column, Partition } from "./columns/column.ts";
import type { Schema } from "./columns/field.ts";
import { type Packed, readPartition } from "./columns/packing.ts";
import { nullColumn } from "./columns/rows.ts";
import { type ArrowText, arrowSchema, batchOf } from "./columns/to-arrow.ts";
import { type Row, readerOf } from "./columns/values.ts";
import { schemaOfParts } from "./facts.ts";
import { arrowLibrary } from "./libraries.ts";
import { factsOf } from "./rows/tasks.ts";
import type { PackedSource, Stored } from "./stored.ts";

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A table of Arrow; its batches are the partitions that have rows. */
export async function collectArrow(
  stored: Stored,
  schema: Schema,
  options: WaitOptions = {},
  text: ArrowText = "dictionary",
): Promise<arrow.Table> {
  const partitions = await fetchPartitions(stored, options);
  const own = arrowSchema(schema, text);
  const batches = partitions
    .filter(({ rows }) => rows > 0)
    .map((partition) => batchOf(conformed(partition, schema), own));
  return new (arrowLibrary().Table)(own, batches);
}

/** One partition as a table of Arrow. */
export async function fetchPartition(
  { parts, dictionaries }: Stored,
  at: number,
): Promise<arrow.Table> {
  const [part] = await fetchPacked(parts.slice(at, at + 1), {});
  const shared = await fetchPacked(dictionaries, {});
  const partition = readPartition(part as Packed, shared);
  const schema = schemaOfParts([factsOf(part as Packed, ...shared)]);
  const own = arrowSchema(schema, "dictionary");
  return new (arrowLibrary().Table)(own, [batchOf(partition, own)]);
}

/** Rows as objects. */
export async function collectRows(stored: Stored, options: WaitOptions = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { rows: count, columns } of await fetchPartitions(stored, options)) {
    const readers = columns.map((column) => [column.name, readerOf(column)] as const);
    for (let row = 0; row < count; row++) {
      rows.push(Object.fromEntries(readers.map(([name, read]) => [name, read(row)])));
    }
  }
  return rows;
}

async function fetchPartitions(
  { parts, dictionaries }: Stored,
  options: WaitOptions,
): Promise<Partition[]> {
  const shared = await fetchPacked(dictionaries, options);
  const packed = await fetchPacked(parts, options);
  return packed.map((part) => readPartition(part, shared));
}

const fetchPacked = (sources: readonly PackedSource[], options: WaitOptions): Promise<Packed[]> =>
  Promise.all(sources.map((source) => source.fetch(options)));

/** Columns of these types: text in another form, and columns of nothing but nulls. */
function conformed({ rows, columns }: Partition, schema: Schema): Partition {
  return {
    rows,
    columns: schema.map((field): Column => {
      const column = columns.find(({ name }) => name === field.name);
      return column && (column.nulls < rows || column.type === field.type)
        ? column
        : nullColumn(field, rows);
    }),
  };
}
