/** Histograms, of intervals and of whole numbers. Counts are f64, as sums of integers are. */

import type { Task } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { blocked } from "../distributed/blocked.ts";
import type { DArray } from "../distributed/darray.ts";
import { Operation } from "../distributed/submit.ts";
import { isFloat } from "../element.ts";
import { oneBlock } from "../grid.ts";
import { type Answer, type AnyArray, checkArray, type Like } from "../kinds.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { extrema } from "../reducing.ts";
import { checkOrdered } from "../reductions/extrema.ts";
import { sameShape, shapeText } from "../shape.ts";
import { recut, Spare } from "../sorting/distributed.ts";
import { elementsOf, empty, rowMajor } from "../strided.ts";
import {
  countBlock,
  countIntervals,
  countNumbers,
  evenEdges,
  extentOf,
  histogramBlock,
  joinExtents,
  submitSum,
} from "./counting.ts";

export interface HistogramOptions {
  /** How many intervals of equal length there are (10), or where they begin and the last one ends. */
  readonly bins?: number | readonly number[] | NDArray;
  /** From where to where they go; from the smallest to the largest element unless given. Others do not count. */
  readonly range?: readonly [from: number, to: number];
}

export interface Histogram<A extends AnyArray> {
  readonly counts: Like<A, "f64">;
  /** One more than there are counts. */
  readonly edges: Like<A, "f64">;
}

/** How many elements lie in each of some intervals, each of which includes where it begins, and the last its end. */
export function histogram<A extends AnyArray>(x: A, options: HistogramOptions = {}): Histogram<A> {
  checkNames(options, ["bins", "range"], "histogram");
  const array = checkArray("histogram", x);
  checkOrdered("histogram", array.dtype);
  const { bins = 10, range } = options;
  const edges = knownEdges(bins, range);
  const isEven = typeof bins === "number";
  if (isDArray(array)) return inBlocks(array, edges, isEven ? bins : 0) as unknown as Histogram<A>;
  const own = edges ?? evenEdges(bins as number, extentOf(array as NDArray));
  const counts = empty([own.size - 1], "f64");
  countIntervals(counts.data, elementsOf(own), isEven, array as NDArray);
  return { counts: arrayOf(counts), edges: own } as unknown as Histogram<A>;
}

/** The edges that follow from the options alone. */
function knownEdges(
  bins: number | readonly number[] | NDArray,
  range: HistogramOptions["range"],
): NDArray<"f64"> | undefined {
  if (typeof bins === "number") {
    if (!Number.isSafeInteger(bins) || bins < 1) {
      throw invalidArgument(`histogram of ${bins} bins: use an integer from 1, or the edges`);
    }
    if (range === undefined) return undefined;
    const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isFinite);
    if (isRange && range[0] <= range[1]) return evenEdges(bins, range);
    throw invalidArgument(
      `histogram, range ${String(range)}: give [from, to], finite and ascending`,
    );
  }
  const edges = Float64Array.from(bins as Iterable<number>);
  if (edges.length < 2 || edges.some((edge, at) => !(edge >= (edges[at - 1] ?? -Infinity)))) {
    throw invalidArgument("histogram: the edges of bins ascend, and there are at least two");
  }
  if (range !== undefined) throw invalidArgument("histogram takes edges or a range, not both");
  return arrayOf(rowMajor(edges, [edges.length], "f64"));
}

