/**
 * Footers of Parquet files: which row groups there are, where their columns lie and what statistics say of them. From
 * a footer and the bytes of some columns a small file is made that a reader takes for a whole one.
 */

import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { fileError } from "../../../wire/errors.ts";
import {
  I32,
  I64,
  readThrift,
  type ThriftList,
  type ThriftStruct,
  type ThriftValue,
  writeThrift,
} from "./thrift.ts";

export const MAGIC = "PAR1";
const TAIL = 8;

// Numbers of fields in the format's structures.
const SCHEMA = 2;
const CHILDREN = 5;
const NAME = 4;
const GROUPS = 4;
/** Of a footer: what writers add, such as a schema of Arrow; and the orders of columns, for statistics only. */
const ADDITIONS = [5, 7];
const ROWS = 3;
const COLUMNS = 1;
const GROUP_OFFSET = 5;
const CHUNK_OFFSET = 2;
const CHUNK_DATA = 3;
/** Of a column's chunk: where its page indexes lie, which no small file has. */
const INDEXES = [4, 5, 6, 7];
const ENCODINGS = 2;
const DICTIONARIES = [2, 8];
const PATH = 3;
const COMPRESSED_SIZE = 7;
const DATA_PAGE = 9;
const INDEX_PAGE = 10;
const DICTIONARY_PAGE = 11;
const STATISTICS = 12;
/** Of a column: where its bloom filter lies. */
const BLOOM = [14, 15];

export type Footer = ThriftStruct;

/** @throws BodkinError where the file is no Parquet file */
export async function readFooter(path: string): Promise<Footer> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const tail = Buffer.alloc(TAIL);
  if (size >= 12) await file.read(tail, 0, TAIL, size - TAIL);
  const length = tail.readUInt32LE(0);
  if (tail.toString("latin1", 4) !== MAGIC || length > size - 12) {
    throw fileError(`${path} is no Parquet file: it does not end as one does`);
  }
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, size - TAIL - length);
  try {
    return readThrift(bytes);
  } catch (error) {
    throw fileError(`${path} is damaged: its footer cannot be read`, error);
  }
}

export const groupsOf = (footer: Footer): ThriftStruct[] =>
  listIn(footer, GROUPS) as ThriftStruct[];

export const rowsOf = (group: ThriftStruct): number => (group.get(ROWS)?.value ?? 0) as number;

export const columnsOf = (group: ThriftStruct): ThriftStruct[] =>
  listIn(group, COLUMNS) as ThriftStruct[];

const listIn = (struct: ThriftStruct, id: number): ThriftValue[] =>
  (struct.get(id)?.value as ThriftList | undefined)?.items ?? [];

const dataOf = (chunk: ThriftStruct): ThriftStruct => chunk.get(CHUNK_DATA)?.value as ThriftStruct;

const decoder = new TextDecoder();

/** The name of the table's column to which the chunk belongs. */
export function nameOf(chunk: ThriftStruct): string {
  const path = dataOf(chunk).get(PATH) as { value: ThriftList };
  return decoder.decode(path.value.items[0] as Uint8Array);
}

/** Whether its distinct values are stored once, at least at first. */
export const hasDictionary = (chunk: ThriftStruct): boolean =>
  listIn(dataOf(chunk), ENCODINGS).some((each) => DICTIONARIES.includes(each as number));

/** Least and greatest value as they are encoded, where known. */
export function statisticsOf(
  chunk: ThriftStruct,
): { readonly least: Uint8Array; readonly greatest: Uint8Array } | undefined {
  const statistics = dataOf(chunk).get(STATISTICS)?.value as ThriftStruct | undefined;
  const greatest = statistics?.get(5)?.value as Uint8Array | undefined;
  const least = statistics?.get(6)?.value as Uint8Array | undefined;
  return least && greatest ? { least, greatest } : undefined;
}

/** The footer with some of the row groups only. */
export function withGroups(footer: Footer, groups: readonly ThriftStruct[]): Footer {
  const { type, value } = footer.get(GROUPS) as { type: number; value: ThriftList };
  return new Map(footer)
    .set(GROUPS, { type, value: { type: value.type, items: [...groups] } })
    .set(ROWS, { type: I64, value: groups.reduce((sum, group) => sum + rowsOf(group), 0) });
}

/** A file without row groups, which says what the columns are. */
export const schemaFile = (footer: Footer): Uint8Array =>
  fileOf(
    [],
    withSchema(withGroups(footer, []), () => true),
  );

