/** Rows as a record batch of Arrow, and the footer that says where batches are. Strings are written one by one. */

import type { Partition } from "../../columns/column.ts";
import type { Schema } from "../../columns/field.ts";
import { arrowSchema, batchOf } from "../../columns/to-arrow.ts";
import { arrowFooters, arrowLibrary } from "../../libraries.ts";
import { FILE_HEAD, FILE_MARK, STREAM_END, schemaMessage } from "./messages.ts";

export interface ArrowFormat {
  readonly kind: "arrow";
  /** A stream has no footer, and can be read while it is written. */
  readonly container: "file" | "stream";
}

/** Bytes of a batch's head and of its body. */
export type BatchSize = readonly [head: number, body: number];

export function arrowHead({ container }: ArrowFormat, schema: Schema): Uint8Array {
  const message = schemaMessage(arrowSchema(schema, "utf8"));
  if (container === "stream") return message;
  const mark = Buffer.alloc(FILE_HEAD);
  mark.write(FILE_MARK, "latin1");
  return Buffer.concat([mark, message]);
}

/** The message of a batch. */
export function arrowRows(partition: Partition, schema: Schema): Uint8Array {
  const own = arrowSchema(schema, "utf8");
  const writer = new (arrowLibrary().RecordBatchStreamWriter)();
  writer.write(batchOf(partition, own));
  const bytes = writer.finish().toUint8Array(true);
  return bytes.subarray(schemaMessage(own).length, -STREAM_END.length);
}

export function batchSize(message: Uint8Array): BatchSize {
  const head = 8 + new DataView(message.buffer, message.byteOffset).getInt32(4, true);
  return [head, message.length - head];
}

/** What follows the batches. */
export function arrowEnd(
  { container }: ArrowFormat,
  schema: Schema,
  start: number,
  sizes: readonly BatchSize[],
): Uint8Array {
  if (container === "stream") return STREAM_END;
  const { FileBlock, Footer } = arrowFooters();
  let at = start;
  const blocks = sizes.map(([head, body]) => {
    at += head + body;
    return new FileBlock(head, body, at - head - body);
  });
  const own = arrowSchema(schema, "utf8");
  const footer = Footer.encode(new Footer(own, arrowLibrary().MetadataVersion.V5, blocks, []));
  const tail = Buffer.alloc(4 + FILE_MARK.length);
  tail.writeInt32LE(footer.length, 0);
  tail.write(FILE_MARK, 4, "latin1");
  return Buffer.concat([STREAM_END, footer, tail]);
}
