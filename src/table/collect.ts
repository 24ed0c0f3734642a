/** All rows of a table in the memory of the caller. */

import type * as arrow from "apache-arrow";
import type { PinnedArray } from "../array/adapter.ts";
import { arrayOf } from "../array/ndarray.ts";
import type { FetchOptions } from "../task/task.ts";
import type { Column, Partition } from "./columns/column.ts";
import type { Schema } from "./columns/field.ts";
import { type Packed, readPartition } from "./columns/packing.ts";
import { nullColumn } from "./columns/rows.ts";
import { type ArrowText, arrowSchema, batchOf } from "./columns/to-arrow.ts";
import { type Row, readerOf } from "./columns/values.ts";
import { schemaOfParts } from "./facts.ts";
import { arrowLibrary } from "./libraries.ts";
import { factsOf, factsOfPartition, type PartFacts } from "./rows/tasks.ts";
import type { PackedSource, Stored } from "./stored.ts";

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A table of Arrow in the memory of the partitions, which stays as it is until it is disposed of. */
export interface PinnedTable extends arrow.Table, Disposable {
  dispose(): void;
}

/** A table of Arrow; its batches are the partitions that have rows. Without a copy it is a `PinnedTable`. */
export async function collectArrow(
  stored: Stored,
  schema: Schema,
  { signal, copy = true }: WaitOptions & { readonly copy?: boolean } = {},
  text: ArrowText = "dictionary",
): Promise<arrow.Table> {
  const { partitions, packed } = await fetchPartitions(stored, { signal, copy });
  const own = arrowSchema(schema, text);
  const batches = partitions
    .filter(({ rows }) => rows > 0)
    .map((partition) => batchOf(conformed(partition, schema), own));
  const table = new (arrowLibrary().Table)(own, batches);
  if (copy) return table;
  const dispose = (): void => {
    for (const each of packed) (each as PinnedArray).dispose();
  };
  return Object.assign(table, { dispose, [Symbol.dispose]: dispose });
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

/** Rows as objects. @throws BodkinError where partitions have different columns */
export async function collectRows(
  { parts, dictionaries }: Stored,
  { signal }: WaitOptions = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  const facts: PartFacts[] = [];
  using pinned = new DisposableStack();
  const shared = (await fetchPacked(dictionaries, { signal, copy: false })).map((each) =>
    pinned.use(each as PinnedArray),
  );
  for (const part of parts) {
    using own = (await part.fetch({ signal, copy: false })) as PinnedArray;
    reading([own, ...shared], ([packed, ...others]) => {
      const partition = readPartition(packed as Packed, others);
      facts.push(factsOfPartition(partition));
      rowsInto(rows, partition);
    });
  }
  schemaOfParts(facts);
  return rows;
}

/** Calls a function with arrays in place, of which it keeps nothing. */
function reading(arrays: readonly PinnedArray[], use: (read: readonly Packed[]) => void): void {
  const [first, ...rest] = arrays;
  if (!first) use([]);
  else {
    first.read((elements) =>
      reading(rest, (others) => use([arrayOf(elements) as Packed, ...others])),
    );
  }
}

function rowsInto(rows: Row[], { rows: count, columns }: Partition): void {
  const readers = columns.map((column) => [column.name, readerOf(column)] as const);
  for (let row = 0; row < count; row++) {
    rows.push(Object.fromEntries(readers.map(([name, read]) => [name, read(row)])));
  }
}

/** Without a copy, for as long as `packed` are not disposed of. */
async function fetchPartitions({ parts, dictionaries }: Stored, options: FetchOptions) {
  const shared = await fetchPacked(dictionaries, options);
  const packed = await fetchPacked(parts, options);
  return {
    partitions: packed.map((part) => readPartition(part, shared)),
    packed: [...shared, ...packed],
  };
}

const fetchPacked = (sources: readonly PackedSource[], options: FetchOptions): Promise<Packed[]> =>
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
