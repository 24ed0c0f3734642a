/** What reductions may be told, checked before anything runs. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { checkValue } from "../element.ts";
import type { ReductionSpec } from "./spec.ts";

export interface ReductionOptions {
  readonly axis?: number | readonly number[] | undefined;
  readonly keepdims?: boolean | undefined;
  readonly init?: unknown;
  readonly signal?: AbortSignal | undefined;
}

const SPREADS: readonly ReductionSpec["name"][] = ["var", "std", "nanvar", "nanstd"];

/** @throws where a reduction has no such option, or not with such a value */
export function checkReduction({ name }: ReductionSpec, options: ReductionOptions): void {
  const own = name === "fold" ? "reduce" : name;
  const names = ["axis", "keepdims", SPREADS.includes(name) ? "ddof" : "init", "signal"];
  checkNames(options, names, own);
  const { keepdims, init } = options;
  if (keepdims !== undefined && typeof keepdims !== "boolean") {
    throw invalidArgument(`${own}: keepdims is true or false, not ${String(keepdims)}`);
  }
  if (init !== undefined && name !== "fold") checkValue(init);
}
