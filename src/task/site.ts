/**
 * Where in the program a task was spawned, for errors. Taking a stack costs more than a task, so that only the
 * first spawn of each function is looked at, or every one with `BODKIN_SITES=1`.
 */

import type { AnyFunction } from "../closure/codec.ts";

const sites = new WeakMap<AnyFunction, string>();
const always = process.env["BODKIN_SITES"] === "1";
/** Folder of this package's modules, source or build. */
const OWN_FOLDER: string = new URL("..", import.meta.url).href;

export function spawnSite(fn: AnyFunction): string | undefined {
  if (!always) {
    const known = sites.get(fn);
    if (known !== undefined) return known;
  }
  const site = callerOf(new Error().stack);
  if (site !== undefined) sites.set(fn, site);
  return site;
}

/** The first line of a stack that is not ours. */
function callerOf(stack: string | undefined): string | undefined {
  const own = OWN_FOLDER.replace(/^file:\/\//, "");
  return stack
    ?.split("\n")
    .slice(1)
    .find((line) => !line.includes(own) && !line.includes("node:"))
    ?.trim();
}
