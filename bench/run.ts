/**
 * Runs benchmarks and prints their tables: `npm run bench -- [TOPIC…] [--write] [--tiny]`. `--write` puts the
 * tables into `bench/README.md` too; `--tiny` only shows that everything runs.
 */

import { parseArgs } from "node:util";
import { machine } from "./support/machine.ts";
import { writeSection } from "./support/readme.ts";
import { runTopic } from "./support/runner.ts";
import { markdown } from "./support/table.ts";
import type { TopicModule } from "./support/topic.ts";

const TOPICS = [
  "overhead",
  "metg",
  "kernels",
  "elementwise",
  "sum",
  "matmul",
  "npb",
  "tables",
  "joins",
  "orders",
  "rows",
  "gpu",
  "trace",
  "first-task",
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: "boolean" }, tiny: { type: "boolean" } },
});
const unknown = positionals.find((name) => !TOPICS.includes(name));
if (unknown !== undefined) {
  throw new Error(`there is no benchmark '${unknown}'; there are ${TOPICS.join(", ")}`);
}
if (values.write && values.tiny) {
  throw new Error("--tiny measures nothing worth writing; leave it or --write out");
}

const size = values.tiny ? "tiny" : "full";
for (const name of positionals.length > 0 ? positionals : TOPICS) {
  const measuredOn = machine();
  const { topic } = (await import(`./${name}.ts`)) as TopicModule;
  const one = topic(size);
  const { results, missing } = await runTopic(name, one, size);
  const text = [
    ...one.tables(results).map(markdown),
    ...(missing.length > 0 ? [missing.map((line) => `- ${line}`).join("\n")] : []),
    `Measured on ${measuredOn}`,
  ].join("\n\n");
  console.log(`## ${one.title}\n\n${text}\n`);
  if (values.write) writeSection(name, text);
}
