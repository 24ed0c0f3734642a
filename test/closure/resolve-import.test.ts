import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it } from "vitest";
import { resolveImport, resolveRequire } from "../../src/closure/resolve-import.ts";

/** A project with packages of every layout. */
const FILES: Record<string, unknown> = {
  "package.json": {
    name: "own",
    exports: { ".": "./main.js", "./part": "./parts/one.js" },
    imports: {
      "#internal": "./internal.js",
      "#dep": { browser: "./no.js", node: "with-exports" },
      "#files/*.js": "./files/*.js",
    },
  },
  "main.js": "",
  "other.js": "",
  "internal.js": "",
  "parts/one.js": "",
  "files/a/b.js": "",
  "node_modules/with-exports/package.json": {
    exports: {
      ".": { import: "./esm.js", require: "./cjs.cjs" },
      "./deep/*": "./deep/*.js",
      "./deep/secret/*": null,
      "./either": ["./missing-kind.js", "./cjs.cjs"],
      "./nested": { node: { import: "./esm.js" }, default: "./cjs.cjs" },
      "./types": { types: "./types.d.ts", default: "./esm.js" },
    },
  },
  "node_modules/with-exports/esm.js": "",
  "node_modules/with-exports/cjs.cjs": "",
  "node_modules/with-exports/deep/x.js": "",
  "node_modules/with-main/package.json": { main: "lib/start" },
  "node_modules/with-main/lib/start.js": "",
  "node_modules/bare/package.json": {},
  "node_modules/bare/index.js": "",
  "node_modules/bare/sub/file.js": "",
  "node_modules/@scope/pack/package.json": { exports: "./only.js" },
  "node_modules/@scope/pack/only.js": "",
  "node_modules/sugar/package.json": { exports: { import: "./esm.js", default: "./cjs.js" } },
  "node_modules/sugar/esm.js": "",
};

const SPECIFIERS = (
  "node:fs fs fs/promises ./other.js ../own-neighbour.js ./other.js?query own own/part own/other " +
  "#internal #dep #files/a/b.js #missing with-exports with-exports/deep/x with-exports/deep/secret/x " +
  "with-exports/either with-exports/nested with-exports/types with-exports/unlisted with-main " +
  "with-main/lib/start.js bare bare/sub/file.js @scope/pack @scope/pack/more sugar missing @scope/missing"
).split(" ");

const place = fileURLToPath(new URL("../../.cache/resolve/", import.meta.url));
mkdirSync(place, { recursive: true });
const root = mkdtempSync(place);
for (const [file, content] of Object.entries(FILES)) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), typeof content === "string" ? content : JSON.stringify(content));
}
afterAll(() => rmSync(root, { recursive: true }));

/** What the engine itself finds, asked from a module in the project. */
async function found(): Promise<Record<string, string | undefined>> {
  const parent = pathToFileURL(join(root, "main.js")).href;
  const code = `
    import { parentPort, workerData } from "node:worker_threads";
    const found = {};
    for (const each of workerData.specifiers) {
      try { found[each] = import.meta.resolve(each); } catch {}
    }
    parentPort.postMessage(found);`;
  writeFileSync(fileURLToPath(parent), code);
  const worker = new Worker(new URL(parent), { workerData: { specifiers: SPECIFIERS } });
  const [answer] = (await once(worker, "message")) as [Record<string, string>];
  await worker.terminate();
  return answer;
}

describe("an import means the file that the engine's own loader finds", async () => {
  const parent = pathToFileURL(join(root, "main.js")).href;
  const expected = await found();

  it.each(SPECIFIERS)("%s", (specifier) => {
    expect(resolveImport(specifier, parent)).toBe(expected[specifier]);
  });

  it("so does a require", () => {
    const require = createRequire(parent);
    for (const each of ["./other.js", "with-exports", "with-main", "bare/sub/file", "sugar"]) {
      let file: string | undefined;
      try {
        file = pathToFileURL(require.resolve(each)).href;
      } catch {
        // Neither finds it.
      }
      expect(resolveRequire(each, parent)).toBe(file);
    }
    expect(resolveRequire("fs", parent)).toBe("node:fs");
  });
});
