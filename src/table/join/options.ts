/** How tables are joined, as users say it, and the rows that it gives. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { Row } from "../columns/values.ts";
import type { JoinKind, JoinSpec } from "./match.ts";

export interface JoinOptions<H extends JoinKind = JoinKind> {
  /** A column, several, or pairs of a left and a right one; not of a cross join. */
  readonly on?: string | readonly (string | readonly [left: string, right: string])[];
  /** `"inner"` unless given. */
  readonly how?: H;
  /** After names of right columns that are taken: `"_2"` unless given. */
  readonly suffix?: string;
}

/** Right columns whose names are taken have another one, which types cannot say. */
export type Joined<R extends Row, S extends Row, H> = H extends "semi" | "anti"
  ? R
  : { readonly [K in keyof R]: H extends "right" | "outer" ? R[K] | null : R[K] } & {
      readonly [K in Exclude<keyof S, keyof R>]: H extends "left" | "outer" ? S[K] | null : S[K];
    } & Row;

const KINDS: readonly JoinKind[] = ["inner", "left", "right", "outer", "semi", "anti", "cross"];

export function joinSpec(options: JoinOptions): JoinSpec {
  checkNames(options, ["on", "how", "suffix"], "join");
  const { on = [], how = "inner", suffix = "_2" } = options;
  if (!KINDS.includes(how)) {
    throw invalidArgument(`join has no how '${String(how)}'; it has ${KINDS.join(", ")}`);
  }
  if (typeof suffix !== "string" || suffix === "") {
    throw invalidArgument("join: suffix is a text that is not empty");
  }
  const pairs = (typeof on === "string" ? [on] : on).map((each) =>
    typeof each === "string" ? ([each, each] as const) : each,
  );
  if ((pairs.length === 0) !== (how === "cross")) {
    throw invalidArgument(
      how === "cross" ? "a cross join has no keys: leave out on" : `join needs keys: { on: "id" }`,
    );
  }
  return { left: pairs.map(([left]) => left), right: pairs.map(([, right]) => right), how, suffix };
}
