/**
 * The libraries of table formats, loaded when they are first needed: threads that have no tables to read or write need
 * not wait for them. They are the instances that an `import` gives, so that what users get is what they know.
 */

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

function library<T>(name: string): () => T {
  let found: T | undefined;
  return () => (found ??= require(fileURLToPath(import.meta.resolve(name))) as T);
}

export const arrowLibrary: () => typeof import("apache-arrow") = library("apache-arrow");

/** Of Arrow: the footers of its files. */
export const arrowFooters: () => typeof import("apache-arrow/ipc/metadata/file") = library(
  "apache-arrow/ipc/metadata/file",
);

export const parquetLibrary: () => typeof import("parquet-wasm") = library("parquet-wasm");
