/** Further processes of this program, and the private folder for what they share. */

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface ChildHandle {
  readonly pid: number | undefined;
  /** Resolves when the process has ended, with a description of how. */
  readonly ended: Promise<string>;
  kill(): void;
}

/**
 * Starts a process that runs a module. `setup` reaches it on its standard input, so that nothing of it shows
 * in the list of processes. Its output goes where ours goes; it does not keep this process alive.
 */
export function startProcess(entry: URL, setup: unknown): ChildHandle {
  const child = spawn(process.execPath, [...ownFlags(), fileURLToPath(entry)], {
    stdio: ["pipe", "inherit", "inherit"],
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) =>
      resolve(signal ? `ended with signal ${signal}` : `ended with exit code ${code}`),
    );
  });
  child.stdin.on("error", () => {}); // it ended before it read
  child.stdin.end(JSON.stringify(setup));
  child.unref();
  return { pid: child.pid, ended, kill: () => child.kill("SIGKILL") };
}

/** Flags for the engine and its loaders, without those that belong to this process alone. */
function ownFlags(): string[] {
  return process.execArgv.filter(
    (flag) => !/^--(inspect|debug|eval|print|input-type|watch|test)/.test(flag),
  );
}

/** What `startProcess` passed to this process; undefined where its starter ended before. */
export async function readSetup(): Promise<unknown> {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A folder that only this user can read; gone when the process ends. */
export function privateFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(shortTemporaryFolder(), "bodkin-"));
  const remove = (): void => {
    process.off("exit", remove);
    removeFolder(path);
  };
  process.on("exit", remove);
  return { path, remove };
}

/** Removes a folder with what is in it, if it is there. */
export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Socket paths may have some 100 characters in all. */
function shortTemporaryFolder(): string {
  const folder = tmpdir();
  return folder.length > 60 ? "/tmp" : folder;
}
