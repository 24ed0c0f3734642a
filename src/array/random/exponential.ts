/** Random numbers of the exponential distribution with mean 1, by inversion of its distribution function. */

import type { DType, TypedArray } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Region } from "../grid.ts";
import { forEachRun } from "../region.ts";
import type { Shape } from "../shape.ts";
import { type Stream, wordsOf } from "./philox.ts";
import { eachWords } from "./uniform.ts";

const EXPONENTIAL: Stream = [0, 3];

/** @throws where the dtype does not hold real numbers, or the mean is not one above 0. */
export function checkExponential(scale: number, dtype: DType): void {
  if (dtype !== "f64" && dtype !== "f32") {
    throw invalidArgument(`exponential numbers are of dtype f64 or f32, not ${dtype}`);
  }
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) {
    throw invalidArgument(`exponential with scale ${String(scale)}: the mean is a number above 0`);
  }
}

/** Numbers of mean `scale`. */
export function fillExponential(
  out: TypedArray,
  { seed, scale }: { readonly seed: number; readonly scale: number },
  whole: Shape,
  region: Region,
): void {
  const key = wordsOf(seed);
  forEachRun(whole, region, (index, at, count) => {
    eachWords(index, count, 2, EXPONENTIAL, key, (words, from, done, n) => {
      for (let i = 0; i < n; i++) {
        const low = words[from + 2 * i] as number;
        const unit = ((words[from + 2 * i + 1] as number) * 2 ** 21 + (low >>> 11)) * 2 ** -53;
        out[at + done + i] = -Math.log1p(-unit) * scale;
      }
    });
  });
}
