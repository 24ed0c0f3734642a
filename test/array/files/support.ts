/** A folder for the files of a test, and what NumPy wrote. */

import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DType } from "bodkin";
import { afterAll, beforeAll } from "vitest";

interface Case {
  readonly name: string;
  /** In base 64. */
  readonly file: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** In row-major order; both parts of complex numbers. */
  readonly values: readonly (number | boolean)[];
}

interface Reference {
  readonly cases: readonly Case[];
  readonly archives: readonly { readonly name: string; readonly file: string }[];
  readonly arrays: Readonly<Record<string, Pick<Case, "shape" | "values">>>;
  readonly refused: readonly {
    readonly name: string;
    readonly file: string;
    readonly message: string;
  }[];
}

export const reference = JSON.parse(
  readFileSync(new URL("../../data/files/files.json", import.meta.url), "utf8"),
) as Reference;

/** For the tests of a suite: paths in it, and files made of base 64. */
export function testFolder(): {
  path(name: string): string;
  put(name: string, base64: string): Promise<string>;
} {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "bodkin-files-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    async put(name, base64) {
      await writeFile(path(name), Buffer.from(base64, "base64"));
      return path(name);
    },
  };
}
