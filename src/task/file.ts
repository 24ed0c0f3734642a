/**
 * Values in files: written by the task that has them, read by the first one that needs them. A file begins with a
 * mark, the length of a description as JSON, and that; the elements of an array follow as they lie in memory, other
 * values in the format of the platform's structured clone. Nothing here deletes a file.
 */

import { randomUUID } from "node:crypto";
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { resolve } from "node:path";
import type { AnyFunction } from "../closure/codec.ts";
import { type ElementType, elementOf } from "../memory/dtype.ts";
import { pack, unpack } from "../platform/serialize.ts";
import { arrayParts, arrayWith, isArrayValue } from "../runtime/values.ts";
import { BodkinError, invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { type Chunk, ChunkHandle } from "./chunk.ts";
import { here } from "./data.ts";
import { submit } from "./submit.ts";
import type { Task } from "./task.ts";

/** A value in a file. As an argument of tasks it is the value; it is read once, when the first of them is spawned. */
export interface File<out T> extends Chunk<T> {
  /** Absolute. */
  readonly path: string;
}

export interface FileOptions<T> {
  /** Makes the value of what is in the file; by default files are those of `tofile`. */
  readonly deserialize?: ((bytes: Uint8Array) => T) | undefined;
}

export interface ToFileOptions<T> {
  /** What goes into the file, in place of the library's own format. */
  readonly serialize?: ((value: T) => Uint8Array) | undefined;
  /** For who reads it through the file that this gives. */
  readonly deserialize?: ((bytes: Uint8Array) => T) | undefined;
}

class FileHandle<T> extends ChunkHandle<T> implements File<T> {
  readonly path: string;

  constructor(path: string, deserialize: FileOptions<T>["deserialize"]) {
    const context = here();
    super(context, () => submit(readValue as AnyFunction, [path, deserialize], { name: "file" }));
    this.path = path;
  }

  override toString(): string {
    return `File(${this.path})`;
  }
}

/**
 * A value that is in a file. Nothing is read yet.
 * @throws BodkinError where there is no such file
 */
export function file<T = unknown>(path: string, options: FileOptions<T> = {}): File<T> {
  const own = checkPath(path, "file");
  checkNames(options, ["deserialize"], "file()");
  const { deserialize } = options;
  checkFunction("deserialize", deserialize);
  if (!statSync(own, { throwIfNoEntry: false })?.isFile()) {
    throw invalidArgument(`file: there is no file '${own}'`);
  }
  return new FileHandle<T>(own, deserialize);
}

/**
 * Writes a value, or what a task or chunk has, where that is; resolves when the file is complete. What was there of
 * that name stays until then. Arrays, typed arrays and plain data (also maps, sets, dates) can be written; other
 * values need `serialize`.
 * @throws TaskFailedError where the file cannot be written; what was there is still there
 */
export async function tofile<T>(
  value: T | Task<T> | Chunk<T>,
  path: string,
  options: ToFileOptions<T> = {},
): Promise<File<T>> {
  const own = checkPath(path, "tofile");
  checkNames(options, ["serialize", "deserialize"], "tofile()");
  const { serialize, deserialize } = options;
  checkFunction("serialize", serialize);
  checkFunction("deserialize", deserialize);
  if (typeof value === "object" && value !== null && "chunks" in value && "grid" in value) {
    throw invalidArgument(
      "tofile takes a value that is in one piece; writeNpy(path, array) and writeZarr(path, array) write a distributed array block by block",
    );
  }
  const task = submit(writeValue as AnyFunction, [value, own, serialize], { name: "tofile" });
  await task.fetch();
  return file<T>(own, { deserialize });
}

function checkPath(path: unknown, name: string): string {
  if (typeof path === "string" && path !== "") return resolve(path);
  throw invalidArgument(`${name} takes the path of a file, not ${String(path)}`);
}

function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") {
    throw invalidArgument(`${name} must be a function`);
  }
}

// --- In tasks ------------------------------------------------------------------------------------

const MARK: Uint8Array = new TextEncoder().encode("BODKIN1\n");
const HEADER_BYTES: number = MARK.length + 4;
/** Elements begin at a multiple. */
const ALIGNMENT = 64;

type Description =
  | { readonly kind: "array" | "typed"; readonly element: ElementType; readonly shape: number[] }
  | { readonly kind: "value" };

