/** Products of vectors of three elements, and of every element of an array with the whole of another. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { logicalAnd, multiply, subtract } from "../elementary/functions.ts";
import { type AnyArray, checkArray } from "../kinds.ts";
import { roll } from "../manipulation/shifting.ts";
import type { NDArray } from "../ndarray.ts";
import { normalizeAxis, shapeText, sizeOf } from "../shape.ts";
import type { ProductOf } from "./functions.ts";

export interface CrossOptions {
  /** The axis of length 3; the last by default. Axes are aligned from the last one on. */
  readonly axis?: number;
}

/** The cross products of vectors in space; the other axes broadcast. Blocks stay as they are cut. */
export function cross<A extends AnyArray, B extends AnyArray>(
  a: A,
  b: B,
  options: CrossOptions = {},
): ProductOf<A, B> {
  for (const each of [a, b]) checkArray("cross", each);
  checkNames(options, ["axis"], "cross");
  const { axis = -1 } = options;
  const fromEnd = axis < 0 ? axis : axis - Math.max(a.ndim, b.ndim);
  for (const { shape, dtype } of [a, b]) {
    if (dtype === "bool") throw invalidArgument('cross of booleans: use astype("i32") first');
    if (shape[normalizeAxis(fromEnd, shape.length)] === 3) continue;
    throw invalidArgument(
      `cross along axis ${axis} of shape ${shapeText(shape)}: vectors have 3 elements there`,
    );
  }
  const turned = (x: AnyArray, by: number): AnyArray => roll(x, by, { axis: fromEnd });
  return subtract(
    multiply(turned(a, -1), turned(b, -2)),
    multiply(turned(a, -2), turned(b, -1)),
  ) as AnyArray as ProductOf<A, B>;
}

/** The second array times each element of the first, put in that element's place: the Kronecker product. */
export function kron<A extends AnyArray, B extends AnyArray>(a: A, b: B): ProductOf<A, B> {
  for (const each of [a, b]) checkArray("kron", each);
  const ndim = Math.max(a.ndim, b.ndim);
  /** Each axis as one of two, of which the other array has the other. */
  const spread = (x: AnyArray, first: boolean): AnyArray => {
    const shape = [...new Array<number>(ndim - x.ndim).fill(1), ...x.shape];
    const pairs = shape.flatMap((length) => (first ? [length, 1] : [1, length]));
    return (x as NDArray).reshape(pairs) as AnyArray;
  };
  const factors = [spread(a, true), spread(b, false)] as const;
  const isBoth = a.dtype === "bool" && b.dtype === "bool";
  const made = (isBoth ? logicalAnd(...factors) : multiply(...factors)) as AnyArray as NDArray;
  const lengths = Array.from({ length: ndim }, (_, axis) =>
    made.shape.slice(2 * axis, 2 * axis + 2),
  );
  return made.reshape(lengths.map(sizeOf)) as AnyArray as ProductOf<A, B>;
}
