/**
 * Frames between processes: a small head (a message) and optional bulk (bytes of a chunk).
 *
 *     u32 length of head, u32 length of bulk, head, bulk
 *
 * The reader takes bytes as they come; bulk goes straight to where the head says, without being collected.
 */

import { internalError } from "./errors.ts";

export const FRAME_HEADER_BYTES = 8;
/** Larger bulk is cut into pieces, so that no frame holds up the others for long. */
export const MAX_BULK_BYTES: number = 8 * 2 ** 20;

export function frameHeader(head: number, bulk: number): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head, true);
  view.setUint32(4, bulk, true);
  return bytes;
}

/** What the head of a frame is given before any of it has come. */
const FIRST_BYTES: number = 2 ** 16;

export interface FrameSink {
  /** A head has come; where its bulk goes, if it has one. */
  onHead(head: Uint8Array, bulkLength: number): Uint8Array | null;
  /** The bulk of the last head is complete. */
  onBulk(): void;
}

/** Turns a stream of bytes into frames. Throws where one is over the limits: the stream is of no use then. */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #headLimit: () => number;
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #stage: "header" | "head" | "bulk" = "header";
  #target: Uint8Array | null = this.#header;
  #filled = 0;
  #need: number = FRAME_HEADER_BYTES;
  #bulkLength = 0;

  /** `headLimit` is asked for each frame: strangers may send less than friends. */
  constructor(sink: FrameSink, headLimit: () => number) {
    this.#sink = sink;
    this.#headLimit = headLimit;
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length || this.#need === 0) {
      const count = Math.min(this.#need - this.#filled, bytes.length - at);
      if (this.#stage === "head") this.#growTo(this.#filled + count);
      // Bulk that nobody wants any more is read and dropped.
      this.#target?.set(bytes.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled === this.#need) this.#next();
      else if (at >= bytes.length) return;
    }
  }

  #next(): void {
    if (this.#stage === "header") {
      const view = new DataView(this.#header.buffer);
      const head = view.getUint32(0, true);
      this.#bulkLength = view.getUint32(4, true);
      if (head > this.#headLimit() || this.#bulkLength > MAX_BULK_BYTES) {
        throw internalError("a frame is larger than the limits allow");
      }
      this.#enter("head", new Uint8Array(Math.min(head, FIRST_BYTES)), head);
    } else if (this.#stage === "head") {
      const target = this.#sink.onHead(this.#target as Uint8Array, this.#bulkLength);
      if (target !== null && target.length !== this.#bulkLength) {
        throw internalError(
          `${this.#bulkLength} bytes came where ${target.length} have their place`,
        );
      }
      if (this.#bulkLength === 0) this.#enter("header", this.#header, FRAME_HEADER_BYTES);
      else this.#enter("bulk", target, this.#bulkLength);
    } else {
      this.#sink.onBulk();
      this.#enter("header", this.#header, FRAME_HEADER_BYTES);
    }
  }

  /** Memory for a head comes as its bytes do: what is only announced takes none. */
  #growTo(filled: number): void {
    const target = this.#target as Uint8Array;
    if (filled <= target.length) return;
    const grown = new Uint8Array(Math.min(this.#need, Math.max(filled, 2 * target.length)));
    grown.set(target);
    this.#target = grown;
  }

  #enter(stage: "header" | "head" | "bulk", target: Uint8Array | null, need: number): void {
    this.#stage = stage;
    this.#target = target;
    this.#need = need;
    this.#filled = 0;
  }
}
