/** Where elements are that are other than zero. */

import { invalidArgument } from "../../wire/errors.ts";
import * as creation from "../creation.ts";
import { isDArray } from "../distributed/block-array.ts";
import type { DArray } from "../distributed/darray.ts";
import { type Answer, type AnyArray, checkArray, type Like } from "../kinds.ts";
import { createLike } from "../like.ts";
import { elementwise } from "../manipulation/choosing.ts";
import type { NDArray } from "../ndarray.ts";
import { checkPositions, type Shape, sizeOf } from "../shape.ts";
import { compress } from "./compressing.ts";

/**
 * For each axis the indices of the elements that are other than zero, in row-major order. Of a distributed array a promise,
 * because how many there are follows from the elements; a block for each block that has some.
 */
export function nonzero<A extends AnyArray>(x: A): Answer<A, Like<A, "i32">[]> {
  const { shape, dtype, size } = checkArray("nonzero", x);
  if (shape.length === 0) {
    throw invalidArgument("nonzero of an array without dimensions: reshape([1]) gives it an axis");
  }
  checkPositions("nonzero", size);
  const positions = createLike("nonzero", x, creation.arange(shape, { dtype: "i32" })) as AnyArray;
  const mask = dtype === "bool" ? x : (x.astype("bool") as AnyArray);
  const found = isDArray(x)
    ? fromBlocks(mask as DArray, positions as DArray, mask !== x)
    : indicesOf(compress(mask as NDArray, positions as NDArray), shape);
  return found as AnyArray[] | Promise<AnyArray[]> as Answer<A, Like<A, "i32">[]>;
}

async function fromBlocks(mask: DArray, positions: DArray, isOwn: boolean): Promise<AnyArray[]> {
  using _own = positions;
  try {
    return indicesOf(await compress(mask, positions), positions.shape);
  } finally {
    if (isOwn) mask.dispose();
  }
}

/** The place along an axis with `behind` elements a place, of `length`. */
export const placeAlong = (position: number, behind: number, length: number): number =>
  Math.floor(position / behind) % length;

/** Indices along each axis of positions in row-major order. */
function indicesOf(found: AnyArray, shape: Shape): AnyArray[] {
  if (shape.length === 1) return [found];
  return shape.map((length, axis) =>
    elementwise("nonzero", placeAlong, [found, sizeOf(shape.slice(axis + 1)), length], "i32"),
  );
}
