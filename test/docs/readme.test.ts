import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

/**
 * Every TypeScript block of the README is run as a script of its own; what it prints must be what its comments say
 * it prints: `console.log(x); // => text`.
 */

const ROOT = new URL("../../", import.meta.url);
const FOLDER = new URL(".cache/readme/", ROOT);
const run = promisify(execFile);

const text = readFileSync(new URL("README.md", ROOT), "utf8");
const blocks = [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string);

describe("the README", () => {
  it("has examples", () => {
    expect(blocks.length).toBeGreaterThan(5);
  });

  it.each(blocks.map((code, at) => [at + 1, code] as const))(
    "example %i prints what it says",
    async (at, code) => {
      mkdirSync(FOLDER, { recursive: true });
      const file = fileURLToPath(new URL(`example-${at}.ts`, FOLDER));
      writeFileSync(file, code);
      const expected = [...code.matchAll(/\/\/ => (.*)/g)].map(([, line]) => line);
      const { stdout } = await run(process.execPath, [file]);
      expect(stdout.trimEnd().split("\n")).toEqual(expected);
    },
  );
});