/** The bytes of some columns, with a footer that knows no others. `isWanted`: by the name of the column. */
export function smallFile(
  path: string,
  footer: Footer,
  isWanted: (name: string) => boolean,
): Uint8Array {
  const bodies: Uint8Array[] = [];
  let at = MAGIC.length;
  const file = openSync(path, "r");
  try {
    const groups = groupsOf(footer).map((group) => {
      const columns = columnsOf(group).filter((chunk) => isWanted(nameOf(chunk)));
      const placed = columns.map((chunk) => {
        const [from, length] = spanOf(chunk);
        const body = Buffer.allocUnsafeSlow(length);
        if (readSync(file, body, 0, length, from) < length) {
          throw fileError(`${path} is damaged: column '${nameOf(chunk)}' lies beyond its end`);
        }
        bodies.push(body);
        at += length;
        return shifted(chunk, at - length - from);
      });
      return withColumns(group, placed);
    });
    return fileOf(bodies, withSchema(withGroups(footer, groups), isWanted));
  } finally {
    closeSync(file);
  }
}

/** The footer with the wanted columns in its schema: a list of all elements, each followed by its children. */
function withSchema(footer: Footer, isWanted: (name: string) => boolean): Footer {
  const { type, value } = footer.get(SCHEMA) as { type: number; value: ThriftList };
  const [root, ...elements] = value.items as [ThriftStruct, ...ThriftStruct[]];
  const kept: ThriftStruct[] = [];
  let children = 0;
  for (let at = 0; at < elements.length; ) {
    const end = endOfElement(elements, at);
    const name = elements[at]?.get(NAME)?.value as Uint8Array;
    if (isWanted(decoder.decode(name))) {
      kept.push(...elements.slice(at, end));
      children++;
    }
    at = end;
  }
  const own = new Map(root).set(CHILDREN, { type: I32, value: children });
  const made = new Map(footer);
  made.set(SCHEMA, { type, value: { type: value.type, items: [own, ...kept] } });
  for (const id of ADDITIONS) made.delete(id);
  return made;
}

/** Where the element after one and all below it is. */
function endOfElement(elements: readonly ThriftStruct[], at: number): number {
  let end = at + 1;
  const children = (elements[at]?.get(CHILDREN)?.value ?? 0) as number;
  for (let child = 0; child < children; child++) end = endOfElement(elements, end);
  return end;
}

/** Where a chunk's pages lie. */
function spanOf(chunk: ThriftStruct): readonly [from: number, length: number] {
  const data = dataOf(chunk);
  const page = data.get(DATA_PAGE)?.value as number;
  const dictionary = (data.get(DICTIONARY_PAGE)?.value ?? 0) as number;
  const length = data.get(COMPRESSED_SIZE)?.value as number;
  return [dictionary > 0 ? Math.min(dictionary, page) : page, length];
}

/** A row group whose pages lie `by` bytes further. */
export const shiftedGroup = (group: ThriftStruct, by: number): ThriftStruct =>
  withColumns(
    group,
    columnsOf(group).map((chunk) => shifted(chunk, by)),
  );

function withColumns(group: ThriftStruct, columns: ThriftStruct[]): ThriftStruct {
  const { type, value } = group.get(COLUMNS) as { type: number; value: ThriftList };
  const made = new Map(group).set(COLUMNS, { type, value: { type: value.type, items: columns } });
  made.delete(GROUP_OFFSET);
  made.delete(7); // its place among the groups
  return made;
}

function shifted(chunk: ThriftStruct, by: number): ThriftStruct {
  const data = new Map(dataOf(chunk));
  for (const id of [DATA_PAGE, INDEX_PAGE, DICTIONARY_PAGE]) {
    const field = data.get(id);
    if (field) data.set(id, { ...field, value: (field.value as number) + by });
  }
  for (const id of BLOOM) data.delete(id);
  const made = new Map(chunk);
  for (const id of INDEXES) made.delete(id);
  const { type } = chunk.get(CHUNK_DATA) as { type: number };
  made.set(CHUNK_DATA, { type, value: data });
  const offset = chunk.get(CHUNK_OFFSET);
  if (offset) made.set(CHUNK_OFFSET, { ...offset, value: 0 });
  return made;
}

/** What follows the pages of a file: the footer, its length and the mark of the format. */
export function endOf(footer: Footer): Uint8Array {
  const bytes = writeThrift(footer);
  const tail = Buffer.alloc(TAIL);
  tail.writeUInt32LE(bytes.length, 0);
  tail.write(MAGIC, 4, "latin1");
  return Buffer.concat([bytes, tail]);
}

const fileOf = (bodies: readonly Uint8Array[], footer: Footer): Uint8Array =>
  Buffer.concat([Buffer.from(MAGIC), ...bodies, endOf(footer)]);
