/** The reductions by their names, as they travel between threads and processes. */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { argmax, argmin } from "./argument.ts";
import { max, min } from "./extrema.ts";
import { all, any } from "./logical.ts";
import { mean, standardDeviation, variance } from "./moments.ts";
import { countNonzero, nanmax, nanmean, nanmin, nanstd, nansum, nanvar } from "./nan.ts";
import { norm } from "./norm.ts";
import { prod } from "./prod.ts";
import type { Reduction } from "./reduction.ts";
import { sum } from "./sum.ts";

export type ReductionName =
  | "sum"
  | "prod"
  | "min"
  | "max"
  | "mean"
  | "var"
  | "std"
  | "any"
  | "all"
  | "norm"
  | "argmin"
  | "argmax"
  | "nansum"
  | "nanmean"
  | "nanmin"
  | "nanmax"
  | "nanvar"
  | "nanstd"
  | "countNonzero";

const REDUCTIONS: Readonly<Record<ReductionName, (dtype: DType, ddof: number) => Reduction>> = {
  sum,
  prod,
  min,
  max,
  mean,
  var: variance,
  std: standardDeviation,
  any,
  all,
  norm,
  argmin,
  argmax,
  nansum,
  nanmean,
  nanmin,
  nanmax,
  nanvar,
  nanstd,
  countNonzero,
};

export const isReductionName = (name: string): name is ReductionName => name in REDUCTIONS;

/** `ddof` matters to variances and standard deviations alone. */
export function reductionOf(name: ReductionName, dtype: DType, ddof: number = 0): Reduction {
  if (Number.isInteger(ddof) && ddof >= 0) return REDUCTIONS[name](dtype, ddof);
  throw invalidArgument(`ddof ${String(ddof)}: use 0 for all values, 1 for a sample of more`);
}
