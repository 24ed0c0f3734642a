/** What the beginning of a CSV file says of its columns: their names, what they hold, and whether there are quotes. */

import { fileError } from "../../../wire/errors.ts";
import { NEWLINE, QUOTE, RETURN } from "../../compiled/bytes.ts";
import { joinKinds, type Kind, kindOf } from "../text/kinds.ts";
import { nearlyDistinct } from "../text/types.ts";
import { BadField, type Dialect, FieldReader } from "./field-reader.ts";
import { eachRecord } from "./piece.ts";

export interface Sample {
  readonly names: readonly string[];
  readonly kinds: readonly Kind[];
  readonly distinct: readonly boolean[];
  /** Where the first record after the header begins. */
  readonly start: number;
  readonly hasQuotes: boolean;
}

/** `header`: whether the first record has the names, or the names. */
export function sampleOf(
  path: string,
  bytes: Buffer,
  isWhole: boolean,
  dialect: Dialect,
  header: boolean | readonly string[],
): Sample {
  checkEncoding(path, bytes);
  const begin = bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf ? 3 : 0;
  const end = isWhole ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1;
  const ended =
    isWhole && end > begin && bytes[end - 1] !== NEWLINE
      ? Buffer.concat([bytes, Buffer.from("\n")])
      : bytes.subarray(0, end);
  const first = firstRecord(path, ended, begin, dialect);
  const names =
    header === true
      ? uniqueNames(first.texts)
      : header === false
        ? first.texts.map((_, at) => `column_${at + 1}`)
        : header;
  const start = header === true ? first.end : begin;
  const kinds = names.map((): Kind => "null");
  const texts = names.map(() => ({ count: 0, distinct: new Set<string>() }));
  const reader = new FieldReader(ended, [], dialect);
  try {
    eachRecord(reader, ended, dialect.separator, start, ended.length, (record) => {
      record.slice(0, names.length).forEach((text, at) => {
        if (text === undefined) return;
        const known = kinds[at] as Kind;
        if (known !== "text") kinds[at] = joinKinds(known, kindOf(text));
        const seen = texts[at] as (typeof texts)[number];
        seen.count++;
        seen.distinct.add(text);
      });
    });
  } catch (error) {
    if (!(error instanceof BadField)) throw error; // The task that reads the record says what is wrong.
  }
  return {
    names,
    kinds,
    start,
    distinct: texts.map(({ count, distinct }) => nearlyDistinct(count, distinct.size)),
    hasQuotes: bytes.includes(QUOTE),
  };
}

/** @throws BodkinError where the bytes are no text of UTF-8 in lines */
function checkEncoding(path: string, bytes: Buffer): void {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff) {
    throw fileError(`${path} is UTF-16, and only UTF-8 is read: convert it before`);
  }
  const isPlain = !bytes.includes(NEWLINE) && !bytes.includes(QUOTE);
  const end = bytes.indexOf(RETURN);
  if (isPlain && end >= 0 && end < bytes.length - 1) {
    throw fileError(
      `${path} has carriage returns and no newlines; its lines must end with "\\n" or "\\r\\n"`,
    );
  }
}

function firstRecord(path: string, bytes: Buffer, begin: number, dialect: Dialect) {
  const reader = new FieldReader(bytes, [], dialect);
  const texts: string[] = [];
  let at = begin;
  try {
    while (at < bytes.length) {
      const { text, end } = reader.next(at);
      texts.push(text ?? "");
      at = end + 1;
      if (bytes[end] === dialect.separator) continue;
      return { texts, end: bytes[end] === 13 ? at + 1 : at };
    }
  } catch (error) {
    if (error instanceof BadField) throw fileError(`${path}, line 1: ${error.message}`);
    throw error;
  }
  return { texts, end: at };
}

/** Names that differ: those that come again get `_2`, `_3`…, those that are empty are named by their place. */
function uniqueNames(texts: readonly string[]): string[] {
  const taken = new Set<string>();
  return texts.map((text, at) => {
    const base = text === "" ? `column_${at + 1}` : text;
    let name = base;
    for (let count = 2; taken.has(name); count++) name = `${base}_${count}`;
    taken.add(name);
    return name;
  });
}
