/** Groups that come to what functions of the user make of their values, one after another. */

import { isReduced } from "../../fold/protocol.ts";
import type { Column } from "../columns/column.ts";
import { columnOf } from "../columns/from-values.ts";
import { readerOf } from "../columns/values.ts";
import type { Made } from "./aggregates.ts";

/** As `FoldFunctions`, with what is left out. */
export interface GroupFold {
  readonly init: () => unknown;
  readonly step: (result: unknown, value: unknown) => unknown;
  readonly complete: ((result: unknown) => unknown) | undefined;
}

/** `rows` has the rows of group `g` from `starts[g]` on. */
export function foldGroups(
  column: Column,
  rows: Int32Array,
  starts: Int32Array,
  { init, step, complete }: GroupFold,
): Made {
  const read = readerOf(column);
  const results = Array.from({ length: starts.length - 1 }, (_, group): unknown => {
    let result = init();
    for (let at = starts[group] as number; at < (starts[group + 1] as number); at++) {
      const next = step(result, read(rows[at] as number));
      if (isReduced(next)) {
        result = next.deref();
        break;
      }
      result = next;
    }
    return complete ? complete(result) : result;
  });
  return columnOf(column.name, results);
}
