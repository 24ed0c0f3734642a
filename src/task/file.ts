/** Values in files: written by the task that has them, read for the first one that needs them. None is ever deleted. */

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
import { BodkinError, invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { type Chunk, ChunkHandle } from "./chunk.ts";
import { here } from "./data.ts";
import { decoded, encoded, isEncoded } from "./file-format.ts";
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
  if (!isEncoded(bytes)) {
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

function cannot(what: string, path: string, error: unknown): BodkinError {
  const why = error instanceof Error ? error.message : String(error);
  return new BodkinError("FILE", `the file '${path}' cannot be ${what}: ${why}`, { cause: error });
}
