/** Peers written in C: compiled once into the cache folder, for this processor. */

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const BENCH = new URL("../", import.meta.url);
const CACHE = new URL("../../.cache/bench/", import.meta.url);

/** The version of gcc, if there is one. */
export function compiler(): string | undefined {
  try {
    return execFileSync("gcc", ["--version"], { encoding: "utf8" }).split("\n")[0];
  } catch {
    return undefined;
  }
}

export const lacksCompiler = (): string | undefined =>
  compiler() === undefined ? "gcc (apt-get install gcc)" : undefined;

/** Output of a C program of the bench folder, compiled with macros, such as `real=float`. */
export async function runNative(
  source: string,
  args: readonly string[],
  macros: readonly string[] = [],
): Promise<string> {
  const from = fileURLToPath(new URL(source, BENCH));
  const name = [source.replaceAll("/", "-").replace(/\.c$/, ""), ...macros].join("-");
  const to = fileURLToPath(new URL(name, CACHE));
  if (!isNewer(to, from)) {
    mkdirSync(CACHE, { recursive: true });
    const defined = macros.map((macro) => `-D${macro}`);
    await run("gcc", ["-O3", "-march=native", "-fopenmp", ...defined, "-o", to, from, "-lm"]);
  }
  const { stdout } = await run(to, [...args]);
  return stdout;
}

const isNewer = (file: string, than: string): boolean =>
  (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > statSync(than).mtimeMs;
