/**
 * What `BODKIN_TRACE=out.json` (or another ending of `files.ts`), `BODKIN_TRACE_STREAM=all.json`, `BODKIN_PROGRESS=1` and
 * `BODKIN_DASHBOARD=1` do without a change to the program: they record all of it, for a file when it ends, for one that
 * is written while it runs, for a block of text, and for a page.
 */

import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { writeError } from "../platform/output.ts";
import { type Dashboard, dashboard } from "./dashboard/server.ts";
import { fileText } from "./files.ts";
import { Progress } from "./progress.ts";
import { beginRecording, recorded, recordedHere } from "./recording.ts";
import { MOST_EVENTS, type TraceStore } from "./store.ts";

/** Of a recording that is only summed up. */
const FEW_EVENTS = 1024;

/** At load, in every thread of every process; what is written is of the process where tasks are started. */
export function recordFromEnvironment(): void {
  const {
    BODKIN_TRACE: path,
    BODKIN_TRACE_STREAM: to,
    BODKIN_PROGRESS: progress,
    BODKIN_DASHBOARD: port,
  } = process.env;
  if (!isMainThread || (!path && !to && !progress && !port)) return;
  const store = beginRecording({
    most: path || port ? MOST_EVENTS : FEW_EVENTS,
    to: to || undefined,
  });
  const shown = progress ? new Progress(process.stderr) : undefined;
  let opened: Promise<Dashboard | undefined> | undefined;
  store.onUsed = () => {
    shown?.start();
    if (port) opened ??= openDashboard(port);
  };
  let isOver = false;
  const end = (all: TraceStore | undefined): void => {
    if (isOver || !all?.wasUsed) return;
    isOver = true;
    shown?.end(all);
    if (path) write(path, all);
  };
  process.once("beforeExit", async () => {
    end(await recorded());
    await (await opened)?.close();
  });
  // The program calls process.exit(): what other processes wrote and did not send yet is missing.
  process.once("exit", () => end(recordedHere()));
}

/** The variable is a port, or says that any will do. */
async function openDashboard(asked: string): Promise<Dashboard | undefined> {
  try {
    const opened = await dashboard(asked === "1" ? {} : { port: Number(asked) });
    writeError(`bodkin: the dashboard is at ${opened.url}\n`);
    return opened;
  } catch (error) {
    writeError(`BODKIN_DASHBOARD: ${(error as Error).message}\n`);
    return undefined;
  }
}

function write(path: string, store: TraceStore): void {
  try {
    writeFileSync(path, fileText(path, store));
  } catch (error) {
    console.error(`BODKIN_TRACE: cannot write ${path}: ${(error as Error).message}`);
  }
}
