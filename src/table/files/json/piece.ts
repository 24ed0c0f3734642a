/** One range of bytes of a file of JSON lines as a partition: what the task of a piece runs, on whichever worker. */

import { closeSync, fstatSync, openSync } from "node:fs";
import { readBytesSync } from "../../../array/files/paths.ts";
import { fileError } from "../../../wire/errors.ts";
import type { Field, Schema } from "../../columns/field.ts";
import type { Packed } from "../../columns/packing.ts";
import { NEWLINE } from "../../compiled/bytes.ts";
import type { Want } from "../../source.ts";
import { EXPECTED } from "../text/expected.ts";
import { lineOf } from "../text/lines.ts";
import { joinAll, type Kinds, misfit } from "../text/misfit.ts";
import type { Sink } from "../text/sink.ts";
import { Sinks } from "../text/sinks.ts";
import { type JSONRecord, type JSONValue, kindsOf, parseRecord, textOfValue } from "./values.ts";

/** Which bytes a task reads: the lines that begin in a range. Plain data. */
export interface JSONPiece {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly fields: Schema;
  /** What the columns must hold by what is known; without those whose types were given. */
  readonly kinds: Kinds;
}

/** Bytes that are read beyond a range to find the end of its last line. */
const BEYOND = 1 << 16;

/** Reads the wanted columns of a piece. @throws BodkinError which says where a file is wrong */
export function readJSONPiece(piece: JSONPiece, want: Want): Packed {
  const { path, fields, kinds } = piece;
  const records = recordsOf(path, readLines(piece));
  const wanted = fields.filter(({ name }) => want.columns?.includes(name) ?? true);
  using sinks = new Sinks(wanted);
  sinks.ensure(records.length);
  const known = new Set(fields.map(({ name }) => name));
  records.forEach(({ record, at }, row) => {
    if (!want.columns) {
      for (const name in record) if (!known.has(name)) throw unknown(piece, name, at, records);
    }
    for (const sink of sinks.columns) {
      const { name } = sink.field;
      const value = Object.hasOwn(record, name) ? record[name] : undefined;
      if (value === null || value === undefined) sink.null(row);
      else if (kinds.get(name) === "null" || !put(sink, row, value)) {
        throw explain(piece, sink.field, value, at, records);
      }
    }
  });
  return sinks.pack(records.length);
}

function put(sink: Sink, row: number, value: NonNullable<JSONValue>): boolean {
  const { type } = sink.field;
  if (type === "utf8" || type === "dictionary") return sink.parse(row, textOfValue(value));
  switch (typeof value) {
    case "string":
      return (type === "date" || type === "timestamp") && sink.parse(row, value);
    case "object":
      return false;
    default:
      return sink.set(row, value);
  }
}

interface PlacedRecord {
  readonly record: JSONRecord;
  /** Of its line in the file. */
  readonly at: number;
}

/** The records of whole lines; empty lines have none. */
export function recordsOf(
  path: string,
  { bytes, base }: { readonly bytes: Buffer; readonly base: number },
): PlacedRecord[] {
  const records: PlacedRecord[] = [];
  let at = base === 0 && bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  while (at < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline < 0 ? bytes.length : newline;
    const text = bytes.toString("utf8", at, end).trim();
    if (text !== "") records.push({ record: recordOf(path, text, base + at), at: base + at });
    at = end + 1;
  }
  return records;
}

function recordOf(path: string, text: string, at: number): JSONRecord {
  try {
    return parseRecord(text);
  } catch (error) {
    const { message } = error as Error;
    throw fileError(`${path}, line ${lineOf(path, at)}: no JSON object: ${message}`);
  }
}

/** The lines that begin in the range, and where the first one does. */
function readLines({ path, from, to }: JSONPiece): { bytes: Buffer; base: number } {
  const size = sizeOf(path);
  const before = Math.max(0, from - 1);
  for (let beyond = BEYOND; ; beyond *= 4) {
    const until = Math.min(size, to + beyond);
    const bytes = Buffer.from(readBytesSync(path, before, until - before).buffer);
    const start = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    const last = bytes.indexOf(NEWLINE, to - 1 - before);
    const isEnd = until === size;
    if ((last < 0 || (from > 0 && start === 0)) && !isEnd) continue;
    const end = last < 0 ? bytes.length : last + 1;
    if (from > 0 && (start === 0 || before + start >= to)) {
      return { bytes: bytes.subarray(0, 0), base: before };
    }
    return { bytes: bytes.subarray(start, end), base: before + start };
  }
}

function sizeOf(path: string): number {
  const file = openSync(path, "r");
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

function explain(
  { path, kinds }: JSONPiece,
  { name, type }: Field,
  value: JSONValue,
  at: number,
  records: readonly PlacedRecord[],
): Error {
  const text = textOfValue(value as NonNullable<JSONValue>).slice(0, 80);
  const error = fileError(
    `${path}, line ${lineOf(path, at)}, column '${name}': ${JSON.stringify(text)} is not ${EXPECTED[type]}; give its type, as in { types: { ${JSON.stringify(name)}: "utf8" } }`,
  );
  return kinds.has(name) ? misfit(error, kindsIn(kinds, records)) : error;
}

function unknown(
  { path, fields, kinds }: JSONPiece,
  name: string,
  at: number,
  records: readonly PlacedRecord[],
): Error {
  const given = fields.filter((field) => !kinds.has(field.name));
  const wider = new Map(kindsIn(kinds, records));
  for (const field of given) wider.delete(field.name);
  return misfit(
    fileError(`${path}, line ${lineOf(path, at)}: there is no column '${name}'`),
    wider,
  );
}

const kindsIn = (kinds: Kinds, records: readonly PlacedRecord[]): Kinds =>
  joinAll(kinds, kindsOf(records.map(({ record }) => record)));
