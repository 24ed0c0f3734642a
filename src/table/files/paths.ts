/** Which files are meant: paths, file URLs, lists of them, and patterns such as `data/*.parquet`. */

import { glob } from "node:fs/promises";
import { resolve } from "node:path";
import { type FilePath, pathOf } from "../../array/files/paths.ts";
import { fileError, invalidArgument } from "../../wire/errors.ts";

/** A path or pattern, or several. */
export type Files = FilePath | readonly FilePath[];

const PATTERN = /[*?[\]{}]/;

/** The absolute paths, those of each pattern in order of their names. @throws BodkinError where there is none */
export async function pathsOf(files: Files, caller: string): Promise<string[]> {
  const paths: string[] = [];
  for (const file of Array.isArray(files) ? (files as readonly FilePath[]) : [files as FilePath]) {
    if (typeof file === "string" && PATTERN.test(file)) paths.push(...(await matches(file)));
    else paths.push(pathOf(file, caller));
  }
  if (paths.length === 0) throw invalidArgument(`${caller} was given no files`);
  return paths;
}

async function matches(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(pattern)) found.push(resolve(path));
  if (found.length === 0) throw fileError(`no file matches ${resolve(pattern)}`);
  return found.sort();
}

/** Checks files before anything else is done. */
export function checkFiles(files: Files, caller: string): void {
  const list = Array.isArray(files) ? (files as readonly FilePath[]) : [files as FilePath];
  if (list.length === 0) throw invalidArgument(`${caller} was given no files`);
  for (const file of list) pathOf(file, caller);
}

/** The files as they were given, for `explain()`. */
export const filesText = (files: Files): string =>
  Array.isArray(files)
    ? files.length > 3
      ? `${files.slice(0, 3).join(", ")}, … (${files.length})`
      : files.join(", ")
    : String(files);
