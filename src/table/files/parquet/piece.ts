/** Some row groups of a Parquet file as a partition: what the task of a piece runs, on whichever worker. */

import { fileError } from "../../../wire/errors.ts";
import { packPartition } from "../../columns/build.ts";
import type { Schema } from "../../columns/field.ts";
import { packArrow } from "../../columns/from-arrow.ts";
import type { Packed } from "../../columns/packing.ts";
import { noRows } from "../../columns/rows.ts";
import { arrowLibrary, parquetLibrary } from "../../libraries.ts";
import type { Want } from "../../source.ts";
import { type Footer, groupsOf, rowsOf, smallFile, withGroups } from "./footer.ts";
import { mayHold } from "./statistics.ts";
import { readThrift } from "./thrift.ts";

/** Which row groups a task reads. Plain data. */
export interface ParquetPiece {
  readonly path: string;
  /** Of a file that has these groups only, with the places in the whole one. */
  readonly footer: Uint8Array;
  readonly fields: Schema;
}

/** Reads the wanted columns of the groups that may have wanted rows. @throws BodkinError where the file is damaged */
export function readParquetPiece(piece: ParquetPiece, want: Want): Packed {
  const { path, fields } = piece;
  const wanted = fields.filter(({ name }) => want.columns?.includes(name) ?? true);
  const footer = readThrift(piece.footer);
  const groups = groupsOf(footer).filter((group) => mayHold(group, fields, want.where));
  const rows = groups.reduce((sum, group) => sum + rowsOf(group), 0);
  if (rows === 0) return packPartition(noRows(wanted));
  if (wanted.length === 0) return packPartition({ rows, columns: [] });
  return packArrow(batchesOf(path, withGroups(footer, groups), wanted, rows), wanted);
}

function batchesOf(path: string, footer: Footer, wanted: Schema, rows: number) {
  const columns = wanted.map(({ name }) => name);
  const file = smallFile(path, footer, (name) => columns.includes(name));
  try {
    const table = parquetLibrary().readParquet(file, { batchSize: rows });
    return arrowLibrary().tableFromIPC(table.intoIPCStream()).batches;
  } catch (error) {
    const names = columns.length > 1 ? `columns ${columns.join(", ")}` : `column ${columns[0]}`;
    throw fileError(`${path} is damaged: ${names} cannot be read (${String(error)})`, error);
  }
}
