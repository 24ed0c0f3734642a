/** Quantiles of lines, between two elements in proportion (the method "linear" of NumPy), and the tasks of blocks. */

import type { DType } from "../../memory/dtype.ts";
import { output } from "../distributed/block-tasks.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { sizeOf } from "../shape.ts";
import { numberOfWords } from "../sorting/keys.ts";
import { sortInto } from "../sorting/local.ts";
import type { Search } from "../sorting/selection.ts";
import { empty, rowMajor, type Strided } from "../strided.ts";

/** Quantiles of f32 are f32, of all others f64. */
export const quantileType = (dtype: DType): "f32" | "f64" => (dtype === "f32" ? "f32" : "f64");

/** Where quantile `q` of `n` elements lies: between the element with rank `low` and the next. */
export function placeOf(q: number, n: number): { low: number; high: number; share: number } {
  const place = q * (n - 1);
  const low = Math.min(n - 1, Math.floor(place));
  return { low, high: Math.min(n - 1, low + 1), share: place - low };
}

function between(a: number, b: number, share: number): number {
  // Zeros are equal, so that which of them has a rank is not determined: 0 is given for -0 too.
  if (a === b) return a + 0;
  return share < 0.5 ? a + (b - a) * share : b - (b - a) * (1 - share);
}

/** Sets `target` to the quantiles along an axis, which are its first axis; NaN where a line has one, or no elements. */
export function quantilesInto(
  target: Strided,
  source: NDArray,
  quantiles: readonly number[],
  axis: number,
): void {
  const sorted = empty(source.shape, source.dtype);
  sortInto(sorted, source, axis, false);
  const n = source.shape[axis] as number;
  const inner = sizeOf(source.shape.slice(axis + 1));
  const outer = sizeOf(source.shape.slice(0, axis));
  let to = target.offset;
  for (const q of quantiles) {
    const { low, high, share } = placeOf(q, n);
    for (let line = 0; line < outer * inner; line++) {
      const first = Math.floor(line / inner) * n * inner + (line % inner);
      const at = (rank: number): number => sorted.data[first + rank * inner] as number;
      const hasNone = n === 0 || Number.isNaN(at(n - 1));
      target.data[to++] = hasNone ? Number.NaN : between(at(low), at(high), share);
    }
  }
}

/** The quantiles of a block's lines, none of which is cut; `shape` is that of the result. */
export function quantileBlock(
  block: NDArray,
  quantiles: readonly number[],
  axis: number,
  shape: readonly number[],
): NDArray {
  const made = output(shape, quantileType(block.dtype));
  quantilesInto(made, block, quantiles, axis);
  return arrayOf(made);
}

/** The ranks that quantiles lie between, and last that of the largest element. */
export const ranksOf = (quantiles: readonly number[], n: number): number[] => [
  ...quantiles.flatMap((q) => {
    const { low, high } = placeOf(q, n);
    return [low, high];
  }),
  n - 1,
];

/** Quantiles of the elements that were found for their ranks. */
export function quantilesFound(
  dtype: DType,
  quantiles: readonly number[],
  n: number,
  shape: readonly number[],
  { words }: Search,
): NDArray {
  const found = words.map((own) => numberOfWords(dtype, own));
  const hasNone = Number.isNaN(found.at(-1));
  const type = quantileType(dtype);
  const data = new (type === "f32" ? Float32Array : Float64Array)(quantiles.length);
  quantiles.forEach((q, at) => {
    const { share } = placeOf(q, n);
    const [low, high] = [found[2 * at] as number, found[2 * at + 1] as number];
    data[at] = hasNone ? Number.NaN : between(low, high, share);
  });
  return arrayOf(rowMajor(data as Float64Array, shape, type as "f64"));
}

export const firstOf = (array: NDArray): number => Number(array.iget(0));
