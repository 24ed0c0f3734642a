/**
 * Runs a script in this process as if Node had been started with it: as the main module, with its own arguments, and with
 * settings that the library takes from the environment. So it is the script's own copy of the library that runs.
 */

import { statSync } from "node:fs";
import Module from "node:module";
import { resolve } from "node:path";
import { UsageError } from "./command.ts";

export function runScript(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): void {
  Object.assign(process.env, environment);
  process.argv = [process.execPath, file, ...args];
  (Module as unknown as { runMain(): void }).runMain();
}

/** The one script that is named, as an absolute path. @throws UsageError where there is no such file */
export function scriptOf(positionals: readonly string[]): string {
  const [script, ...more] = positionals;
  if (script === undefined) throw new UsageError("name the script to run");
  if (more.length > 0) {
    throw new UsageError(`arguments of the script stand behind --: ${script} -- ${more.join(" ")}`);
  }
  const file = resolve(script);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`there is no file ${script}`);
  }
  return file;
}
