/** Arrays brought to one shape by repeating axes of length 1. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { type AnyArray, checkArray, checkArrays, type Like } from "../kinds.ts";
import type { NDArray } from "../ndarray.ts";
import { broadcastShapes, shapeText, sizeOf } from "../shape.ts";
import { broadcastTo } from "./axes.ts";

/** Each array of its own kind. */
type Each<A extends readonly AnyArray[]> = { -readonly [K in keyof A]: Like<A[K]> };

/** The arrays with their common shape; see `broadcastTo`. */
export function broadcastArrays<const A extends readonly AnyArray[]>(...arrays: A): Each<A> {
  const given = checkArrays("broadcastArrays", arrays);
  const shape = broadcastShapes(...given.map((array) => array.shape));
  return given.map((array) => broadcastTo(array, shape)) as Each<A>;
}

export interface MeshgridOptions {
  /** Along which axis the first vector goes: the second ("xy", unless given), as in pictures, or the first ("ij"), as in matrices. */
  readonly indexing?: "xy" | "ij";
}

/** Of vectors of coordinates the coordinates of all points of their grid: an array a vector. */
export function meshgrid<const A extends readonly AnyArray[]>(...vectors: A): Each<A>;
export function meshgrid<const A extends readonly AnyArray[]>(
  ...vectorsAndOptions: [...A, MeshgridOptions]
): Each<A>;
export function meshgrid(...given: readonly (AnyArray | MeshgridOptions)[]): AnyArray[] {
  const last = given.at(-1);
  const hasOptions =
    Object.prototype.toString.call(last) === "[object Object]" && !("shape" in Object(last));
  const options = (hasOptions ? last : {}) as MeshgridOptions;
  checkNames(options, ["indexing"], "meshgrid");
  const { indexing = "xy" } = options;
  if (indexing !== "xy" && indexing !== "ij") {
    throw invalidArgument(`meshgrid: indexing is "xy" or "ij", not ${String(indexing)}`);
  }
  const vectors = (hasOptions ? given.slice(0, -1) : given).map((x) => checkArray("meshgrid", x));
  const long = vectors.find(({ shape }) => shape.length > 1);
  if (long) {
    throw invalidArgument(`meshgrid takes vectors, not an array of shape ${shapeText(long.shape)}`);
  }
  const swapped = indexing === "xy" && vectors.length > 1;
  const axisOf = (at: number): number => (swapped && at < 2 ? 1 - at : at);
  const lengths = vectors.map((_, at) => sizeOf((vectors[axisOf(at)] as AnyArray).shape));
  return vectors.map((vector, at) => {
    const axis = axisOf(at);
    const own = lengths.map((length, k) => (k === axis ? length : 1));
    return broadcastTo((vector as NDArray).reshape(own) as AnyArray, lengths);
  });
}