/** Run as a task: writes a value into a file. */
export function writeValue(
  value: unknown,
  path: string,
  serialize: ((value: unknown) => Uint8Array) | undefined,
): void {
  const parts = serialize ? [bytesFrom(serialize(value))] : encoded(value);
  const draft = `${path}.${randomUUID()}`;
  try {
    const descriptor = openSync(draft, "wx");
    try {
      for (const part of parts) {
        for (let done = 0; done < part.length; ) done += writeSync(descriptor, part, done);
      }
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw cannot("written", path, error);
  }
}

function bytesFrom(made: unknown): Uint8Array {
  if (made instanceof Uint8Array) return made;
  throw invalidArgument("serialize must give a Uint8Array");
}

function encoded(value: unknown): Uint8Array[] {
  const parts = isArrayValue(value) ? arrayParts(value) : undefined;
  if (!parts) {
    checkPlain(value, "the value", new Set());
    return [header({ kind: "value" }), pack(value)];
  }
  const { data, shape, element } = parts;
  const kind = ArrayBuffer.isView(value) ? "typed" : "array";
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [header({ kind, element, shape: [...shape] }), bytes];
}

function header(description: Description): Uint8Array {
  const text = JSON.stringify(description);
  const size = Math.ceil((HEADER_BYTES + text.length) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(size);
  bytes.set(MARK);
  new DataView(bytes.buffer).setUint32(MARK.length, size - HEADER_BYTES, true);
  bytes.set(new TextEncoder().encode(text.padEnd(size - HEADER_BYTES)), HEADER_BYTES);
  return bytes;
}

const PLAIN: readonly string[] = [
  "Date",
  "RegExp",
  "ArrayBuffer",
  "Error",
  "Boolean",
  "Number",
  "String",
  "BigInt",
];

/** The format keeps plain data; of what has a class of its own it would forget that. */
function checkPlain(value: unknown, name: string, seen: Set<object>): void {
  if (typeof value === "function" || typeof value === "symbol") throw notPlain(name, typeof value);
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value) || PLAIN.includes(tag)) return;
  if (value instanceof Map || value instanceof Set) {
    for (const each of value instanceof Map ? [...value].flat() : value) {
      checkPlain(each, `what is in ${name}`, seen);
    }
    return;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain =
    Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) throw notPlain(name, `a ${(value.constructor as AnyFunction | undefined)?.name}`);
  for (const [key, each] of Object.entries(value)) checkPlain(each, `'${key}' of ${name}`, seen);
}

const notPlain = (name: string, what: string): BodkinError =>
  invalidArgument(
    `tofile: ${name} is ${what}, which would not come back as it is; give serialize and deserialize`,
  );

/** Run as a task: reads a value from a file. */
export function readValue(
  path: string,
  deserialize: ((bytes: Uint8Array) => unknown) | undefined,
): unknown {
  let bytes: Uint8Array;
  try {
    const { buffer, byteOffset, length } = readFileSync(path);
    bytes = new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    throw cannot("read", path, error);
  }
  if (deserialize) return deserialize(bytes);
  if (bytes.length < HEADER_BYTES || MARK.some((byte, i) => bytes[i] !== byte)) {
    throw new BodkinError(
      "FILE",
      `'${path}' was not written by tofile; say what it is, as in file(path, { deserialize: (bytes) => … }), or use readRaw, readNpy or readZarr for arrays`,
    );
  }
  try {
    return decoded(bytes);
  } catch (error) {
    throw cannot("read", path, error);
  }
}

function decoded(bytes: Uint8Array): unknown {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MARK.length, true);
  const text = new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + size));
  const description = JSON.parse(text) as Description;
  const body = bytes.slice(HEADER_BYTES + size);
  if (description.kind === "value") return unpack(body);
  const { kind, element, shape } = description;
  const { array: Elements, size: elementSize } = elementOf(element);
  const bytesNeeded = shape.reduce((all, length) => all * length, elementSize);
  if (kind === "array" && bytesNeeded !== body.length) {
    throw new Error(`it has ${body.length} bytes of elements where there should be ${bytesNeeded}`);
  }
  const data = new Elements(body.buffer, 0, body.length / Elements.BYTES_PER_ELEMENT);
  return kind === "typed" ? data : arrayWith(data, shape, element);
}

function cannot(what: string, path: string, error: unknown): BodkinError {
  const why = error instanceof Error ? error.message : String(error);
  return new BodkinError("FILE", `the file '${path}' cannot be ${what}: ${why}`, { cause: error });
}
