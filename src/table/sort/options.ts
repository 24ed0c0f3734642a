/** How tables are sorted, as users say it. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { SortKey } from "./order.ts";

export interface SortOptions {
  /** For all columns, or one for each; false unless given. */
  readonly descending?: boolean | readonly boolean[];
  /** Where nulls are, whatever the direction; `"last"` unless given. */
  readonly nulls?: "first" | "last";
}

export function sortKeys(names: readonly string[], options: SortOptions): SortKey[] {
  checkNames(options, ["descending", "nulls"], "sort");
  const { descending = false, nulls = "last" } = options;
  if (names.length === 0 || names.some((name) => typeof name !== "string")) {
    throw invalidArgument('sort takes the name of a column, or several: sort(["a", "b"])');
  }
  if (nulls !== "first" && nulls !== "last") {
    throw invalidArgument(`sort with nulls ${String(nulls)}: "first" or "last"`);
  }
  if (typeof descending !== "boolean" && descending.length !== names.length) {
    throw invalidArgument(
      `sort: descending has ${descending.length} values for ${names.length} columns`,
    );
  }
  return names.map((name, at) => ({
    name,
    nulls,
    descending: typeof descending === "boolean" ? descending : descending[at] === true,
  }));
}
