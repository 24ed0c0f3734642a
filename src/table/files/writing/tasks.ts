/** What the tasks of writing run, a partition each, on whichever worker. */

import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { output } from "../../../array/distributed/block-tasks.ts";
import { arrayOf, type NDArray } from "../../../array/ndarray.ts";
import { fileError } from "../../../wire/errors.ts";
import type { Column, Partition } from "../../columns/column.ts";
import type { Field, Schema } from "../../columns/field.ts";
import { type Packed, readPartition } from "../../columns/packing.ts";
import { nullColumn, takeRows } from "../../columns/rows.ts";
import { cellsOf } from "../text/cells.ts";
import { encode, fileBody, type WriteFormat, type Written, wholeFile } from "./formats.ts";

/** What is written. Plain data. */
export interface WriteSpec {
  readonly format: WriteFormat;
  readonly schema: Schema;
}

/** A partition as the bytes of a file. */
export function encodePart(
  { format, schema }: WriteSpec,
  part: Packed,
  ...dictionaries: Packed[]
): NDArray<"u8"> {
  const bytes = encode(format, conformed(readPartition(part, dictionaries), schema), schema);
  const made = output([bytes.length], "u8");
  made.data.set(bytes);
  return arrayOf(made);
}

/** Writes encoded rows after those that were written before. */
export function appendPart(
  { format }: WriteSpec,
  path: string,
  encoded: NDArray<"u8">,
  { end: at }: { readonly end: number },
): Written {
  const { data, offset, size } = encoded;
  const { body, note } = fileBody(format, data.subarray(offset, offset + size));
  writeAt(path, "r+", body, at);
  return { at, end: at + body.length, note };
}

/** Where the files of a folder go. Plain data. */
export interface FolderSpec extends WriteSpec {
  readonly folder: string;
  readonly extension: string;
  /** Columns whose values name folders, and are in no file. */
  readonly partitionBy: readonly string[];
}

/** Writes the files of a partition: one, or one for each combination of values. Gives how many. */
export function writePart(
  { format, schema, folder, extension, partitionBy }: FolderSpec,
  index: number,
  part: Packed,
  ...dictionaries: Packed[]
): number {
  const own = schema.filter(({ name }) => !partitionBy.includes(name));
  const name = `part-${String(index).padStart(5, "0")}.${extension}`;
  const whole = conformed(readPartition(part, dictionaries), schema);
  const groups = groupsOf(whole, partitionBy);
  for (const [place, rows] of groups) {
    const chosen = conformed(rows ? takeRows(whole, rows) : whole, own);
    const path = join(folder, place, name);
    mkdirSync(dirname(path), { recursive: true });
    writeAt(path, "wx", Buffer.concat(wholeFile(format, chosen, own)), 0);
  }
  return groups.size;
}

/** Rows by the folder in which they are written; all of them where none is named. */
function groupsOf(
  { rows, columns }: Partition,
  names: readonly string[],
): Map<string, number[] | undefined> {
  if (names.length === 0) return new Map([["", undefined]]);
  const cells = names.map((name) => {
    const column = columns.find((each) => each.name === name) as Column;
    const cell = cellsOf(column, FOLDER_STYLE);
    const prefix = `${encodeURIComponent(name)}=`;
    return (row: number): string => prefix + cell(row);
  });
  const groups = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const place = join(...cells.map((cell) => cell(row)));
    const there = groups.get(place);
    if (there) there.push(row);
    else groups.set(place, [row]);
  }
  return groups;
}

/** How Hive, and all who followed it, name folders by values. */
const FOLDER_STYLE = {
  null: "__HIVE_DEFAULT_PARTITION__",
  text: (text: string): string => encodeURIComponent(text),
  time: (text: string): string => encodeURIComponent(text),
  special: (text: string): string => text,
};

/** The columns of a schema; one that has only nulls takes any type. */
function conformed({ rows, columns }: Partition, schema: Schema): Partition {
  return { rows, columns: schema.map((field) => columnFor(field, rows, columns)) };
}

function columnFor(field: Field, rows: number, columns: readonly Column[]): Column {
  const column = columns.find(({ name }) => name === field.name);
  if (!column || (column.type !== field.type && column.nulls === rows)) {
    return nullColumn(field, rows);
  }
  return column;
}

function writeAt(path: string, flags: string, bytes: Uint8Array, at: number): void {
  try {
    const file = openSync(path, flags);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, at + done);
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(`${path} cannot be written: ${(error as Error).message}`, error);
  }
}
