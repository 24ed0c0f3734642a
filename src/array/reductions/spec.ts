/** Which reduction, as plain data: named, or a fold with functions of the user beside it. */

import type { DType } from "../../memory/dtype.ts";
import { fold, type Join, type MapElement } from "./fold.ts";
import { type ReductionName, reductionOf } from "./named.ts";
import type { Reduction } from "./reduction.ts";

export interface ReductionSpec {
  /** Of the elements. */
  readonly input: DType;
  readonly name: ReductionName | "fold";
  readonly ddof?: number | undefined;
  /** Dtype of a fold's results. */
  readonly dtype?: DType | undefined;
  /** The axes that are reduced; all if absent. */
  readonly axes?: readonly number[] | undefined;
}

export interface FoldFunctions {
  readonly join?: Join | undefined;
  readonly map?: MapElement | undefined;
}

export function reductionFrom(spec: ReductionSpec, { join, map }: FoldFunctions): Reduction {
  const { name, input, dtype, ddof } = spec;
  if (name !== "fold") return reductionOf(name, input, ddof);
  return fold(input, join as Join, dtype as DType, map);
}
