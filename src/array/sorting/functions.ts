/** Sorting, and searching what is sorted. NaN comes last, -0 is 0, complex numbers go by real parts, then imaginary ones. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { Operation } from "../distributed/submit.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { checkOrdered } from "../reductions/extrema.ts";
import { checkPositions, normalizeAxis } from "../shape.ts";
import { empty } from "../strided.ts";
import { sortBlocks } from "./distributed.ts";
import { argsortInto, sortInto } from "./local.ts";
import { type Side, searchBlocks, searchInto } from "./searching.ts";
import { topBlocks, topOf } from "./top.ts";

export interface SortOptions {
  /** The last one unless given. */
  readonly axis?: number;
  /** The order the other way round: NaN comes first then. */
  readonly descending?: boolean;
  /** Equal elements keep their order; they always do. */
  readonly stable?: boolean;
}

/** The elements along an axis in ascending order. Of a distributed array the cuts stay as they are. */
export function sort<A extends AnyArray>(x: A, options: SortOptions = {}): Like<A> {
  return sorted("sort", x, options) as Like<A>;
}

/** The positions along an axis at which the elements are in ascending order; equal ones in the order of their positions. */
export function argsort<A extends AnyArray>(x: A, options: SortOptions = {}): Like<A, "i32"> {
  return sorted("argsort", x, options) as Like<A, "i32">;
}

function sorted(kind: "sort" | "argsort", x: AnyArray, options: SortOptions): AnyArray {
  checkNames(options, ["axis", "descending", "stable"], kind);
  const array = checkArray(kind, x);
  const { descending = false } = options;
  const axis = normalizeAxis(options.axis ?? -1, array.shape.length);
  checkPositions(kind, array.shape[axis]);
  if (isDArray(array)) return new BlockArray(sortBlocks(kind, array, axis, descending));
  const made = empty(array.shape, kind === "sort" ? array.dtype : "i32");
  const fill = kind === "sort" ? sortInto : argsortInto;
  fill(made, array as NDArray, axis, descending);
  return arrayOf(made);
}

export interface SearchOptions {
  /** Before ("left", unless given) or after ("right") elements that are equal. */
  readonly side?: Side;
}

/** For each of `values` the position in the sorted vector at which it would have to be put to keep it sorted. */
export function searchsorted<A extends AnyArray, B extends AnyArray>(
  x: A,
  values: B,
  options: SearchOptions = {},
): Like<A | B, "i32"> {
  checkNames(options, ["side"], "searchsorted");
  const [line, wanted] = [checkArray("searchsorted", x), checkArray("searchsorted", values)];
  const { side = "left" } = options;
  if (side !== "left" && side !== "right") {
    throw invalidArgument(`searchsorted: side is "left" or "right", not ${String(side)}`);
  }
  if (line.shape.length !== 1) {
    throw invalidArgument(
      `searchsorted takes a sorted vector first, not ${line.shape.length} dimensions`,
    );
  }
  for (const { dtype } of [line, wanted]) checkOrdered("searchsorted", dtype);
  checkPositions("searchsorted", line.shape[0]);
  if (isNDArray(line) && isNDArray(wanted)) {
    const made = empty(wanted.shape, "i32");
    searchInto(made, line, wanted, side);
    return arrayOf(made) as AnyArray as Like<A | B, "i32">;
  }
  using operation = new Operation("searchsorted");
  const found = searchBlocks(operation, line, wanted, side);
  return new BlockArray(found) as AnyArray as Like<A | B, "i32">;
}

export interface TopOptions {
  readonly axis?: number;
  /** The largest elements, the largest first, unless false: the smallest ones. */
  readonly largest?: boolean;
}

/**
 * The `k` largest elements along an axis (the last) in descending order, and their positions; of equal ones those at smaller
 * positions. NaN counts as larger than any number.
 */
export function topk<A extends AnyArray>(
  x: A,
  k: number,
  options: TopOptions = {},
): { readonly values: Like<A>; readonly indices: Like<A, "i32"> } {
  checkNames(options, ["axis", "largest"], "topk");
  const array = checkArray("topk", x);
  const axis = normalizeAxis(options.axis ?? -1, array.shape.length);
  const length = array.shape[axis] as number;
  if (!Number.isInteger(k) || k < 0 || k > length) {
    throw invalidArgument(`topk of ${String(k)} elements: axis ${axis} has ${length}`);
  }
  checkPositions("topk", length);
  const { largest = true } = options;
  if (isDArray(array)) {
    using operation = new Operation("topk");
    const { values, indices } = topBlocks(operation, array, k, axis, largest);
    return {
      values: new BlockArray(values) as AnyArray as Like<A>,
      indices: new BlockArray(indices) as AnyArray as Like<A, "i32">,
    };
  }
  const top = topOf(array as NDArray, undefined, k, axis, largest);
  return {
    values: top.values as AnyArray as Like<A>,
    indices: top.indices as AnyArray as Like<A, "i32">,
  };
}
