/**
 * Runs the cases of a topic: every repetition goes through all of them, so that what the machine does besides
 * falls on all alike, and each is measured in a fresh process.
 */

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Results } from "./results.ts";
import type { Metrics, Size, Topic } from "./topic.ts";

const CASE_PROCESS = fileURLToPath(new URL("case-process.ts", import.meta.url));
const LIMIT_MS = 300_000;

export interface Outcome {
  readonly results: Results;
  /** Cases that this machine cannot run, and why. */
  readonly missing: readonly string[];
}

export async function runTopic(name: string, topic: Topic, size: Size): Promise<Outcome> {
  const results = new Results();
  const lacking = topic.cases.map((one) => ({ one, lacks: one.lacks?.() }));
  const cases = lacking.filter(({ lacks }) => lacks === undefined).map(({ one }) => one);
  for (let repetition = 1; repetition <= topic.repetitions; repetition++) {
    for (const [k, one] of cases.entries()) {
      progress(`${name} ${repetition}/${topic.repetitions}, ${k + 1}/${cases.length}: ${one.name}`);
      results.add(one.name, await inProcess(name, size, one.name));
    }
  }
  progress("");
  const missing = lacking
    .filter(({ lacks }) => lacks !== undefined)
    .map(({ one, lacks }) => `${one.name}: not run, needs ${lacks}`);
  return { results, missing };
}

function inProcess(topic: string, size: Size, name: string): Promise<Metrics> {
  const { promise, resolve, reject } = Promise.withResolvers<Metrics>();
  const child = fork(CASE_PROCESS, [topic, size, name], { timeout: LIMIT_MS });
  child.once("message", (metrics) => resolve(metrics as Metrics));
  child.once("error", reject);
  child.once("exit", (code, signal) =>
    reject(
      new Error(
        `bench ${topic}, case '${name}' ended without a result (${signal ?? code}); see above`,
      ),
    ),
  );
  return promise;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${text}`);
}
