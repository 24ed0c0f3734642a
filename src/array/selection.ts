/**
 * What `slice` takes: entries of slices, and an array of indices or a mask in the place of one of them. Of several axes
 * at once there is no array of indices: NumPy takes such pairwise, others every combination.
 */

import { type DType, elementTypeOf } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { type IndexMap, sliceMap } from "./index-map.ts";
import { type Shape, sameShape, shapeText, sizeOf } from "./shape.ts";
import { resolveIndex, type SliceEntry } from "./slice.ts";

/** An array of indices, or a mask: an array of dtype bool. */
export interface IndexArray {
  readonly shape: Shape;
  readonly dtype: DType;
  [Symbol.iterator](): Iterator<unknown>;
}

type IndexVector =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float64Array;

/**
 * What `slice` takes of an axis: besides the entries of `SliceEntry` the elements at indices, given as a typed array or
 * a local vector, or those where a local vector of dtype bool is true. A mask of the array's whole shape, alone, takes
 * the elements where it is true as a vector.
 */
export type SelectEntry = SliceEntry | IndexVector | IndexArray;

export interface Selection {
  readonly map: IndexMap;
  /** Then of one axis of that view these indices. */
  readonly pick?: { readonly axis: number; readonly indices: Float64Array };
  /** Instead: these elements by their numbers in row-major order. */
  readonly numbers?: Float64Array;
}

const isPick = (entry: SelectEntry): entry is IndexVector | IndexArray =>
  typeof entry === "object" && entry !== null && !Array.isArray(entry);

/** @throws where an array of this shape has no such elements */
export function resolveSelection(entries: readonly SelectEntry[], shape: Shape): Selection {
  const picks = entries.filter(isPick);
  const [pick] = picks;
  if (!pick) return { map: sliceMap(entries as readonly SliceEntry[], shape) };
  if (picks.length > 1) {
    throw invalidArgument(
      "slice takes one array of indices; for every combination of rows and columns take one after the other: slice(rows).slice(null, columns)",
    );
  }
  const basic = entries.map((entry) => (isPick(entry) ? null : entry)) as SliceEntry[];
  const array = checkPick(pick);
  if (array.dtype === "bool" && array.shape.length !== 1) {
    return { map: sliceMap([], shape), numbers: numbersOf(array, shape, entries.length) };
  }
  if (array.shape.length !== 1) {
    throw invalidArgument(
      `slice takes vectors of indices, not an array of shape ${shapeText(array.shape)}`,
    );
  }
  const map = sliceMap(basic, shape);
  const place = axisOfEntry(entries.indexOf(pick), basic, shape);
  const axis = map.axes.indexOf(place);
  return { map, pick: { axis, indices: indicesIn(array, shape[place] as number, place) } };
}

function checkPick(entry: IndexVector | IndexArray): IndexArray {
  if (ArrayBuffer.isView(entry)) {
    const type = elementTypeOf(entry);
    if (type !== undefined && type !== "i64" && type !== "u64") {
      return asVector(entry, type as DType);
    }
  } else if ("grid" in entry) {
    throw invalidArgument(
      "an array of indices is a local one, since the shape of what it takes must be known: collect() it. With a distributed mask use await compress(mask, array), or array.assign(where(mask, value, array))",
    );
  } else if ("dtype" in entry && "shape" in entry && Symbol.iterator in entry) return entry;
  throw invalidArgument(
    `${String(entry)} is not an entry of slice; use null, an integer, [start, stop, step], "...", "newaxis", or indices as a typed array or a vector made by this library`,
  );
}

const asVector = (entry: IndexVector, dtype: DType): IndexArray => ({
  shape: [entry.length],
  dtype,
  [Symbol.iterator]: () => entry[Symbol.iterator](),
});

/** The axis that entry `at` is for. */
function axisOfEntry(at: number, basic: readonly SliceEntry[], shape: Shape): number {
  const dots = basic.indexOf("...");
  const before = basic.slice(0, at).filter((entry) => entry !== "newaxis" && entry !== "...");
  if (dots < 0 || dots > at) return before.length;
  const given = basic.filter((entry) => entry !== "newaxis" && entry !== "...");
  return before.length + shape.length - given.length;
}

function indicesIn(array: IndexArray, length: number, axis: number): Float64Array {
  if (array.dtype !== "bool") {
    return Float64Array.from(array as Iterable<number>, (at) => resolveIndex(at, length, axis));
  }
  if (array.shape[0] === length) return trueAt(array);
  throw invalidArgument(
    `slice, axis ${axis}: the mask has ${array.shape[0]} elements, but the axis ${length}; give one for each`,
  );
}

function numbersOf(mask: IndexArray, shape: Shape, entries: number): Float64Array {
  if (entries === 1 && sameShape(mask.shape, shape)) return trueAt(mask);
  throw invalidArgument(
    `a mask of shape ${shapeText(mask.shape)} is for an array of that shape, alone; this one has shape ${shapeText(shape)}. A vector is for one axis`,
  );
}

/** Where a mask is true. */
function trueAt(mask: IndexArray): Float64Array {
  const found = new Float64Array(sizeOf(mask.shape));
  let [count, at] = [0, 0];
  for (const isTaken of mask) {
    if (isTaken) found[count++] = at;
    at++;
  }
  return found.slice(0, count);
}
