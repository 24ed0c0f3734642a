/** How tables are joined, as users say it, and the rows that it gives. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { Row } from "../columns/values.ts";
import type { JoinKind, JoinSpec } from "./match.ts";
import type { NearestSpec } from "./nearest.ts";

export interface JoinOptions<H extends JoinKind = JoinKind> {
  /** A column, several, or pairs of a left and a right one; not of a cross join, and one of an as-of join. */
  readonly on?: Keys;
  /** `"inner"` unless given. */
  readonly how?: H;
  /** After names of right columns that are taken: `"_2"` unless given. */
  readonly suffix?: string;
  /** Of an as-of join: keys that have to be equal. */
  readonly by?: Keys;
  /** Of an as-of join, where `"backward"` is used unless given. */
  readonly strategy?: NearestSpec["strategy"];
  /** Of an as-of join: how far `on` may be, of dates and times in milliseconds. */
  readonly tolerance?: number;
}

type Keys = string | readonly (string | readonly [left: string, right: string])[];

/** Right columns whose names are taken have another one, which types cannot say. */
export type Joined<R extends Row, S extends Row, H> = H extends "semi" | "anti"
  ? R
  : { readonly [K in keyof R]: H extends "right" | "outer" ? R[K] | null : R[K] } & {
      readonly [K in Exclude<keyof S, keyof R>]: H extends "left" | "outer" | "asof"
        ? S[K] | null
        : S[K];
    } & Row;

const KINDS: readonly JoinKind[] = [
  "inner",
  "left",
  "right",
  "outer",
  "semi",
  "anti",
  "cross",
  "asof",
];
const STRATEGIES: readonly unknown[] = ["backward", "forward", "nearest"];

export function joinSpec(options: JoinOptions): JoinSpec {
  checkNames(options, ["on", "how", "suffix", "by", "strategy", "tolerance"], "join");
  const { on = [], how = "inner", suffix = "_2" } = options;
  if (!KINDS.includes(how)) {
    throw invalidArgument(`join has no how '${String(how)}'; it has ${KINDS.join(", ")}`);
  }
  if (typeof suffix !== "string" || suffix === "") {
    throw invalidArgument("join: suffix is a text that is not empty");
  }
  if (how === "asof") return { ...asofSpec(options), suffix };
  const given = (["by", "strategy", "tolerance"] as const).find((name) => name in options);
  if (given) throw invalidArgument(`join: ${given} is for { how: "asof" }, not for "${how}"`);
  const pairs = pairsOf(on);
  if ((pairs.length === 0) !== (how === "cross")) {
    throw invalidArgument(
      how === "cross" ? "a cross join has no keys: leave out on" : `join needs keys: { on: "id" }`,
    );
  }
  return { left: pairs.map(([left]) => left), right: pairs.map(([, right]) => right), how, suffix };
}

function asofSpec({ on = [], by = [], ...rest }: JoinOptions): Omit<JoinSpec, "suffix"> {
  const { strategy = "backward", tolerance } = rest;
  const [near, ...others] = pairsOf(on);
  if (!near || others.length > 0) {
    throw invalidArgument(
      'an as-of join has one key that need not be equal: { how: "asof", on: "time", by: "city" }',
    );
  }
  if (!STRATEGIES.includes(strategy)) {
    throw invalidArgument(`join: strategy is ${STRATEGIES.join(", ")}, not ${String(strategy)}`);
  }
  if (tolerance !== undefined && !(typeof tolerance === "number" && tolerance >= 0)) {
    throw invalidArgument(`join: tolerance is a number from 0 on, not ${String(tolerance)}`);
  }
  const [left, right] = near;
  const pairs = pairsOf(by);
  return {
    left: pairs.map(([own]) => own),
    right: pairs.map(([, other]) => other),
    how: "asof",
    near: { left, right, strategy, ...(tolerance !== undefined && { tolerance }) },
  };
}

const pairsOf = (keys: Keys): (readonly [left: string, right: string])[] =>
  (typeof keys === "string" ? [keys] : keys).map((each) =>
    typeof each === "string" ? [each, each] : each,
  );
