/** What of the library a program loads, and when. */

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const source = (path: string): string =>
  JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);

/** Notes each module that a thread loads. */
const NOTING = `
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { threadId } from "node:worker_threads";
registerHooks({
  load(url, context, next) {
    appendFileSync(process.env.NOTES, (threadId === 0 ? "main " : "thread ") + url + "\\n");
    return next(url, context);
  },
});
`;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bodkin-loading-"));
  await writeFile(join(folder, "noting.mjs"), NOTING);
});
afterAll(() => rm(folder, { recursive: true }));

/** What a program prints, and which modules of tables its threads loaded. */
async function run(name: string, program: string): Promise<{ printed: string; tables: string[] }> {
  const notes = join(folder, `${name}.notes`);
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, program);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", pathToFileURL(join(folder, "noting.mjs")).href, file],
    {
      env: { ...process.env, NOTES: notes },
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
    },
  );
  const loaded = (await readFile(notes, "utf8")).split("\n");
  return {
    printed: stdout.trim(),
    tables: loaded.filter((line) => /src\/table\/|apache-arrow|parquet-wasm/.test(line)),
  };
}

test("a program without tables loads none, in no thread", async () => {
  const { printed, tables } = await run(
    "tasks",
    `import { distribute, spawn, start, Blocks } from ${source("index.ts")};
     await start({ threads: 2 });
     const one = await spawn((x) => x + 1, 41).fetch();
     console.log(one, await distribute(new Float64Array(8).fill(2), Blocks(3)).sum());`,
  );
  expect(printed).toBe("42 16");
  expect(tables).toEqual([]);
});

test("threads of a process that joined before tables were loaded run their tasks", async () => {
  const { printed, tables } = await run(
    "tables",
    `import { addWorkers, myid, spawn, start } from ${source("index.ts")};
     await start({ threads: 1 });
     await addWorkers(1, { threads: 1 });
     const first = await spawn(() => myid()).fetch();
     const { dtable } = await import(${source("table/index.ts")});
     const table = dtable({ a: Int32Array.from({ length: 50 }, (_, i) => i) }, 20);
     const rows = await table.filter((row) => row.a >= 45).mutate({ by: () => myid() }).toRows();
     console.log(first, JSON.stringify(rows.map(({ a, by }) => [a, by])));`,
  );
  expect(printed).toBe("2 [[45,2],[46,2],[47,2],[48,2],[49,2]]");
  expect(tables.some((line) => line.startsWith("thread "))).toBe(true);
});
