/** The elements of an array, each once, in ascending order; names and meanings are those of the Python array API standard. */

import type { Task } from "../../task/task.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import { regrid } from "../distributed/creation.ts";
import type { DArray } from "../distributed/darray.ts";
import { Operation } from "../distributed/submit.ts";
import { type BlockGrid, gridOfCuts } from "../grid.ts";
import { type Answer, type AnyArray, checkArray, type Like } from "../kinds.ts";
import { flattened } from "../manipulation/axes.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { checkOrdered } from "../reductions/extrema.ts";
import { checkPositions } from "../shape.ts";
import { takeAt } from "../sorting/blocks.ts";
import { Spare, sortedElements } from "../sorting/distributed.ts";
import { argsort, searchsorted, sort } from "../sorting/functions.ts";
import { takeElements } from "../sorting/local.ts";
import { empty } from "../strided.ts";
import {
  distances,
  headOf,
  lastElement,
  newPlaces,
  placesOf,
  unsignZeros,
  valuesAt,
} from "./blocks.ts";

export interface UniqueCounts<A extends AnyArray> {
  readonly values: Like<A>;
  /** How often each value comes. */
  readonly counts: Like<A, "i32">;
}

export interface UniqueInverse<A extends AnyArray> {
  readonly values: Like<A>;
  /** Of the array's shape: for each element the position of its value; for NaN that of the first. */
  readonly inverseIndices: Like<A, "i32">;
}

export interface UniqueAll<A extends AnyArray> extends UniqueCounts<A>, UniqueInverse<A> {
  /** The position of the first element, in row-major order, that has each value. */
  readonly indices: Like<A, "i32">;
}

/**
 * The values that there are. Of a distributed array a promise, because how many there are follows from the elements. Each NaN is
 * a value of its own.
 */
export function uniqueValues<A extends AnyArray>(x: A): Answer<A, Like<A>> {
  const found = unique("uniqueValues", x);
  const values = found instanceof Promise ? found.then((own) => own.values) : found.values;
  return values as unknown as Answer<A, Like<A>>;
}

/** The values that there are, and how often each comes. */
export function uniqueCounts<A extends AnyArray>(x: A): Answer<A, UniqueCounts<A>> {
  return unique("uniqueCounts", x, { counts: true }) as unknown as Answer<A, UniqueCounts<A>>;
}

/** The values that there are, and which of them each element is. Not of complex numbers. */
export function uniqueInverse<A extends AnyArray>(x: A): Answer<A, UniqueInverse<A>> {
  return withInverse("uniqueInverse", x, {}) as unknown as Answer<A, UniqueInverse<A>>;
}

/** The values that there are, where each comes first, which of them each element is, and how often each comes. Not of complex numbers. */
export function uniqueAll<A extends AnyArray>(x: A): Answer<A, UniqueAll<A>> {
  const wanted = { counts: true, indices: true };
  return withInverse("uniqueAll", x, wanted) as unknown as Answer<A, UniqueAll<A>>;
}

interface Wanted {
  readonly counts?: boolean;
  readonly indices?: boolean;
}

interface Found {
  readonly values: AnyArray;
  readonly indices?: AnyArray;
  readonly counts?: AnyArray;
}

function withInverse(name: string, x: AnyArray, wanted: Wanted): object {
  checkOrdered(name, checkArray(name, x).dtype);
  const inverted = (found: Found): object => ({
    ...found,
    inverseIndices: searchsorted(found.values, x),
  });
  const found = unique(name, x, wanted);
  return found instanceof Promise ? found.then(inverted) : inverted(found);
}

function unique(name: string, x: AnyArray, wanted: Wanted = {}): Found | Promise<Found> {
  const array = checkArray(name, x);
  checkPositions(name, array.size);
  return isDArray(array) ? ofBlocks(name, array, wanted) : ofLocal(array as NDArray, wanted);
}

function ofLocal(array: NDArray, wanted: Wanted): Found {
  const line = array.reshape([array.size]);
  const sorted = sort(line);
  const places = Int32Array.from(placesOf(sorted, undefined));
  const taken = (from: NDArray): NDArray => {
    const made = empty([places.length], from.dtype);
    takeElements(from, from.offset, places, made.data, 0);
    return arrayOf(made);
  };
  const counts = empty([places.length], "i32");
  places.forEach((place, at) => {
    counts.data[at] = (places[at + 1] ?? array.size) - place;
  });
  const values = taken(sorted);
  unsignZeros(values);
  return {
    values,
    ...(wanted.indices && { indices: taken(argsort(line)) }),
    ...(wanted.counts && { counts: arrayOf(counts) }),
  };
}

async function ofBlocks(name: string, array: DArray, wanted: Wanted): Promise<Found> {
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
    operation.submit(valuesAt, run, places[at] as typeof run, starts[at] as number),
  );
  const order = wanted.indices ? spare.all(orderOf(array, sorted.grid)) : undefined;
  const indices = order?.chunks.map((run, at) =>
    operation.submit(takeAt, run, places[at] as typeof run, starts[at] as number),
  );
  const heads = await Promise.all(places.map((each) => operation.submit(headOf, each).fetch()));
  const isSome = (_: unknown, at: number): boolean => (heads[at]?.[0] as number) > 0;
  for (const list of [values, indices ?? []])
    for (const [at, each] of list.entries()) if (!isSome(each, at)) each.dispose();
  const some = heads.filter(isSome);
  let end = 0;
  const grid = gridOfCuts([[0, ...some.map(([count]) => (end += count))]]);
  const of = (dtype: DArray["dtype"], chunks: readonly Task<NDArray>[]): DArray =>
    new BlockArray(blocked(dtype, grid, chunks));
  const found = {
    values: of(array.dtype, values.filter(isSome)),
    ...(indices && { indices: of("i32", indices.filter(isSome)) }),
  };
  if (!wanted.counts) return found;
  const counts = places
    .filter(isSome)
    .map((each, at) => operation.submit(distances, each, some[at + 1]?.[1] ?? array.size));
  return { ...found, counts: of("i32", counts) };
}

/** The positions of the elements in their order, cut as the sorted elements are. */
function orderOf(array: DArray, grid: BlockGrid): Blocked {
  using order = argsort(flattened(array));
  return regrid(order as BlockArray<"i32">, grid);
}
