/** Which elements are among others. */

import { checkNames } from "../../wire/option-names.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import { flattened } from "../manipulation/axes.ts";
import { elementwise } from "../manipulation/choosing.ts";
import { checkOrdered } from "../reductions/extrema.ts";
import { searchsorted, sort } from "../sorting/functions.ts";

export interface IsinOptions {
  /** Which are not. */
  readonly invert?: boolean;
}

/** Elements that come are those before which fewer elements are than before the next larger number; NaN equals none. */
export const isAmong = (x: number, left: number, right: number): boolean =>
  left < right && !Number.isNaN(Number(x));
export const isNotAmong = (x: number, left: number, right: number): boolean =>
  left >= right || Number.isNaN(Number(x));

/** For each element of `x` whether it equals one of `values`, an array of any shape. Not of complex numbers. */
export function isin<A extends AnyArray, B extends AnyArray>(
  x: A,
  values: B,
  options: IsinOptions = {},
): Like<A | B, "bool"> {
  checkNames(options, ["invert"], "isin");
  for (const each of [x, values]) checkOrdered("isin", checkArray("isin", each).dtype);
  const line = sort(flattened(values));
  const [left, right] = [
    searchsorted(line as AnyArray, x, { side: "left" }),
    searchsorted(line as AnyArray, x, { side: "right" }),
  ];
  const test = options.invert === true ? isNotAmong : isAmong;
  return elementwise("isin", test, [x, left as AnyArray, right as AnyArray], "bool") as Like<
    A | B,
    "bool"
  >;
}
