/**
 * Console output of compute threads. Node sends it through the event loop of the first thread, where it waits
 * while that thread is busy; here lines go straight to the file descriptor, whole, with a prefix.
 */

import { Console } from "node:console";
import { writeSync } from "node:fs";
import { Writable } from "node:stream";
import { isatty } from "node:tty";

const STDOUT = 1;
const STDERR = 2;

/** Set where a block of lines stands below the cursor of the terminal, in this process and those it starts. */
const LIVE_VARIABLE = "BODKIN_LIVE_BLOCK";
/** Erases all below the cursor. */
const ERASE = "\u001b[J";

let eraseBlock: (() => void) | undefined;
let isPatched = false;

/**
 * Says how a block of lines that stands below the cursor is erased before anything else is written to the terminal;
 * undefined: there is none. On the first thread, and before others start.
 */
export function setLiveBlock(erase: (() => void) | undefined): void {
  eraseBlock = erase;
  if (isPatched) return;
  isPatched = true;
  process.env[LIVE_VARIABLE] = "1";
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.isTTY) continue;
    const write = stream.write;
    stream.write = ((...args: Parameters<typeof write>) => {
      eraseBlock?.();
      return write.apply(stream, args);
    }) as typeof write;
  }
}

/** Replaces `console` of this thread; `prefix` is asked for each write, and `onText` gets what was written. */
export function redirectConsole(prefix: () => string, onText: (text: string) => void): void {
  globalThis.console = new Console({
    stdout: lines(STDOUT, prefix, onText),
    stderr: lines(STDERR, prefix, onText),
  });
}

function lines(descriptor: number, prefix: () => string, onText: (text: string) => void): Writable {
  const begin = process.env[LIVE_VARIABLE] && isatty(descriptor) ? ERASE : "";
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      const text = String(chunk).replace(/\n$/, "");
      const mark = prefix();
      const marked = text
        .split("\n")
        .map((line) => mark + line)
        .join("\n");
      writeAll(descriptor, `${begin}${marked}\n`);
      onText(marked);
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
