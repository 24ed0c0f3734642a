/** The command as users call it, with scripts in a folder where the package is installed. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
export const MAIN: string = join(ROOT, "dist/cli/main.js");

/** A folder with files in it; gone when the test ends. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "bodkin-cli-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules", "bodkin"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface End {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call {
  readonly process: ChildProcess;
  readonly ended: Promise<End>;
  /** Resolves when standard output or error has a text. */
  printed(text: string): Promise<void>;
  /** What it has written to standard error until now. */
  stderr(): string;
}

export interface CallOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** On a terminal of 90 columns, whose output is all in `stdout`. */
  readonly terminal?: boolean;
}

export function call(words: readonly string[], options: CallOptions = {}): Call {
  const command = [process.execPath, MAIN, ...words];
  const quoted = command.map((word) => `'${word}'`).join(" ");
  const [program, ...args] = (
    options.terminal
      ? ["script", "-qec", `stty cols 90 rows 24; exec ${quoted}`, "/dev/null"]
      : command
  ) as [string, ...string[]];
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.end(options.input);
  let [stdout, stderr] = ["", ""];
  const watchers = new Set<() => void>();
  const hear = (): void => watchers.forEach((watcher) => void watcher());
  child.stdout?.on("data", (text) => {
    stdout += text;
    hear();
  });
  child.stderr?.on("data", (text) => {
    stderr += text;
    hear();
  });
  const ended = new Promise<End>((resolve) =>
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
      hear();
    }),
  );
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    process: child,
    ended,
    stderr: () => stderr,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          if (`${stdout}${stderr}`.includes(text)) resolve();
          else if (child.exitCode !== null)
            reject(new Error(`ended without '${text}': ${stdout}${stderr}`));
          else return;
          watchers.delete(watcher);
        };
        watchers.add(watcher);
        watcher();
      }),
  };
}
