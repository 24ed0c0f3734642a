/**
 * Any JavaScript value as bytes, functions above all, and back in another thread or process.
 *
 * A value that arrives equals the one that was sent, with its class, with its own enumerable properties, and
 * with every object in it as often the same as it was. Variables that a function has captured are copied at
 * the moment it is sent. What cannot be sent so is refused, see `refusal.ts`.
 *
 * The first byte says how the rest is written: plain data goes through the engine's serialiser as it is, all
 * else as a graph (`nodes.ts`); and whether anything in it may run on after a call has returned.
 */

import { Deserializer, Serializer } from "node:v8";
import { describe } from "../util/describe.ts";
import { BodkinError, internalError } from "../wire/errors.ts";
import { type Captures, withCaptures } from "./captures.ts";
import { readGraph } from "./graph-reader.ts";
import { type WrittenGraph, writeFunction, writeValue } from "./graph-writer.ts";
import type { AnyFunction, CodecHost } from "./host.ts";
import { Pending } from "./pending.ts";
import { isPlain } from "./plain.ts";
import { refusal, startPath } from "./refusal.ts";
import { isFixed } from "./stability.ts";

export { withCaptures } from "./captures.ts";
export type { AnyFunction, CodecHost } from "./host.ts";

/** A function ready to be sent. */
export interface Shipment {
  readonly bytes: Uint8Array;
  /**
   * The same function object will always give the same bytes. Proving it may take reading a script, so of a
   * function that captures anything it is asked when the function is sent a second time.
   */
  readonly stable: boolean;
  /** Something of it may run after the call has returned. False only where that is certain. */
  readonly continues: boolean;
}

export interface ArrivedFunction {
  readonly fn: AnyFunction;
  /** As in `Shipment`. */
  readonly continues: boolean;
}

export interface FunctionOptions {
  /** Values of captured variables; they win over those that are read. */
  readonly captures?: Captures;
}

const GRAPH = 1;
const CONTINUES = 2;

export class Codec {
  readonly #host: CodecHost;
  readonly #sent = new WeakSet<AnyFunction>();

  constructor(host: CodecHost) {
    this.#host = host;
  }

  /** @throws BodkinError `UNSHIPPABLE` */
  encode(value: unknown): Uint8Array {
    if (isPlain(value)) {
      try {
        return pack(0, value);
      } catch {
        // Too deep, or a buffer that is gone: the other way, which tells.
      }
    }
    return packGraph(writeValue(value, this.#host));
  }

  /** @throws Pending while a module must be loaded first: wait for its promise and decode again */
  decode(bytes: Uint8Array): unknown {
    return open(bytes, (isGraph, data) =>
      isGraph ? readGraph(data, bytes.length, this.#host) : data,
    );
  }

  /** @throws BodkinError `UNSHIPPABLE` */
  encodeFunction(fn: AnyFunction, options: FunctionOptions = {}): Shipment {
    if (typeof fn !== "function") throw noFunction(fn);
    const given = options.captures ? withCaptures(fn, options.captures) : fn;
    const written = writeFunction(given, this.#host);
    const stable = written.isSelfContained || (this.#sent.has(fn) && isFixed(given, this.#host));
    this.#sent.add(fn);
    return { bytes: packGraph(written), stable, continues: written.mayContinue };
  }

  /** @throws Pending as `decode` */
  decodeFunction(bytes: Uint8Array): ArrivedFunction {
    const fn = this.decode(bytes);
    if (typeof fn !== "function") throw internalError("a value arrived in the place of a function");
    return { fn: fn as AnyFunction, continues: mayContinue(bytes) };
  }
}

/** Whether something in an encoded value may run after a call that was given it has returned. */
export const mayContinue = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & CONTINUES) !== 0;

function packGraph({ data, mayContinue }: WrittenGraph): Uint8Array {
  return pack(GRAPH | (mayContinue ? CONTINUES : 0), data);
}

const HEADS = [0, 1, 2, 3].map((head) => Buffer.of(head));

function pack(head: number, value: unknown): Uint8Array {
  const serializer = new Serializer();
  serializer.writeRawBytes(HEADS[head] as Buffer);
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

function open<T>(bytes: Uint8Array, read: (isGraph: boolean, data: unknown) => T): T {
  try {
    const head = bytes[0];
    if (head === undefined || head > (GRAPH | CONTINUES))
      throw new RangeError("no known beginning");
    const deserializer = new Deserializer(bytes.subarray(1));
    deserializer.readHeader();
    return read((head & GRAPH) !== 0, deserializer.readValue());
  } catch (error) {
    if (error instanceof BodkinError || error instanceof Pending) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new BodkinError("INTERNAL", `internal: the bytes of a value cannot be read: ${why}`, {
      cause: error,
    });
  }
}

function noFunction(value: unknown): BodkinError {
  return refusal(
    startPath("task"),
    `a task is a function, and this is ${describe(value)}`,
    "Wrap it in a function: () => value.",
  );
}
