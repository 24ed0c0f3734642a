/** Counting of values and of intervals in local memory, and the tasks that count in blocks. */

import type { Task } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { output } from "../distributed/block-tasks.ts";
import type { Operation } from "../distributed/submit.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { elementsOf, empty, rowMajor, type Strided } from "../strided.ts";

/** Arrays of counts that one task adds up. */
const FAN_IN = 8;

/** Adds arrays of equal length up, a few at a time. */
export function submitSum(operation: Operation, counts: readonly Task<NDArray>[]): Task<NDArray> {
  let own = [...counts];
  while (own.length > 1) {
    const sums: Task<NDArray>[] = [];
    for (let at = 0; at < own.length; at += FAN_IN) {
      sums.push(operation.submit(addCounts, ...own.slice(at, at + FAN_IN)));
    }
    for (const each of own) each.dispose();
    own = sums;
  }
  return own[0] as Task<NDArray>;
}

export function addCounts(...counts: NDArray[]): NDArray {
  const [first, ...others] = counts as [NDArray, ...NDArray[]];
  const made = output(first.shape, "f64");
  made.data.set(elementsOf(first) as Float64Array);
  for (const other of others) {
    for (let at = 0; at < made.data.length; at++) {
      made.data[at] = (made.data[at] as number) + (other.data[other.offset + at] as number);
    }
  }
  return arrayOf(made);
}

// --- Intervals ------------------------------------------------------------------------------------

/** The smallest and the largest of some elements; the other way round for none. */
export type Extent = readonly [least: number, most: number];

/** NaN, if there is any, is both. */
export function extentOf(array: NDArray): Extent {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const each of array) {
    const x = Number(each);
    least = Math.min(least, x);
    most = Math.max(most, x);
  }
  return [least, most];
}

export const joinExtents = (...extents: Extent[]): Extent => [
  Math.min(...extents.map(([least]) => least)),
  Math.max(...extents.map(([, most]) => most)),
];

/** Ends of `bins` intervals of equal length from the smallest to the largest element. */
export function evenEdges(bins: number, ...extents: Extent[]): NDArray<"f64"> {
  let [first, last] = joinExtents(...extents);
  if (first > last) [first, last] = [0, 1];
  if (!Number.isFinite(first) || !Number.isFinite(last)) {
    throw invalidArgument(
      `histogram of elements from ${first} to ${last} needs a range: histogram(x, { range: [0, 1] })`,
    );
  }
  if (first === last) [first, last] = [first - 0.5, last + 0.5];
  const step = (last - first) / bins;
  const edges = Float64Array.from({ length: bins + 1 }, (_, at) => first + at * step);
  edges[bins] = last;
  return arrayOf(rowMajor(edges, [bins + 1], "f64"));
}

/** Adds to `counts` how many elements are in each interval; the last one includes its end. `isEven`: all are equally long. */
export function countIntervals(
  counts: Float64Array,
  edges: Float64Array,
  isEven: boolean,
  array: NDArray,
): void {
  const bins = edges.length - 1;
  const [first, last] = [edges[0] as number, edges[bins] as number];
  const scale = bins / (last - first);
  for (const each of array) {
    const x = Number(each);
    if (!(x >= first && x <= last)) continue;
    let bin = isEven ? Math.min(bins - 1, Math.floor((x - first) * scale)) : search(edges, x);
    if (isEven && x < (edges[bin] as number)) bin--;
    else if (isEven && bin < bins - 1 && x >= (edges[bin + 1] as number)) bin++;
    counts[bin] = (counts[bin] as number) + 1;
  }
}

/** The interval that `x` lies in. */
function search(edges: Float64Array, x: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((edges[middle] as number) <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

export function histogramBlock(edges: NDArray, isEven: boolean, block: NDArray | null): NDArray {
  const made = output([edges.size - 1], "f64");
  made.data.fill(0);
  if (block) countIntervals(made.data, elementsOf(edges) as Float64Array, isEven, block);
  return arrayOf(made);
}

// --- Whole numbers --------------------------------------------------------------------------------

/** How often each number from 0 comes, or the sum of the weights of its elements. */
export function countNumbers(length: number, array: NDArray, weights?: NDArray): NDArray<"f64"> {
  const made = empty([length], "f64");
  addNumbers(made, array, weights);
  return arrayOf(made);
}

export function countBlock(
  length: number,
  block: NDArray | null,
  weights: NDArray | undefined,
): NDArray {
  const made = output([length], "f64");
  made.data.fill(0);
  if (block) addNumbers(made, block, weights);
  return arrayOf(made);
}

function addNumbers({ data }: Strided, array: NDArray, weights: NDArray | undefined): void {
  for (let index = 0; index < array.size; index++) {
    const at = Number(array.iget(index));
    data[at] = (data[at] as number) + (weights ? Number(weights.iget(index)) : 1);
  }
}
