/** Where in a text file something is, for errors. */

import { closeSync, openSync, readSync } from "node:fs";
import { NEWLINE } from "../../compiled/bytes.ts";

/** The line in which a byte lies; the file is read up to there. Counted from 1. */
export function lineOf(path: string, position: number): number {
  const file = openSync(path, "r");
  const block = Buffer.allocUnsafe(1 << 20);
  let line = 1;
  try {
    for (let at = 0; at < position; ) {
      const read = readSync(file, block, 0, Math.min(block.length, position - at), at);
      if (read === 0) break;
      for (let i = 0; i < read; i++) if (block[i] === NEWLINE) line++;
      at += read;
    }
  } finally {
    closeSync(file);
  }
  return line;
}
