/** The elements of an array, each once, in ascending order; names and meanings are those of the Python array API standard. */

import type { Task } from "../../task/task.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import type { DArray } from "../distributed/darray.ts";
import { Operation } from "../distributed/submit.ts";
import { gridOfCuts } from "../grid.ts";
import { type Answer, type AnyArray, checkArray, type Like } from "../kinds.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { checkOrdered } from "../reductions/extrema.ts";
import { checkPositions } from "../shape.ts";
import { takeAt } from "../sorting/blocks.ts";
import { Spare, sortedElements } from "../sorting/distributed.ts";
import { searchsorted, sort } from "../sorting/functions.ts";
import { takeElements } from "../sorting/local.ts";
import { empty } from "../strided.ts";
import { distances, headOf, lastElement, newPlaces, placesOf } from "./blocks.ts";

export interface UniqueCounts<A extends AnyArray> {
  readonly values: Like<A>;
  /** How often each value comes. */
  readonly counts: Like<A, "i32">;
}

export interface UniqueInverse<A extends AnyArray> {
  readonly values: Like<A>;
  /** Of the array's shape: for each element the position of its value. */
  readonly inverseIndices: Like<A, "i32">;
}

/**
 * The values that there are. Of a distributed array a promise, because how many there are follows from the elements. Each NaN is
 * a value of its own.
 */
export function uniqueValues<A extends AnyArray>(x: A): Answer<A, Like<A>> {
  const found = unique("uniqueValues", x, false);
  const values = found instanceof Promise ? found.then((own) => own.values) : found.values;
  return values as unknown as Answer<A, Like<A>>;
}

/** The values that there are, and how often each comes. */
export function uniqueCounts<A extends AnyArray>(x: A): Answer<A, UniqueCounts<A>> {
  return unique("uniqueCounts", x, true) as unknown as Answer<A, UniqueCounts<A>>;
}

/** The values that there are, and which of them each element is. Not of complex numbers. */
export function uniqueInverse<A extends AnyArray>(x: A): Answer<A, UniqueInverse<A>> {
  checkOrdered("uniqueInverse", checkArray("uniqueInverse", x).dtype);
  const withInverse = ({ values }: Found) => ({ values, inverseIndices: searchsorted(values, x) });
  const found = unique("uniqueInverse", x, false);
  const result = found instanceof Promise ? found.then(withInverse) : withInverse(found);
  return result as unknown as Answer<A, UniqueInverse<A>>;
}

interface Found {
  readonly values: AnyArray;
  readonly counts?: AnyArray;
}

function unique(name: string, x: AnyArray, counted: boolean): Found | Promise<Found> {
  const array = checkArray(name, x);
  checkPositions(name, array.size);
  return isDArray(array) ? ofBlocks(name, array, counted) : ofLocal(array as NDArray, counted);
}

function ofLocal(array: NDArray, counted: boolean): Found {
  const sorted = sort(array.reshape([array.size]));
  const places = Int32Array.from(placesOf(sorted, undefined));
  const values = empty([places.length], array.dtype);
  takeElements(sorted, sorted.offset, places, values.data, 0);
  if (!counted) return { values: arrayOf(values) };
  const counts = empty([places.length], "i32");
  places.forEach((place, at) => {
    counts.data[at] = (places[at + 1] ?? array.size) - place;
  });
  return { values: arrayOf(values), counts: arrayOf(counts) };
}

async function ofBlocks(name: string, array: DArray, counted: boolean): Promise<Found> {
  using operation = new Operation(name);
  using spare = new Spare();
  const sorted = spare.all(sortedElements(operation, array as unknown as Blocked));
  const starts = sorted.grid.cuts[0] as readonly number[];
  const runs = sorted.chunks as readonly Task<NDArray>[];
  const places = runs.map((run, at) => {
    const before =
      runs[at - 1] && spare.one(operation.submit(lastElement, runs[at - 1] as typeof run));
    return spare.one(operation.submit(newPlaces, run, starts[at] as number, before));
  });
  const values = runs.map((run, at) =>
    operation.submit(takeAt, run, places[at] as typeof run, starts[at] as number),
  );
  const heads = await Promise.all(places.map((each) => operation.submit(headOf, each).fetch()));
  const isSome = (_: unknown, at: number): boolean => (heads[at]?.[0] as number) > 0;
  for (const [at, each] of values.entries()) if (!isSome(each, at)) each.dispose();
  const some = heads.filter(isSome);
  let end = 0;
  const grid = gridOfCuts([[0, ...some.map(([count]) => (end += count))]]);
  const of = (dtype: DArray["dtype"], chunks: readonly Task<NDArray>[]): DArray =>
    new BlockArray(blocked(dtype, grid, chunks));
  const found = of(array.dtype, values.filter(isSome));
  if (!counted) return { values: found };
  const counts = places
    .filter(isSome)
    .map((each, at) => operation.submit(distances, each, some[at + 1]?.[1] ?? array.size));
  return { values: found, counts: of("i32", counts) };
}