function inBlocks(array: DArray, known: NDArray<"f64"> | undefined, bins: number): unknown {
  using operation = new Operation("histogram");
  using spare = new Spare();
  const chunks = array.chunks as readonly Task<NDArray>[];
  const submitEdges = (): Task<NDArray> => {
    if (known) return operation.submit(itself, operation.share(known as NDArray));
    let extents = chunks.map((chunk) => spare.one(operation.submit(extentOf, chunk)));
    while (extents.length > 8) {
      const next: typeof extents = [];
      for (let at = 0; at < extents.length; at += 8) {
        next.push(spare.one(operation.submit(joinExtents, ...extents.slice(at, at + 8))));
      }
      extents = next;
    }
    return operation.submit(evenEdges, bins, ...extents) as Task<NDArray>;
  };
  const edges = submitEdges();
  const counts = chunks.map((chunk) => operation.submit(histogramBlock, edges, bins > 0, chunk));
  const sum =
    counts.length > 0
      ? submitSum(operation, counts)
      : operation.submit(histogramBlock, edges, bins > 0, null);
  const length = known ? known.size - 1 : bins;
  return {
    counts: new BlockArray(blocked("f64", oneBlock([length]), [sum])),
    edges: new BlockArray(blocked("f64", oneBlock([length + 1]), [edges])),
  };
}

export const itself = (array: NDArray): NDArray => array;

export interface BincountOptions<W extends AnyArray> {
  /** What each element counts; 1 unless given. */
  readonly weights?: W;
  /** The least length of the result. */
  readonly minlength?: number;
}

/**
 * How often each number from 0 to the largest element comes in a vector of integers. Of a distributed one a promise, because the
 * length of the result follows from the elements; the counts are one block.
 */
export function bincount<A extends AnyArray>(
  x: A,
  options: BincountOptions<A> = {},
): Answer<A, Like<A, "f64">> {
  checkNames(options, ["weights", "minlength"], "bincount");
  const array = checkArray("bincount", x);
  const { minlength = 0, weights } = options;
  checkOrdered("bincount", array.dtype);
  if (isFloat(array.dtype) || array.shape.length !== 1) {
    throw invalidArgument(
      `bincount takes a vector of integers, not ${array.dtype} of shape ${shapeText(array.shape)}`,
    );
  }
  if (!Number.isSafeInteger(minlength) || minlength < 0) {
    throw invalidArgument(`bincount, minlength ${String(minlength)}: use an integer from 0`);
  }
  if (weights !== undefined) {
    checkOrdered("bincount", checkArray("bincount", weights).dtype);
    if (!sameShape(weights.shape, array.shape) || isDArray(weights) !== isDArray(array)) {
      throw invalidArgument("bincount: weights are an array of the same kind and shape");
    }
  }
  if (isDArray(array)) {
    return countInBlocks(array, weights as DArray | undefined, minlength) as Answer<
      A,
      Like<A, "f64">
    >;
  }
  const length = lengthFor(extentOf(array as NDArray), minlength);
  return countNumbers(
    length,
    array as NDArray,
    weights as NDArray | undefined,
  ) as unknown as Answer<A, Like<A, "f64">>;
}

function lengthFor([least, most]: readonly [number, number], minlength: number): number {
  if (least < 0) throw invalidArgument(`bincount of ${least}: numbers are counted from 0`);
  return Math.max(minlength, most < 0 ? 0 : most + 1);
}

async function countInBlocks(
  array: DArray,
  weights: DArray | undefined,
  minlength: number,
): Promise<DArray<"f64">> {
  const [least, most] = array.size > 0 ? await extrema(array) : [0, -1];
  const length = lengthFor([Number(least), Number(most)], minlength);
  using operation = new Operation("bincount");
  using spare = new Spare();
  const aligned = weights && spare.all(recut(operation, weights, array.grid.cuts));
  const counts = (array.chunks as readonly Task<NDArray>[]).map((chunk, at) =>
    operation.submit(countBlock, length, chunk, aligned?.chunks[at] as Task<NDArray> | undefined),
  );
  const sum =
    counts.length > 0
      ? submitSum(operation, counts)
      : operation.submit(countBlock, length, null, undefined);
  const grid = oneBlock([length]);
  if (length > 0) return new BlockArray(blocked("f64", grid, [sum]));
  sum.dispose();
  return new BlockArray(blocked("f64", grid, []));
}
