/**
 * The file of one process for chunks that are not in memory. Only this user can open it, and it has no name from the
 * beginning: the system removes it with the last process that has it open, however that ends. The threads of the
 * process share its descriptor.
 */

import { randomUUID } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { BodkinError, invalidArgument } from "../../wire/errors.ts";

/** Structured-clonable. */
export interface SpillFileShare {
  readonly descriptor: number;
  /** Where it is, for messages. */
  readonly folder: string;
}

export interface SpillFile {
  readonly folder: string;
  /** Writes all of it. @throws what the system says */
  write(bytes: Uint8Array, position: number): void;
  /** Gives how many bytes there were. @throws what the system says */
  read(into: Uint8Array, position: number): number;
}

/** The folder that is meant: the one given, or that of the system for temporary files. @throws BodkinError */
export function spillFolder(given: string | undefined): string {
  const folder = resolve(given ?? tmpdir());
  const refuse = (why: string): BodkinError =>
    invalidArgument(
      `spillDir: '${folder}' ${why}; name a folder on a disk with room, or false to write nothing to disk`,
    );
  try {
    if (!statSync(folder).isDirectory()) throw refuse("is not a folder");
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof BodkinError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(code === "ENOENT" ? "does not exist" : `cannot be written (${code})`);
  }
  return folder;
}

export function openSpillFile(folder: string): SpillFileShare & { close(): void } {
  const own = mkdtempSync(join(folder, "bodkin-spill-"));
  const path = join(own, randomUUID());
  const descriptor = openSync(path, "wx+", 0o600);
  unlinkSync(path);
  rmdirSync(own);
  return { descriptor, folder, close: () => closeSync(descriptor) };
}

export function useSpillFile({ descriptor, folder }: SpillFileShare): SpillFile {
  return {
    folder,
    write: (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
      }
    },
    read: (into, position) => {
      let done = 0;
      while (done < into.length) {
        const count = readSync(descriptor, into, done, into.length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    },
  };
}
