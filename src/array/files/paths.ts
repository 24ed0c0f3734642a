/** Files by their paths: opening, reading some bytes, and replacing a file only when the new one is complete. */

import { randomUUID } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "../../util/describe.ts";
import { BodkinError, fileError, invalidArgument } from "../../wire/errors.ts";

/** A path, absolute or from the working directory, or a file URL. */
export type FilePath = string | URL;

/** The absolute path, which is the same for all processes. */
export function pathOf(file: FilePath, caller: string): string {
  if (typeof file === "string" && file !== "") return resolve(file);
  if (file instanceof URL && file.protocol === "file:") return fileURLToPath(file);
  throw invalidArgument(`${caller} takes the path of a file, not ${describe(file)}`);
}

/** Runs what uses a file; errors of the system say what could not be done with which file. */
export async function withFileErrors<T>(
  what: string,
  path: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof BodkinError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw fileError(`${path} cannot be ${what}: ${REASONS[code ?? ""] ?? String(error)}`, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user may not do that",
  EPERM: "this user may not do that",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "its disk can only be read",
};

/** Fewer than asked where the file ends. */
export async function readBytes(
  path: string,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await using file = await open(path, "r");
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

/** The same for a task, whose thread has nothing else to do. */
export function readBytesSync(
  path: string,
  position: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const now = readSync(file, bytes, done, length - done, position + done);
      if (now === 0) break;
      done += now;
    }
    return bytes.subarray(0, done);
  } finally {
    closeSync(file);
  }
}

/** A new file of this size that begins with `head`. */
export async function createFile(path: string, head: Uint8Array, size: number): Promise<void> {
  await using file = await open(path, "wx");
  await file.truncate(size);
  if (head.length > 0) await file.write(head, 0, head.length, 0);
}

/**
 * Has a file or folder written under another name beside its path, to which it moves when it is complete; what was
 * there before stays until then, and stays if writing fails.
 */
export async function replacing<T>(path: string, write: (part: string) => Promise<T>): Promise<T> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    const result = await write(part);
    await rename(part, path);
    return result;
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}
