/** Kernels that the array functions need on a device besides those that users' functions become. */

import {
  barrier,
  globalIndex,
  globalSize,
  groupIndex,
  local,
  localIndex,
} from "../../kernel/intrinsics.ts";

/** Typed arrays in a kernel: their elements are there. */
interface Elements {
  [index: number]: number;
}

/** Sets all elements to a value. */
export function setAll(O: Elements, value: number): void {
  O[globalIndex()] = value;
}

/**
 * Moves elements between arrays of up to four axes: of `O` those at `o` and the steps `o0` to `o3` get those of `A` at
 * `a` and the steps `a0` to `a3`. The lengths of the last three axes are `n1` to `n3`.
 */
export function move(
  O: Elements,
  A: Elements,
  n1: number,
  n2: number,
  n3: number,
  o: number,
  o0: number,
  o1: number,
  o2: number,
  o3: number,
  a: number,
  a0: number,
  a1: number,
  a2: number,
  a3: number,
): void {
  const i = globalIndex();
  const d3 = i % n3;
  const r2 = Math.trunc(i / n3);
  const d2 = r2 % n2;
  const r1 = Math.trunc(r2 / n2);
  const d1 = r1 % n1;
  const d0 = Math.trunc(r1 / n1);
  O[o + d0 * o0 + d1 * o1 + d2 * o2 + d3 * o3] = A[
    a + d0 * a0 + d1 * a1 + d2 * a2 + d3 * a3
  ] as number;
}

export const REDUCTION_GROUP = 256;

/** Joins all elements to one for each group. */
const reducer =
  (join: (a: number, b: number) => number, first: number) =>
  (P: Elements, A: Elements, n: number): void => {
    const part = local("f32", 256);
    const l = localIndex();
    let joined = first;
    for (let i = globalIndex(); i < n; i += globalSize()) joined = join(joined, A[i] as number);
    part[l] = joined;
    for (let half = 128; half > 0; half >>= 1) {
      barrier();
      if (l < half) part[l] = join(part[l] as number, part[l + half] as number);
    }
    if (l === 0) P[groupIndex()] = part[0] as number;
  };

type Reducer = (P: Elements, A: Elements, n: number) => void;

/** By the names of the reductions. */
export const reducers: Readonly<Record<"sum" | "prod" | "min" | "max", Reducer>> = {
  sum: reducer((a, b) => a + b, 0),
  prod: reducer((a, b) => a * b, 1),
  min: reducer((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  max: reducer((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
};
