/** `BODKIN_TRACE=out.json`: records the whole program, without a change to it, and writes the file when it ends. */

import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { chromeOf } from "./chrome.ts";
import { beginRecording, recorded, recordedHere } from "./recording.ts";
import type { TraceStore } from "./store.ts";

/** At load, in every thread of every process; the file is that of the process where tasks are started. */
export function recordFromEnvironment(): void {
  const path = process.env["BODKIN_TRACE"];
  if (!path || !isMainThread) return;
  beginRecording();
  let isOver = false;
  const write = (store: TraceStore | undefined): void => {
    if (isOver || !store?.wasUsed) return;
    isOver = true;
    try {
      writeFileSync(path, chromeOf(store));
    } catch (error) {
      console.error(`BODKIN_TRACE: cannot write ${path}: ${(error as Error).message}`);
    }
  };
  process.once("beforeExit", () => void recorded().then(write));
  // The program calls process.exit(): what other processes wrote and did not send yet is missing.
  process.once("exit", () => write(recordedHere()));
}
