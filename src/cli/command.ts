/** What a command is, and how its words are taken apart. */

import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { nearest } from "../wire/option-names.ts";

export interface Command {
  /** Its words after `bodkin`. */
  readonly usage: string;
  /** One line of what it is for. */
  readonly summary: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  run(words: Words): Promise<void> | void;
}

export interface CommandOption {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** What stands for its value in the help. */
  readonly value?: string;
  readonly help: string;
}

export interface Words {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
  /** What stands behind `--`. */
  readonly rest: readonly string[];
}

/** The words of a command are wrong: the message says how, and the exit code is 2. */
export class UsageError extends Error {}

const HELP: CommandOption = { type: "boolean", short: "h", help: "show this" };

/** @throws UsageError that names what is not known */
export function wordsOf(command: Command, args: readonly string[]): Words {
  const end = args.indexOf("--");
  const own = end < 0 ? [...args] : args.slice(0, end);
  const options: Readonly<Record<string, CommandOption>> = { ...command.options, help: HELP };
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(options).map(([name, { type, short }]) => [
      name,
      { type, ...(short && { short }) },
    ]),
  );
  const { tokens } = parseArgs({ args: own, options: config, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = options[token.name];
    if (!option)
      throw new UsageError(`there is no ${token.rawName}${suggestion(token.name, options)}`);
    if (option.type === "string" && (token.value === undefined || token.value === "")) {
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${option.value}`);
    }
    if (option.type === "boolean" && token.value !== undefined) {
      throw new UsageError(`${token.rawName} takes no value`);
    }
  }
  const { values, positionals } = parseArgs({
    args: own,
    options: config,
    allowPositionals: true,
  });
  return {
    values: values as Words["values"],
    positionals,
    rest: end < 0 ? [] : args.slice(end + 1),
  };
}

function suggestion(name: string, options: object): string {
  const meant = nearest(name, Object.keys(options));
  const script = "; what is for the script stands behind --";
  return meant ? ` (did you mean --${meant}?)` : script;
}

/** How a command is used. */
export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, help: HELP }).map(
    ([name, { short, value, help }]) =>
      [`${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`, help] as const,
  );
  const width = Math.max(...options.map(([name]) => name.length));
  return [
    `bodkin ${command.usage}`,
    "",
    command.summary,
    "",
    ...options.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`),
  ].join("\n");
}
