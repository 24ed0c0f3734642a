/**
 * What the tasks of sorting run. Lines that lie in one block are sorted there. One that is cut is sorted block by block, its cuts are
 * found among the sorted runs (`selection.ts`), and each block of the result merges its share of every run. So blocks keep
 * their lengths whatever the elements are, and no task is given more than its block.
 */

import { elementOf, type TypedArray } from "../../memory/dtype.ts";
import { output } from "../distributed/block-tasks.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { elementsOf } from "../strided.ts";
import { keysOf } from "./keys.ts";
import { argsortInto, orderOf, sortInto, takeElements } from "./local.ts";
import { mergeRuns } from "./merge.ts";
import { type Search, type SearchSpec, Sorted } from "./selection.ts";

export function sortBlock(block: NDArray, axis: number, descending: boolean): NDArray {
  const made = output(block.shape, block.dtype);
  sortInto(made, block, axis, descending);
  return arrayOf(made);
}

export function argsortBlock(block: NDArray, axis: number, descending: boolean): NDArray {
  const made = output(block.shape, "i32");
  argsortInto(made, block, axis, descending);
  return arrayOf(made);
}

/** All elements of a block in their order. */
export function sortedRun(block: NDArray, descending: boolean): NDArray {
  const made = output([block.size], block.dtype);
  sortInto(made, block.reshape([block.size]), 0, descending);
  return arrayOf(made);
}

/** The positions of the elements of a line in their order; the line begins at position `start`. */
export function orderedPositions(block: NDArray, descending: boolean, start: number): NDArray {
  const own = block.contiguous();
  const order = orderOf(own, own.offset, own.size, descending);
  const made = output([own.size], "i32");
  for (let i = 0; i < order.length; i++) made.data[i] = start + (order[i] as number);
  return arrayOf(made);
}

/** The elements of a line that begins at position `start`, at these positions. */
export function takeAt(block: NDArray, positions: NDArray, start: number): NDArray {
  const own = block.contiguous();
  const made = output([positions.size], own.dtype);
  const places = elementsOf(positions).map((place) => place - start);
  takeElements(own, own.offset, places as Int32Array, made.data as TypedArray, 0);
  return arrayOf(made);
}

/** For each rank how many elements of a run are before, and how many equal to, the element that has it. */
export type Bounds = readonly { readonly less: number; readonly equal: number }[];

export function boundsOf(spec: SearchSpec, { words }: Search, run: NDArray): Bounds {
  const keys = keysOf(spec.dtype, spec.descending);
  const sorted = new Sorted(run, keys);
  const last = keys.bytes.length - 1;
  return words.map((key) => {
    const less = sorted.below(key, last, 0);
    return { less, equal: sorted.upTo(key, last, 0) - less };
  });
}

/** For each run where its share of each block of the result ends; of equal elements those of earlier runs come first. */
export function sharesOf(
  lengths: readonly number[],
  { ranks }: Search,
  ...bounds: Bounds[]
): NDArray {
  const rest = [...ranks];
  const made = output([lengths.length, ranks.length + 1], "f64");
  const width = ranks.length + 1;
  bounds.forEach((own, run) => {
    own.forEach(({ less, equal }, at) => {
      const taken = Math.min(equal, rest[at] as number);
      (rest[at] as number) -= taken;
      made.data[run * width + at] = less + taken;
    });
    made.data[run * width + ranks.length] = lengths[run] as number;
  });
  return arrayOf(made);
}

/** The share that block `block` of the result has of run `run`. */
export function cutRun(shares: NDArray, run: number, block: number, sorted: NDArray): NDArray {
  const [from, to] = [
    block === 0 ? 0 : Number(shares.get(run, block - 1)),
    Number(shares.get(run, block)),
  ];
  const { lanes } = elementOf(sorted.dtype);
  const made = output([to - from], sorted.dtype);
  made.data.set(elementsOf(sorted).subarray(from * lanes, to * lanes) as never);
  return arrayOf(made);
}

/** Sorted runs as one. */
export function mergeBlock(descending: boolean, ...runs: NDArray[]): NDArray {
  const { dtype } = runs[0] as NDArray;
  const merged = mergeRuns(
    runs.map((run) => ({ data: elementsOf(run), numbers: undefined })),
    dtype,
    descending,
  );
  const made = output([totalOf(runs)], dtype);
  made.data.set(merged.data as never);
  return arrayOf(made);
}

/** What belongs to the elements of sorted runs, which come first, in the order of their merger. */
export function mergePositions(descending: boolean, ...given: NDArray[]): NDArray {
  const half = given.length / 2;
  const runs = given.slice(0, half).map((run, at) => ({
    data: elementsOf(run),
    numbers: elementsOf(given[half + at] as NDArray<"i32">),
  }));
  const merged = mergeRuns(runs, (given[0] as NDArray).dtype, descending);
  const made = output([totalOf(given.slice(0, half))], "i32");
  if (merged.numbers) made.data.set(merged.numbers);
  return arrayOf(made);
}

const totalOf = (runs: readonly NDArray[]): number => runs.reduce((sum, run) => sum + run.size, 0);
