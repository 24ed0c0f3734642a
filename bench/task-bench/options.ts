/** The options of a Task Bench driver: the reference's, as far as they apply, and some of our own. */

import { type Graph, MOST_COLUMNS, PATTERNS, type Pattern } from "./graph.ts";
import { RUNTIMES } from "./runtimes.ts";

export interface Options {
  readonly graph: Graph;
  readonly kernel: "empty" | "compute_bound";
  readonly iterations: number;
  readonly threads: number;
  /** Runs before the first one that counts. */
  readonly warm: number;
  /** Runs that are reported. */
  readonly passes: number;
  readonly runtime: keyof typeof RUNTIMES;
}

const DEFAULTS = {
  "-steps": 4,
  "-width": 4,
  "-type": "trivial",
  "-radix": 3,
  "-period": 3,
  "-kernel": "empty",
  "-iter": 0,
  "-worker": 2,
  "-warm": 0,
  "-passes": 1,
  "-runtime": "bodkin",
};

type Given = { -readonly [K in keyof typeof DEFAULTS]: (typeof DEFAULTS)[K] };

export function parseOptions(args: readonly string[]): Options {
  const given: Given = { ...DEFAULTS };
  for (let k = 0; k < args.length; k += 2) set(given, args[k] as string, args[k + 1]);
  const graph = {
    steps: given["-steps"],
    width: given["-width"],
    pattern: oneOf("-type", PATTERNS, given["-type"]) as Pattern,
    radix: given["-radix"],
    period: given["-period"],
  };
  if (graph.width > MOST_COLUMNS) throw new Error(`-width is at most ${MOST_COLUMNS}`);
  const kernel = oneOf("-kernel", ["empty", "compute_bound"], given["-kernel"]);
  return {
    graph,
    kernel: kernel as Options["kernel"],
    iterations: kernel === "empty" ? 0 : given["-iter"],
    threads: given["-worker"],
    warm: given["-warm"],
    passes: given["-passes"],
    runtime: oneOf("-runtime", Object.keys(RUNTIMES), given["-runtime"]) as Options["runtime"],
  };
}

function set(given: Given, name: string, text: string | undefined): void {
  if (!Object.hasOwn(DEFAULTS, name)) {
    throw new Error(`there is no option ${name}; there are ${Object.keys(DEFAULTS).join(" ")}`);
  }
  const isNumber = typeof DEFAULTS[name as keyof Given] === "number";
  const value = isNumber ? Number(text) : text;
  if (value === undefined || (isNumber && !(Number.isInteger(value) && Number(value) >= 0))) {
    throw new Error(`${name} needs a ${isNumber ? "whole number" : "name"}, not ${text}`);
  }
  Object.assign(given, { [name]: value });
}

function oneOf(option: string, known: readonly string[], value: string): string {
  if (!known.includes(value)) {
    throw new Error(`${option} ${value} is not known; there are ${known.join(", ")}`);
  }
  return value;
}
