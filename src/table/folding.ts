/** Tables as collections of rows that can be folded. Their partitions become lists of rows where they are. */

import { type ChunkList, registerCollection } from "../fold/chunked.ts";
import { Operation } from "../task/operation.ts";
import { invalidArgument } from "../wire/errors.ts";
import { type Packed, readPartition } from "./columns/packing.ts";
import { type Row, readerOf } from "./columns/values.ts";
import { DTable } from "./dtable.ts";

registerCollection({
  claims: (value) => value instanceof DTable,
  chunksOf: (table) => listOf(table as DTable),
  elementsOf: () => undefined,
  gather: (_, lists) => lists.flatMap((list) => Array.from(list as ArrayLike<unknown>)),
  rewrite: () => {
    throw invalidArgument(
      "the rows of a table cannot be changed in place; map and mutate give a new table",
    );
  },
  assign: () => false,
});

function listOf(table: DTable): ChunkList {
  const { stored, lengths } = table.known();
  const { parts, dictionaries } = stored;
  using operation = new Operation("rows");
  const count = dictionaries.length;
  const chunks = parts.map((part) =>
    operation.submit(rowsOfPart, count, ...([...dictionaries, part] as never[])),
  );
  const list: ChunkList = { chunks, lengths, inOrder: () => list };
  return list;
}

/** The rows of a partition, which comes after the shared dictionaries; runs as a task. */
export function rowsOfPart(dictionaries: number, ...args: readonly Packed[]): Row[] {
  const { rows, columns } = readPartition(
    args[dictionaries] as Packed,
    args.slice(0, dictionaries),
  );
  const readers = columns.map((column) => [column.name, readerOf(column)] as const);
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(readers.map(([name, read]) => [name, read(row)])),
  );
}
