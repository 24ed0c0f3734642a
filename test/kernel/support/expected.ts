/** What arrays must hold afterwards, worked out by hand. */

import type { Argument } from "./cases.ts";

/** Sets each element of the first array to a function of its index and the other arrays. */
export const each =
  (value: (i: number, ...arrays: Float32Array[]) => number) =>
  ([O, ...rest]: readonly Argument[]): void => {
    const out = O as Float32Array;
    for (let i = 0; i < out.length; i++) out[i] = value(i, ...(rest as Float32Array[]));
  };

export const at = (A: Float32Array | undefined, i: number): number => A?.[i] ?? 0;

export const total = (A: Float32Array | undefined, from: number, to: number): number => {
  let sum = 0;
  for (let k = from; k < to; k++) sum += at(A, k);
  return sum;
};
