/**
 * How long a program waits for the result of its first task, from the start of the process and from its first line,
 * against a program that does nothing, one bare thread and a pool.
 */

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ratio, withSpread } from "./support/results.ts";
import type { Size, Topic } from "./support/topic.ts";

const run = promisify(execFile);

const PROGRAMS: Readonly<Record<string, string>> = {
  "nothing at all": "nothing.ts",
  Bodkin: "bodkin.ts",
  Piscina: "piscina.ts",
  "one thread, postMessage": "post-message.ts",
};

export function topic(size: Size): Topic {
  return {
    title: "The first task",
    repetitions: size === "full" ? 15 : 1,
    cases: Object.entries(PROGRAMS).map(([name, file]) => ({ name, measure: () => startOf(file) })),
    tables: (results) => [
      {
        caption: "**ms until the first result**",
        head: [
          "program",
          "from its first line",
          "to Bodkin's",
          "from process start",
          "till process end",
        ],
        rows: Object.keys(PROGRAMS).map((name) => [
          name,
          withSpread(results.spread(name, "fromBegin")),
          ratio(results.median(name, "fromBegin"), results.median("Bodkin", "fromBegin")),
          withSpread(results.spread(name, "fromStart")),
          withSpread(results.spread(name, "tillEnd")),
        ]),
      },
    ],
  };
}

async function startOf(file: string): Promise<Record<string, number>> {
  const path = fileURLToPath(new URL(`first-task/${file}`, import.meta.url));
  const now = (): number => performance.timeOrigin + performance.now();
  const started = now();
  const { stdout } = await run(process.execPath, [...process.execArgv, path]);
  const ended = now();
  const { began, done } = JSON.parse(stdout) as { began: number; done: number };
  return { fromBegin: done - began, fromStart: done - started, tillEnd: ended - started };
}
