/** `bodkin run`: a script, with settings of the library that need no change to it. */

import { availableParallelism } from "node:os";
import { packageVersion as version } from "../wire/version.ts";
import type { Command, CommandOption, Words } from "./command.ts";
import { runScript, scriptOf } from "./script.ts";

/** Options that are variables of the environment, where the library reads and checks them. */
const SETTINGS: Readonly<Record<string, CommandOption & { readonly variable: string }>> = {
  threads: {
    type: "string",
    value: "N",
    help: "compute threads of each worker; one a core by default",
    variable: "BODKIN_THREADS",
  },
  workers: {
    type: "string",
    value: "N",
    help: "further processes; none by default",
    variable: "BODKIN_WORKERS",
  },
  memory: {
    type: "string",
    value: "SIZE",
    help: 'memory for the data of each worker, such as "2GiB"; more goes to disk',
    variable: "BODKIN_MEMORY",
  },
  "spill-dir": {
    type: "string",
    value: "FOLDER",
    help: "where that is",
    variable: "BODKIN_SPILL_DIR",
  },
  listen: {
    type: "string",
    value: "ADDRESS",
    help: "where workers on other computers may join: tcp://host:port",
    variable: "BODKIN_LISTEN",
  },
  "token-file": {
    type: "string",
    value: "FILE",
    help: "the token that they must have",
    variable: "BODKIN_TOKEN_FILE",
  },
  trace: {
    type: "string",
    value: "FILE",
    help: "record what runs: .json for Perfetto, .html, .svg, .dot, .mmd",
    variable: "BODKIN_TRACE",
  },
  "trace-stream": {
    type: "string",
    value: "FILE",
    help: "write all events to it while it runs, for Perfetto",
    variable: "BODKIN_TRACE_STREAM",
  },
  progress: {
    type: "boolean",
    help: "show how far it is, and what it did at the end",
    variable: "BODKIN_PROGRESS",
  },
  dashboard: {
    type: "boolean",
    help: "print the address of a page that shows what runs",
    variable: "BODKIN_DASHBOARD",
  },
};

export const command: Command = {
  usage: "run SCRIPT [options] [-- arguments]",
  summary: "run a script; Ctrl-C once ends its tasks, twice the program",
  options: {
    ...SETTINGS,
    quiet: { type: "boolean", short: "q", help: "print nothing of its own" },
  },
  run(words) {
    const script = scriptOf(words.positionals);
    const settings = settingsOf(words);
    if (!words.values["quiet"]) console.error(heading(settings));
    runScript(script, words.rest, { ...settings, BODKIN_INTERRUPT: "1" });
  },
};

function settingsOf({ values }: Words): Record<string, string> {
  return Object.fromEntries(
    Object.entries(SETTINGS)
      .filter(([name]) => values[name] !== undefined)
      .map(([name, { variable }]) => [
        variable,
        values[name] === true ? "1" : String(values[name]),
      ]),
  );
}

function heading(settings: Readonly<Record<string, string>>): string {
  const asked = (name: string): string | undefined => settings[name] ?? process.env[name];
  const threads = asked("BODKIN_THREADS") ?? String(availableParallelism());
  const workers = Number(asked("BODKIN_WORKERS") ?? 0);
  const where = workers > 0 ? ` each on ${workers + 1} workers` : "";
  return `bodkin ${version}, Node ${process.versions.node}: ${threads} threads${where}`;
}
