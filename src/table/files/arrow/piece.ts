/** Some record batches of an Arrow file as a partition: what the task of a piece runs, on whichever worker. */

import { closeSync, openSync, readSync } from "node:fs";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { fileError } from "../../../wire/errors.ts";
import type { Schema } from "../../columns/field.ts";
import { packArrow } from "../../columns/from-arrow.ts";
import type { Packed } from "../../columns/packing.ts";
import { arrowLibrary } from "../../libraries.ts";
import type { Want } from "../../source.ts";
import { STREAM_END } from "./messages.ts";

/** Which messages a task reads. Plain data. */
export interface ArrowPiece {
  readonly path: string;
  /** Of the schema. */
  readonly message: Uint8Array;
  /** Dictionaries and batches, in their order. */
  readonly spans: readonly (readonly [at: number, length: number])[];
  readonly fields: Schema;
}

/** The library, with what it needs to read compressed batches. */
function arrowWithCodecs() {
  const library = arrowLibrary();
  library.compressionRegistry.set(library.CompressionType.ZSTD, {
    encode: (bytes: Uint8Array) => zstdCompressSync(bytes),
    decode: (bytes: Uint8Array) => zstdDecompressSync(bytes),
  });
  return library;
}

/** Reads the wanted columns of a piece. @throws BodkinError where the file is damaged */
export function readArrowPiece({ path, message, spans, fields }: ArrowPiece, want: Want): Packed {
  const wanted = fields.filter(({ name }) => want.columns?.includes(name) ?? true);
  const stream = Buffer.concat([message, ...spansOf(path, spans), STREAM_END]);
  try {
    return packArrow(arrowWithCodecs().tableFromIPC(stream).batches, wanted);
  } catch (error) {
    throw fileError(`${path} cannot be read: ${String(error)}`, error);
  }
}

function spansOf(path: string, spans: ArrowPiece["spans"]): Buffer[] {
  const file = openSync(path, "r");
  try {
    return spans.map(([at, length]) => {
      const bytes = Buffer.allocUnsafeSlow(length);
      if (readSync(file, bytes, 0, length, at) < length) {
        throw fileError(`${path} is damaged: it ends before byte ${at + length}`);
      }
      return bytes;
    });
  } finally {
    closeSync(file);
  }
}
