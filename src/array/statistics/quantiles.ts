/** Quantiles, percentiles and medians of local and distributed arrays. They are exact. */

import type { Task } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { fillBlock, regionNumbers } from "../distributed/block-tasks.ts";
import { blocked } from "../distributed/blocked.ts";
import type { DArray } from "../distributed/darray.ts";
import { Operation } from "../distributed/submit.ts";
import { blocksOf, gridOfCuts, oneBlock } from "../grid.ts";
import { type Answer, type AnyArray, checkArray, type Like } from "../kinds.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { checkOrdered } from "../reductions/extrema.ts";
import { normalizeAxis } from "../shape.ts";
import { sortedRun } from "../sorting/blocks.ts";
import { Spare, withWholeAxis } from "../sorting/distributed.ts";
import { submitSelection } from "../sorting/selection.ts";
import { empty } from "../strided.ts";
import {
  firstOf,
  quantileBlock,
  quantilesFound,
  quantilesInto,
  quantileType,
  ranksOf,
} from "./quantile.ts";

type TypeOf<A extends AnyArray> = A["dtype"] extends "f32" ? "f32" : "f64";

/** With these the result is one value. */
interface Whole {
  readonly axis?: undefined;
  readonly keepdims?: false;
}

type Along = { readonly axis: number } | { readonly keepdims: true };

interface Options {
  readonly axis?: number | undefined;
  readonly keepdims?: boolean;
}

/**
 * The number below which the share `q` (from 0 to 1) of the elements lies, in proportion between two elements. A list of shares
 * gives a first axis for them. NaN where there is any, and of no elements.
 */
export function quantile<A extends AnyArray>(x: A, q: number, options?: Whole): Answer<A, number>;
export function quantile<A extends AnyArray>(
  x: A,
  q: number | readonly number[] | NDArray,
  options: Along,
): Like<A, TypeOf<A>>;
export function quantile<A extends AnyArray>(
  x: A,
  q: readonly number[] | NDArray,
  options?: Whole,
): Like<A, TypeOf<A>>;
export function quantile(x: AnyArray, q: unknown, options: Options = {}): unknown {
  return quantilesOf("quantile", x, q, 1, options);
}

/** As `quantile`, with shares from 0 to 100. */
export function percentile<A extends AnyArray>(x: A, p: number, options?: Whole): Answer<A, number>;
export function percentile<A extends AnyArray>(
  x: A,
  p: number | readonly number[] | NDArray,
  options: Along,
): Like<A, TypeOf<A>>;
export function percentile<A extends AnyArray>(
  x: A,
  p: readonly number[] | NDArray,
  options?: Whole,
): Like<A, TypeOf<A>>;
export function percentile(x: AnyArray, p: unknown, options: Options = {}): unknown {
  return quantilesOf("percentile", x, p, 100, options);
}

/** The number in the middle of the elements; of an even number of them the mean of the two. */
export function median<A extends AnyArray>(x: A, options?: Whole): Answer<A, number>;
export function median<A extends AnyArray>(x: A, options: Along): Like<A, TypeOf<A>>;
export function median(x: AnyArray, options: Options = {}): unknown {
  return quantilesOf("median", x, 0.5, 1, options);
}

function quantilesOf(
  name: string,
  x: AnyArray,
  q: unknown,
  most: number,
  options: Options,
): unknown {
  checkNames(options, ["axis", "keepdims"], name);
  const array = checkArray(name, x);
  checkOrdered(name, array.dtype);
  const isList = typeof q !== "number";
  const list = isList ? Array.from((isNDArray(q) || Array.isArray(q) ? q : []) as number[]) : [q];
  if (
    (isList && !isNDArray(q) && !Array.isArray(q)) ||
    !list.every((at) => at >= 0 && at <= most)
  ) {
    throw invalidArgument(`${name} ${String(q)}: use numbers from 0 to ${most}`);
  }
  const shares = list.map((at) => at / most);
  const { keepdims = false } = options;
  const { shape } = array;
  const axis = options.axis === undefined ? undefined : normalizeAxis(options.axis, shape.length);
  const kept = shape
    .map((length, at) => (axis === undefined || at === axis ? 1 : length))
    .filter((_, at) => keepdims || (axis !== undefined && at !== axis));
  const result = [...(isList ? [shares.length] : []), ...kept];
  const isValue = !isList && axis === undefined && !keepdims;
  if (isDArray(array)) {
    if (axis !== undefined) return alongBlocks(name, array, shares, axis, keepdims, isList);
    return ofAllBlocks(name, array, shares, result, isValue);
  }
  const local = array as NDArray;
  const line = axis === undefined ? local.reshape([local.size]) : local;
  const made = empty(result, quantileType(local.dtype));
  quantilesInto(made, line, shares, axis ?? 0);
  return isValue ? made.data[0] : arrayOf(made);
}

/** Of lines, which are brought together where the axis is cut. */
function alongBlocks(
  name: string,
  array: DArray,
  shares: readonly number[],
  axis: number,
  keepdims: boolean,
  isList: boolean,
): BlockArray<"f64" | "f32"> {
  using operation = new Operation(name);
  using spare = new Spare();
  const isCut = (array.grid.counts[axis] as number) > 1;
  const whole = isCut ? spare.all(withWholeAxis(operation, array, axis)) : array;
  const own = whole.grid.cuts
    .map((cuts, at) => (at === axis ? [0, 1] : cuts))
    .filter((_, at) => keepdims || at !== axis);
  const first = isList ? [shares.length > 0 ? [0, shares.length] : [0]] : [];
  const grid = gridOfCuts([...first, ...own]);
  const type = quantileType(array.dtype);
  const chunks = blocksOf(grid).map((block) => {
    const { index, shape } = block;
    const chunk = whole.chunks[index] as Task<NDArray> | undefined;
    if (chunk) return operation.submit(quantileBlock, chunk, shares, axis, shape);
    // Lines without elements.
    const filling = { kind: "constant", value: Number.NaN } as const;
    return operation.submit(
      fillBlock,
      { filling, dtype: type, shape: grid.shape },
      ...regionNumbers(block),
    );
  });
  return new BlockArray(blocked(type, grid, chunks));
}

/** Of all elements, by their ranks among the sorted blocks. */
function ofAllBlocks(
  name: string,
  array: DArray,
  shares: readonly number[],
  shape: readonly number[],
  isValue: boolean,
): unknown {
  using operation = new Operation(name);
  using spare = new Spare();
  const type = quantileType(array.dtype);
  const grid = oneBlock(shape);
  if (array.size === 0) {
    if (isValue) return Promise.resolve(Number.NaN);
    const filling = { kind: "constant", value: Number.NaN } as const;
    const chunks = blocksOf(grid).map((block) =>
      operation.submit(
        fillBlock,
        { filling, dtype: type, shape: grid.shape },
        ...regionNumbers(block),
      ),
    );
    return new BlockArray(blocked(type, grid, chunks));
  }
  const runs = (array.chunks as readonly Task<NDArray>[]).map((chunk) =>
    spare.one(operation.submit(sortedRun, chunk, false)),
  );
  const spec = { dtype: array.dtype, descending: false };
  const n = array.size;
  const search = spare.one(submitSelection(operation, spec, runs, ranksOf(shares, n)));
  const found = operation.submit(quantilesFound, array.dtype, shares, n, shape, search);
  if (!isValue) return new BlockArray(blocked(type, grid, grid.length > 0 ? [found] : []));
  const value = operation.submit(firstOf, found);
  found.dispose();
  return value.fetch();
}
