/**
 * Every TypeScript block of the README and of the site is run as a script of its own; what it prints must be what its
 * comments say it prints: `console.log(x); // => text`.
 */

import { execFile } from "node:child_process";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".cache/examples/", ROOT);
mkdirSync(FOLDER, { recursive: true });
const run = promisify(execFile);

const pages = ["README.md", ...globSync("docs/**/*.md", { cwd: fileURLToPath(ROOT) })].filter(
  (page) => !/node_modules|^docs\/api/.test(page),
);

/** Blocks that a launcher must start say so, and have tests of their own. */
const blocksOf = (page: string): string[] =>
  [...readFileSync(new URL(page, ROOT), "utf8").matchAll(/```ts\n(.*?)```/gs)].map(
    ([, code]) => code as string,
  );

describe.each(
  pages.map((page) => [page, blocksOf(page)] as const).filter(([, { length }]) => length > 0),
)("%s", (page, blocks) => {
  it.each(blocks.map((code, at) => [at + 1, code] as const))(
    "example %i prints what it says",
    async (at, code) => {
      const file = fileURLToPath(new URL(`${page.replaceAll(/\W+/g, "-")}-${at}.ts`, FOLDER));
      writeFileSync(file, code);
      const expected = [...code.matchAll(/\/\/ => (.*)/g)].map(([, line]) => line);
      const { stdout } = await run(process.execPath, [file]);
      expect(stdout.trimEnd().split("\n").filter(Boolean)).toEqual(expected);
    },
  );
});

it("has examples, on many pages", () => {
  expect(pages.flatMap(blocksOf).length).toBeGreaterThan(60);
});
