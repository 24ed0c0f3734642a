/** One range of bytes of a CSV file as a partition: what the task of a piece runs, on whichever worker. */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { fileError } from "../../../wire/errors.ts";
import { type Field, isText } from "../../columns/field.ts";
import type { Packed } from "../../columns/packing.ts";
import { NEWLINE, QUOTE } from "../../compiled/bytes.ts";
import type { Scratch } from "../../compiled/reader.ts";
import { EXPECTED } from "../text/expected.ts";
import { joinKinds, type Kind, kindOf } from "../text/kinds.ts";
import { lineOf } from "../text/lines.ts";
import { type Kinds, misfit } from "../text/misfit.ts";
import { Sinks } from "../text/sinks.ts";
import { BadField, type Dialect, FieldReader } from "./field-reader.ts";
import { type QuoteState, recordStart } from "./quotes.ts";

/** Which bytes a task reads: the records that begin in a range. Plain data. */
export interface CSVPiece {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** The range begins with a record: it is the first one of its file. */
  readonly isFirst: boolean;
  /** What the first byte is, and the first one after the range. */
  readonly states: readonly [QuoteState, QuoteState];
  readonly dialect: Dialect;
  readonly fields: readonly Field[];
  /** What the columns must hold by what is known; none where their types were given. */
  readonly kinds: Kinds;
  /** The states are known from a first pass; otherwise there are no quotes. */
  readonly quotes: boolean;
}

/** Bytes that are read beyond a range to find the end of its last record. */
const BEYOND = 1 << 16;

/** Reads the wanted columns of a piece. @throws BodkinError which says where a file is wrong */
export function readCSVPiece(
  piece: CSVPiece,
  want: { readonly columns?: readonly string[] },
): Packed {
  const { fields, dialect, kinds } = piece;
  const { columns } = want;
  const wanted = fields.map((field) =>
    !columns || columns.includes(field.name) ? field : undefined,
  );
  const lengths = nullLengths(dialect);
  using sinks = new Sinks(wanted, ({ name, type }) => ({
    isOther: kinds.get(name) === "null",
    shortest: isText(type) ? lengths.text : lengths.number,
  }));
  const { bytes, start, end } = readRecords(piece, sinks.scratch);
  if (!piece.quotes && bytes.includes(QUOTE)) throw quoteError(piece.path);
  const fieldReader = new FieldReader(bytes, sinks.all, dialect, kinds);
  try {
    return sinks.pack(readRows(sinks, fieldReader, bytes, start, end, dialect));
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
    throw explain(error, piece, bytes, start, end);
  }
}

/** Bytes that are read at a time: the code of the reader gets better between its calls. */
const STEP = 1 << 16;

function readRows(
  sinks: Sinks,
  fields: FieldReader,
  bytes: Buffer,
  start: number,
  end: number,
  { pads, separator }: Dialect,
): number {
  const { address, all } = sinks;
  const { reader } = sinks.scratch;
  const base = bytes.byteOffset;
  reader.calls = {
    field: (row, column, at) => base + fields.read(row, column, at - base),
    short: (row, column, at) => base + fields.short(row, column, at - base),
    long: (row, at) => fields.long(row, at - base),
  };
  const least = pads ? 1 : all.length;
  let row = 0;
  let at = start;
  while (at < end) {
    const limit = Math.min(end, at + STEP);
    // As many as there can be in a step; once there are some, room for as many as there will be.
    const most = row + (limit - at) / least + 1;
    const likely = at === start ? 0 : ((end - start) / (at - start)) * row * 1.05;
    sinks.ensure(Math.ceil(most), Math.ceil(likely));
    row = reader.exports.records(
      address,
      all.length,
      base + at,
      base + limit,
      base + bytes.length,
      row,
      separator,
      reader.constants,
    );
    at = reader.at - base;
  }
  return row;
}

const quoteError = (path: string): Error =>
  Object.assign(fileError(`${path} has quotes, but its beginning has none`), { hasQuotes: true });

function nullLengths({ nulls }: Dialect) {
  const longest = (texts: readonly string[]): number =>
    Math.max(0, ...texts.map((text) => Buffer.byteLength(text)));
  return { number: longest(nulls.filter((text) => kindOf(text) !== "text")), text: longest(nulls) };
}

