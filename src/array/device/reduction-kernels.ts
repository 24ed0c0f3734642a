/**
 * Kernels of reductions: each item joins a run of elements of one line to one partial result, so that rounding
 * errors grow with the length of a run and the number of rounds, and nothing has to be shared by groups.
 */

import { globalIndex } from "../../kernel/intrinsics.ts";

interface Elements {
  [index: number]: number;
}

/** Elements that an item joins. */
export const RUN = 64;

/** Where place `i` along up to three axes lies: `n1` and `n2` are the lengths of the last two, `s0` to `s2` the steps. */
function placeOf(i: number, n1: number, n2: number, s0: number, s1: number, s2: number): number {
  let place = i * s0;
  if (n1 * n2 !== 1) {
    const r = Math.trunc(i / n2);
    place = Math.trunc(r / n1) * s0 + (r % n1) * s1 + (i % n2) * s2;
  }
  return place;
}

/**
 * Joins each of the `lines` lines of `count` elements to `parts` partial results. `isAcross`: items that follow one another
 * take neighbouring lines, else neighbouring parts of one; the results are in the same order. A part has every `step`-th
 * element. Then come the axes of the lines, and those within a line, as for `placeOf`. `M` has a number for each line.
 */
const reducer =
  (join: (a: number, b: number) => number, map: (x: number, m: number) => number) =>
  (
    P: Elements,
    A: Elements,
    M: Elements,
    lines: number,
    parts: number,
    isAcross: number,
    count: number,
    step: number,
    l1: number,
    l2: number,
    t0: number,
    t1: number,
    t2: number,
    n1: number,
    n2: number,
    s0: number,
    s1: number,
    s2: number,
  ): void => {
    const i = globalIndex();
    const line = isAcross === 1 ? i % lines : Math.trunc(i / parts);
    const part = isAcross === 1 ? Math.trunc(i / lines) : i % parts;
    const m = M[line] as number;
    const from = placeOf(line, l1, l2, t0, t1, t2);
    let at = Math.trunc(part / step) * (step * 64) + (part % step);
    let joined = map(A[from + placeOf(at, n1, n2, s0, s1, s2)] as number, m);
    for (let turn = 1; turn < 64; turn++) {
      at += step;
      if (at >= count) break;
      joined = join(joined, map(A[from + placeOf(at, n1, n2, s0, s1, s2)] as number, m));
    }
    P[i] = joined;
  };

export type Reducer = ReturnType<typeof reducer>;

const itself = (x: number): number => x;
const add = (a: number, b: number): number => a + b;
const larger = (a: number, b: number): number => Math.max(a, b);

export const sum: Reducer = reducer(add, itself);
export const prod: Reducer = reducer((a, b) => a * b, itself);
export const min: Reducer = reducer((a, b) => Math.min(a, b), itself);
export const max: Reducer = reducer(larger, itself);
/** 1 for elements other than zero. */
export const truths: Reducer = reducer(larger, (x) => (x !== 0 ? 1 : 0));
export const falsehoods: Reducer = reducer(larger, (x) => (x === 0 ? 1 : 0));
/** The lower halves of integers; the upper ones with a sign, and without. */
export const lowerHalves: Reducer = reducer(add, (x) => x & 0xffff);
export const signedUpperHalves: Reducer = reducer(add, (x) => x >> 16);
export const upperHalves: Reducer = reducer(add, (x) => x >>> 16);
export const magnitudes: Reducer = reducer(larger, (x) => Math.abs(x));
/** Distances from a mean, and their squares. */
export const distances: Reducer = reducer(add, (x, m) => x - m);
export const squaredDistances: Reducer = reducer(add, (x, m) => (x - m) * (x - m));
/** Squares in units of the largest magnitude; where that is infinite or 0, of itself. */
export const scaledSquares: Reducer = reducer(add, (x, m) => {
  const ratio = Math.abs(x) === m ? 1 : x / m;
  return ratio * ratio;
});

/** Of functions of the user: their numbers are f32, whatever they are made of. */
export const folder = (
  join: (a: number, b: number) => number,
  map: (x: number) => number,
): Reducer =>
  reducer(
    (a, b) => Math.fround(join(a, b)),
    (x) => Math.fround(map(x)),
  );

/** Divides sums by a number, to means. */
export function divideAll(O: Elements, A: Elements, n: number): void {
  const i = globalIndex();
  O[i] = (A[i] as number) / n;
}
