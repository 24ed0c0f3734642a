/** Programs of their own, for what only a whole process can show: its output, its exit, its end by a signal. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface Script {
  readonly process: ChildProcess;
  /** Resolves when the output has a text; rejects when the process ends before. */
  printed(text: string): Promise<void>;
  readonly ended: Promise<ScriptEnd>;
}

export interface ScriptEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const bodkin = new URL("../../src/index.ts", import.meta.url).href;

/** Runs a module that may use everything bodkin exports as `bodkin`, and `print(text)`. Ends with the test. */
export function script(
  body: string,
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly flags?: string[];
    /** What a shell does first, such as setting limits. */
    readonly shell?: string;
  } = {},
): Script {
  const folder = mkdtempSync(join(tmpdir(), "bodkin-script-"));
  const file = join(folder, "main.mjs");
  writeFileSync(
    file,
    `import { writeSync } from "node:fs";
import * as bodkin from ${JSON.stringify(bodkin)};
const { start, addWorkers, removeWorker, workers, spawn, spawnWith, scope } = bodkin;
const print = (text) => writeSync(1, text + "\\n");
${body}
`,
  );
  const command = [process.execPath, ...(options.flags ?? []), file];
  const inShell = ["sh", "-c", `${options.shell}; exec "$@"`, "sh", ...command];
  const [program, ...args] = (options.shell ? inShell : command) as [string, ...string[]];
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...options.env },
  });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const look = (): void => watchers.forEach((watcher) => void watcher());
  child.stdout.on("data", (text) => {
    stdout += text;
    look();
  });
  child.stderr.on("data", (text) => {
    stderr += text;
    look();
  });
  const ended = new Promise<ScriptEnd>((resolve) => {
    child.on("close", (code, signal) => {
      rmSync(folder, { recursive: true, force: true });
      resolve({ code, signal, stdout, stderr });
      look();
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    process: child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          if (`${stdout}${stderr}`.includes(text)) resolve();
          else if (child.exitCode !== null || child.signalCode !== null) {
            reject(new Error(`the script ended without printing '${text}':\n${stdout}\n${stderr}`));
          } else return;
          watchers.delete(watcher);
        };
        watchers.add(watcher);
        watcher();
      }),
  };
}