/** The bytes of a piece's records, and where in them these begin and end. */
function readRecords(
  { path, from, to, isFirst, states, dialect }: CSVPiece,
  scratch: Scratch,
): { readonly bytes: Buffer; readonly start: number; readonly end: number } {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const base = Math.max(0, from - 1);
    for (let beyond = BEYOND; ; beyond *= 4) {
      const until = Math.min(size, to + beyond);
      const isEnd = until === size;
      const bytes = readInto(file, base, until - base, isEnd, scratch);
      const first = from - base;
      const start = isFirst ? first : recordStart(bytes, first, states[0], dialect.separator);
      const end =
        to >= size ? bytes.length : recordStart(bytes, to - base, states[1], dialect.separator);
      if (start !== undefined && end !== undefined) return { bytes, start, end };
      if (isEnd) return { bytes, start: start ?? bytes.length, end: bytes.length };
      scratch.give(bytes.byteOffset);
    }
  } finally {
    closeSync(file);
  }
}

/** At the end of the file they end with a newline, whether it does or not. */
function readInto(
  file: number,
  position: number,
  length: number,
  isEnd: boolean,
  scratch: Scratch,
): Buffer {
  const bytes = Buffer.from(scratch.reader.words.buffer, scratch.take(length + 3), length + 3);
  let done = 0;
  while (done < length) {
    const now = readSync(file, bytes, done, length - done, position + done);
    if (now === 0) break;
    done += now;
  }
  if (isEnd && done > 0 && bytes[done - 1] !== NEWLINE) bytes[done++] = NEWLINE;
  // Where the compiled reader looks for either, it stops.
  bytes[done] = QUOTE;
  bytes[done + 1] = NEWLINE;
  return bytes.subarray(0, done);
}

/** What is wrong, and where; of a column whose type was inferred also what it must hold instead. */
function explain(bad: BadField, piece: CSVPiece, bytes: Buffer, start: number, end: number): Error {
  const { path, fields, from, kinds } = piece;
  const line = lineOf(path, Math.max(0, from - 1) + bad.at);
  if (bad.column === undefined) return fileError(`${path}, line ${line}: ${bad.message}`);
  const { name, type } = fields[bad.column] as Field;
  const text = JSON.stringify((bad.text ?? "").slice(0, 80));
  const error = fileError(
    `${path}, line ${line}, column '${name}': ${text} is not ${EXPECTED[type]}; give its type, as in { types: { ${JSON.stringify(name)}: "utf8" } }`,
  );
  if (!kinds.has(name)) return error;
  const found = kindsIn(piece, bytes, start, end);
  found.set(name, joinKinds(found.get(name) ?? "null", kindOf(bad.text ?? "")));
  return misfit(error, found);
}

/** What the records of a piece need, up to the first that is broken. */
function kindsIn(piece: CSVPiece, bytes: Buffer, start: number, end: number): Map<string, Kind> {
  const { dialect, fields } = piece;
  const reader = new FieldReader(bytes, [], dialect);
  const found = new Map(piece.kinds);
  try {
    eachRecord(reader, bytes, dialect.separator, start, end, (texts) => {
      texts.slice(0, fields.length).forEach((text, at) => {
        const { name } = fields[at] as Field;
        const known = found.get(name);
        if (text === undefined || known === undefined || known === "text") return;
        found.set(name, joinKinds(known, kindOf(text)));
      });
    });
  } catch (error) {
    if (!(error instanceof BadField)) throw error;
  }
  return found;
}

/** Calls for each record that is not an empty line. */
export function eachRecord(
  reader: FieldReader,
  bytes: Buffer,
  separator: number,
  start: number,
  end: number,
  call: (texts: readonly (string | undefined)[]) => void,
): void {
  let at = start;
  while (at < end) {
    const texts: (string | undefined)[] = [];
    for (;;) {
      const field = reader.next(at);
      texts.push(field.text);
      at = field.end + 1;
      if (bytes[field.end] === separator) continue;
      if (bytes[field.end] === 13) at++;
      break;
    }
    if (texts.length > 1 || texts[0] !== undefined) call(texts);
  }
}
