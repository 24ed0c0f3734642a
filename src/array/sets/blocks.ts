/** The tasks of sets: where sorted runs have elements that did not come before. Two NaN are two elements. */

import type { DType } from "../../memory/dtype.ts";
import { output } from "../distributed/block-tasks.ts";
import { type DataOf, isComplex } from "../element.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { takeAt } from "../sorting/blocks.ts";
import { elementsOf } from "../strided.ts";

/** The last element of a run, to compare the first one of the next run with. */
export function lastElement(run: NDArray): NDArray {
  return run.slice([run.size - 1, run.size]).copy();
}

/** The positions of new elements in a sorted run that begins at position `start`, behind `before`. */
export function newPlaces(run: NDArray, start: number, before?: NDArray): NDArray {
  const places = placesOf(run, before);
  const made = output([places.length], "i32");
  places.forEach((place, at) => {
    made.data[at] = start + place;
  });
  return arrayOf(made);
}

export function placesOf(run: NDArray, before: NDArray | undefined): number[] {
  const data = elementsOf(run.contiguous());
  const lanes = isComplex(run.dtype) ? 2 : 1;
  const last = before && elementsOf(before.contiguous());
  const places: number[] = [];
  for (let at = 0; at < run.size; at++) {
    const isNew =
      at > 0
        ? differs(data, at * lanes, data, (at - 1) * lanes, lanes)
        : !last || differs(data, 0, last, 0, lanes);
    if (isNew) places.push(at);
  }
  return places;
}

type Data = DataOf<DType>;

const differs = (a: Data, at: number, b: Data, bt: number, lanes: number): boolean =>
  a[at] !== b[bt] || (lanes === 2 && a[at + 1] !== b[bt + 1]);

/** The values at these positions of a sorted run that begins at position `start`. */
export function valuesAt(run: NDArray, places: NDArray, start: number): NDArray {
  const made = takeAt(run, places, start);
  unsignZeros(made);
  return made;
}

/** Zeros are one value: which of them a run has first is not determined, so that it is 0. */
export function unsignZeros({ data, dtype }: NDArray): void {
  if (dtype !== "f64" && dtype !== "f32" && !isComplex(dtype)) return;
  for (let at = 0; at < data.length; at++) data[at] = (data[at] as number) + 0;
}

/** How many there are, and the first of them. */
export const headOf = (places: NDArray): readonly [number, number] => [
  places.size,
  places.size > 0 ? Number(places.iget(0)) : 0,
];

/** From each place to the next, of which the last is `end`. */
export function distances(places: NDArray, end: number): NDArray {
  const own = elementsOf(places.contiguous());
  const made = output([own.length], "i32");
  for (let at = 0; at < own.length; at++) {
    made.data[at] = (own[at + 1] ?? end) - (own[at] as number);
  }
  return arrayOf(made);
}
