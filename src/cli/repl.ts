/** `bodkin repl`: Node's own, with the exports of the library at hand, TypeScript, and `await` at the top. */

import Module from "node:module";
import { start } from "node:repl";
import { packageVersion as version } from "../wire/version.ts";
import type { Command } from "./command.ts";

export const command: Command = {
  usage: "repl",
  summary: "type expressions with everything of the library at hand",
  options: {},
  async run() {
    const library = await import("../index.ts");
    const { trace } = await import("../trace/index.ts");
    console.log(`bodkin ${version}: all its exports are here, with bodkin, trace and tables`);
    const server = start({ prompt: "> ", useGlobal: true });
    const evaluate = server.eval;
    Object.defineProperty(server, "eval", {
      value: ((code, context, file, done) => {
        let plain = code;
        try {
          plain = withoutTypes(code);
        } catch {
          // no TypeScript, or not whole yet: the engine says which
        }
        return evaluate.call(server, plain, context, file, done);
      }) satisfies typeof evaluate,
    });
    const fill = (): void => {
      Object.assign(server.context, library, { bodkin: library, trace });
      let tables: unknown;
      Object.defineProperty(server.context, "tables", {
        configurable: true,
        get: () => (tables ??= import("../table/index.ts")),
      });
    };
    fill();
    server.on("reset", fill);
    server.once("exit", () => process.exit());
  },
};

/** Every session would begin with a warning that the engine's way of doing this may change. */
function withoutTypes(code: string): string {
  const warn = process.emitWarning;
  process.emitWarning = () => {};
  try {
    return Module.stripTypeScriptTypes(code);
  } finally {
    process.emitWarning = warn;
  }
}
