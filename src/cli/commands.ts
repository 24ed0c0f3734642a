/** The commands there are. */

import { BodkinError } from "../wire/errors.ts";
import { nearest } from "../wire/option-names.ts";
import { packageVersion as version } from "../wire/version.ts";
import { type Command, helpOf, UsageError, wordsOf } from "./command.ts";

/** Each is loaded when it is meant. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./run.ts")).command,
  graph: async () => (await import("./graph.ts")).command,
  trace: async () => (await import("./trace.ts")).command,
  worker: async () => (await import("./worker.ts")).command,
  doctor: async () => (await import("./doctor/command.ts")).command,
  repl: async () => (await import("./repl.ts")).command,
  bench: async () => (await import("./bench.ts")).command,
};

/** Does what the words after `bodkin` say. */
export async function main(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    console.log(await overview());
    return;
  }
  if (name === "--version" || name === "-v") {
    console.log(version);
    return;
  }
  try {
    const load = COMMANDS[name];
    if (!load) throw new UsageError(unknown(name));
    const command = await load();
    const words = wordsOf(command, rest);
    if (words.values["help"]) console.log(helpOf(command));
    else await command.run(words);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(
        `bodkin: ${error.message}. See bodkin ${COMMANDS[name] ? `${name} ` : ""}--help`,
      );
      process.exitCode = 2;
    } else if (error instanceof BodkinError) {
      console.error(`bodkin: ${error.message}`);
      process.exitCode = 1;
    } else throw error;
  }
}

function unknown(name: string): string {
  const names = Object.keys(COMMANDS);
  const meant = nearest(name, names);
  if (meant) return `there is no command '${name}' (did you mean '${meant}'?)`;
  if (/\.[cm]?[jt]s$/.test(name))
    return `there is no command '${name}': bodkin run ${name} runs it`;
  return `there is no command '${name}'; there are ${names.join(", ")}`;
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.values(COMMANDS).map(async (load) => {
      const { usage, summary } = await load();
      return [usage, summary] as const;
    }),
  );
  const width = Math.max(...lines.map(([usage]) => usage.length));
  return [
    `bodkin ${version}: parallel computing for TypeScript`,
    "",
    ...lines.map(([usage, summary]) => `  bodkin ${usage.padEnd(width)}  ${summary}`),
    "",
    "bodkin COMMAND --help says more.",
  ].join("\n");
}
