/** `bodkin graph`: the tasks of a script and what they need. */

import type { Command } from "./command.ts";
import { UsageError } from "./command.ts";
import { runScript, scriptOf } from "./script.ts";

const FORMATS: readonly string[] = [".dot", ".gv", ".mmd", ".svg"];

export const command: Command = {
  usage: "graph SCRIPT [--out FILE] [-- arguments]",
  summary: "run a script and write the graph of its tasks",
  options: {
    out: {
      type: "string",
      short: "o",
      value: "FILE",
      help: "graph.dot by default: .dot for Graphviz, .mmd for Mermaid, .svg for when and where they ran",
    },
  },
  run({ values, positionals, rest }) {
    const out = String(values["out"] ?? "graph.dot");
    if (!FORMATS.some((ending) => out.endsWith(ending))) {
      throw new UsageError(`--out ${out} must end in ${FORMATS.join(", ")}`);
    }
    runScript(scriptOf(positionals), rest, { BODKIN_TRACE: out, BODKIN_INTERRUPT: "1" });
    process.once("exit", () => console.error(`bodkin: the graph is in ${out}`));
  },
};
