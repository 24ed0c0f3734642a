/** `bodkin trace view`: what a recording comes to. */

import { readFileSync } from "node:fs";
import { summaryOfChrome } from "../trace/chrome.ts";
import { summaryText } from "../trace/summary.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./command.ts";

export const command: Command = {
  usage: "trace view FILE",
  summary: "sum up a recording that BODKIN_TRACE, BODKIN_TRACE_STREAM or trace.save() wrote",
  options: { json: { type: "boolean", help: "as JSON" } },
  run({ values, positionals }) {
    const [verb, file, ...more] = positionals;
    if (verb !== "view" || file === undefined || more.length > 0) {
      throw new UsageError("say: bodkin trace view FILE");
    }
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
    }
    const summary = summaryOfChrome(text);
    if (!summary) {
      const isCut = text.startsWith("[\n{") && !text.trimEnd().endsWith("]");
      throw new UsageError(
        isCut
          ? `${file} has no sums: it was not written to its end; Perfetto opens it`
          : `${file} is no recording of this library`,
      );
    }
    console.log(values["json"] ? JSON.stringify(summary, undefined, 2) : summaryText(summary));
  },
};
