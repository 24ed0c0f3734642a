/**
 * Where in the program a task was spawned, for errors. Taking a stack costs more than a task, so that only the
 * first spawn of each function is looked at, or every one with `BODKIN_SITES=1`. Operations of many tasks look once
 * a call, since the functions of their tasks are the library's.
 */

import { fileURLToPath } from "node:url";
import type { AnyFunction } from "../closure/codec.ts";

/** The site, or how often none was found. */
const sites = new WeakMap<AnyFunction, string | number>();
/** Functions that the library spawns after an `await` of its own have none. */
const MOST_TRIES = 4;
const always = process.env["BODKIN_SITES"] === "1";
/** Folders of this package's modules: with source maps the build's frames name the source. */
const OWN_FOLDERS: readonly string[] = ["src", "dist"].map((name) =>
  fileURLToPath(new URL(`../../${name}/`, import.meta.url)),
);

export function spawnSite(fn: AnyFunction): string | undefined {
  const known = always ? 0 : (sites.get(fn) ?? 0);
  if (typeof known === "string") return known;
  if (known === MOST_TRIES) return undefined;
  const site = callerOf(new Error().stack);
  sites.set(fn, site ?? known + 1);
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
