/**
 * Console output of compute threads. Node sends it through the event loop of the first thread, where it waits
 * while that thread is busy; here lines go straight to the file descriptor, whole, with a prefix.
 */

import { Console } from "node:console";
import { writeSync } from "node:fs";
import { Writable } from "node:stream";

const STDOUT = 1;
const STDERR = 2;

/** Replaces `console` of this thread; `prefix` is asked for each write. */
export function redirectConsole(prefix: () => string): void {
  globalThis.console = new Console({
    stdout: lines(STDOUT, prefix),
    stderr: lines(STDERR, prefix),
  });
}

function lines(descriptor: number, prefix: () => string): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      const text = String(chunk).replace(/\n$/, "");
      const mark = prefix();
      writeAll(
        descriptor,
        `${text
          .split("\n")
          .map((line) => mark + line)
          .join("\n")}\n`,
      );
      done();
    },
  });
}

function writeAll(descriptor: number, text: string): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EAGAIN") continue; // a full pipe: its reader is slow
      return; // a closed pipe or terminal: nobody reads
    }
  }
}

/** Writes to standard error before it returns. */
export const writeError = (text: string): void => writeAll(STDERR, text);
