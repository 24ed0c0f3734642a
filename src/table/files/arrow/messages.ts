/**
 * The messages of Arrow's files and streams: a schema, dictionaries, batches of rows. A stream is walked by the heads of
 * the messages, a file has a footer that says where they are; any of them after a schema are a stream.
 */

import { type FileHandle, open } from "node:fs/promises";
import type { Schema } from "apache-arrow";
import { fileError } from "../../../wire/errors.ts";
import { arrowFooters, arrowLibrary } from "../../libraries.ts";

/** Where a message lies: its head, and the body after it. */
export interface MessagePlace {
  readonly at: number;
  readonly head: number;
  readonly body: number;
  readonly kind: "dictionary" | "batch";
  /** Of a batch. */
  readonly rows: number;
  /** Of a dictionary: which one, and whether it adds to what was there. */
  readonly id: number;
  readonly isDelta: boolean;
}

export const FILE_MARK = "ARROW1";
/** Length of the mark and of its padding. */
export const FILE_HEAD = 8;
/** Ends a stream. */
export const STREAM_END: Uint8Array = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0);
const BEFORE_HEAD = 8;
/** The length of the footer, and the mark again. */
const FILE_TAIL = 10;

export interface ArrowContents {
  readonly schema: Schema;
  /** Dictionaries before the batches that use them. */
  readonly places: readonly MessagePlace[];
}

/** What is in a file. @throws BodkinError where it is no file of Arrow, or damaged */
export async function contentsOf(path: string): Promise<ArrowContents> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const mark = await bytesAt(file, 0, Math.min(FILE_HEAD, size));
  const isFile = mark.toString("latin1", 0, FILE_MARK.length) === FILE_MARK;
  return isFile ? await inFile(file, size, path) : await inStream(file, size, path);
}

/** The message of a schema, with which a stream begins. */
export function schemaMessage(schema: Schema): Uint8Array {
  const { Table, tableToIPC } = arrowLibrary();
  return tableToIPC(new Table(schema), "stream").subarray(0, -STREAM_END.length);
}

async function inFile(file: FileHandle, size: number, path: string): Promise<ArrowContents> {
  const tail = await bytesAt(file, size - FILE_TAIL, FILE_TAIL);
  const length = tail.readInt32LE(0);
  const isWhole = tail.toString("latin1", 4) === FILE_MARK;
  if (!isWhole || length < 0 || length > size) {
    throw fileError(`${path} is damaged: it does not end as a file of Arrow does`);
  }
  const footer = arrowFooters().Footer.decode(
    await bytesAt(file, size - FILE_TAIL - length, length),
  );
  const places: MessagePlace[] = [];
  for (const { offset, metaDataLength } of [
    ...footer.dictionaryBatches(),
    ...footer.recordBatches(),
  ]) {
    const head = await bytesAt(file, offset, metaDataLength);
    const place = placeOf(head.subarray(headStart(head)), offset, metaDataLength);
    if (!place || place === "schema") throw damaged(path, places);
    places.push(place);
  }
  return { schema: footer.schema, places };
}

async function inStream(file: FileHandle, size: number, path: string): Promise<ArrowContents> {
  const places: MessagePlace[] = [];
  let schema: Schema | undefined;
  for (let at = 0; at + BEFORE_HEAD <= size; ) {
    const prefix = await bytesAt(file, at, BEFORE_HEAD);
    const start = headStart(prefix);
    const length = prefix.readInt32LE(start - 4);
    if (length === 0) break;
    if (length < 0 || at + start + length > size) throw damaged(path, schema && places);
    const head = await bytesAt(file, at, start + length);
    const place = placeOf(head.subarray(start), at, start + length);
    if (place === "schema") {
      schema = arrowLibrary()
        .RecordBatchReader.from(Buffer.concat([head, STREAM_END]))
        .open().schema;
      at += head.length;
      continue;
    }
    if (!place || !schema || at + place.head + place.body > size) {
      throw damaged(path, schema && places);
    }
    places.push(place);
    at += place.head + place.body;
  }
  if (!schema) throw damaged(path, undefined);
  return { schema, places };
}

/** Where the head begins after its length, before which old writers put nothing. */
const headStart = (prefix: Buffer): number => (prefix.readInt32LE(0) === -1 ? BEFORE_HEAD : 4);

function damaged(path: string, places: readonly MessagePlace[] | undefined): Error {
  if (!places) return fileError(`${path} is no file of Arrow's IPC format`);
  const batches = places.filter(({ kind }) => kind === "batch").length;
  return fileError(`${path} is damaged: what follows its first ${batches} batches is not whole`);
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, position);
  return bytes;
}

/** What a head says; undefined where it is none. */
function placeOf(bytes: Uint8Array, at: number, head: number): MessagePlace | "schema" | undefined {
  try {
    const message = arrowLibrary().Message.decode(bytes);
    const common = { at, head, body: message.bodyLength, rows: 0, id: 0, isDelta: false };
    if (message.isSchema()) return "schema";
    if (message.isRecordBatch()) return { ...common, kind: "batch", rows: message.header().length };
    if (!message.isDictionaryBatch()) return undefined;
    const { id, isDelta } = message.header();
    return { ...common, kind: "dictionary", id, isDelta };
  } catch {
    return undefined;
  }
}
