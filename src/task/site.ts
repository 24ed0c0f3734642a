/**
 * Where in the program a task was spawned, for errors. Taking a stack costs more than a task, so that only the
 * first spawn of each function is looked at, or every one with `BODKIN_SITES=1`. Operations of many tasks look once
 * a call, since the functions of their tasks are the library's.
 */

import { fileURLToPath } from "node:url";
import type { AnyFunction } from "../closure/codec.ts";

const sites = new WeakMap<AnyFunction, string>();
const always = process.env["BODKIN_SITES"] === "1";
/** Folders of this package's modules: with source maps the build's frames name the source. */
const OWN_FOLDERS: readonly string[] = ["src", "dist"].map((name) =>
  fileURLToPath(new URL(`../../${name}/`, import.meta.url)),
);

export function spawnSite(fn: AnyFunction): string | undefined {
  if (!always) {
    const known = sites.get(fn);
    if (known !== undefined) return known;
  }
  const site = callerOf(new Error().stack);
  if (site !== undefined) sites.set(fn, site);
  return site;
}

/** Where this call of the library was made. */
export const callSite = (): string | undefined => callerOf(new Error().stack);

/** The first line of a stack that is neither ours nor the engine's. */
function callerOf(stack: string | undefined): string | undefined {
  const isOwn = (line: string): boolean => OWN_FOLDERS.some((folder) => line.includes(folder));
  return stack
    ?.split("\n")
    .slice(1)
    .find((line) => !isOwn(line) && !line.includes("node:") && !line.includes("<anonymous>"))
    ?.trim();
}
