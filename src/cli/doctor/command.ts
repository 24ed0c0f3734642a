/** `bodkin doctor`: what this computer has for the library, what is missing, and how to get it. */

import type { Command } from "../command.ts";
import type { Finding } from "./check.ts";
import { engine } from "./engine.ts";
import { libraries } from "./libraries.ts";

export const command: Command = {
  usage: "doctor",
  summary: "say what is here, what is missing, and how to get it",
  options: { json: { type: "boolean", help: "as JSON" } },
  async run({ values }) {
    const findings: Finding[] = [];
    for (const check of [...engine, ...libraries]) findings.push(await check());
    console.log(values["json"] ? JSON.stringify(findings, undefined, 2) : textOf(findings));
    // Drivers of devices may keep a process alive.
    process.exit(findings.some(({ state }) => state === "broken") ? 1 : 0);
  },
};

const MARKS: Readonly<Record<Finding["state"], string>> = { ok: "✓", missing: "–", broken: "✗" };

function textOf(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  return findings
    .flatMap(({ name, state, detail, remedy }) => [
      `${MARKS[state]} ${name.padEnd(width)}  ${detail}`,
      ...(remedy ? [`  ${" ".repeat(width)}  → ${remedy}`] : []),
    ])
    .join("\n");
}
