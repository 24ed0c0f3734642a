/** Kernels that the array functions need on a device besides those that users' functions become. */

import { globalIndex } from "../../kernel/intrinsics.ts";

/** Typed arrays in a kernel: their elements are there. */
interface Elements {
  [index: number]: number;
}

/**
 * Where element `i` of a part with up to four axes lies in the whole: the lengths of the last three axes are `n1` to
 * `n3`, the steps of all `s0` to `s3`.
 */
export function placeIn(
  i: number,
  n1: number,
  n2: number,
  n3: number,
  s0: number,
  s1: number,
  s2: number,
  s3: number,
): number {
  const r2 = Math.trunc(i / n3);
  const r1 = Math.trunc(r2 / n2);
  return Math.trunc(r1 / n1) * s0 + (r1 % n1) * s1 + (r2 % n2) * s2 + (i % n3) * s3;
}

/** Sets all elements to a value. */
export function setAll(O: Elements, value: number): void {
  O[globalIndex()] = value;
}

/** Whole numbers in even steps, in units of `unit`; the places are as for `placeIn`. */
export function setRange(
  O: Elements,
  first: number,
  n1: number,
  n2: number,
  n3: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  start: number,
  step: number,
  unit: number,
): void {
  const i = globalIndex();
  O[i] = (start + (first + placeIn(i, n1, n2, n3, w0, w1, w2, w3)) * step) * unit;
}

/** 1 on the diagonal of a matrix: of a part with so many columns that begins at a row and a column. */
export function setIdentity(O: Elements, columns: number, row: number, column: number): void {
  const i = globalIndex();
  O[i] = row + Math.trunc(i / columns) === column + (i % columns) ? 1 : 0;
}

/** Sets the elements at some places. */
export function scatter(O: Elements, Places: Elements, Values: Elements): void {
  const i = globalIndex();
  O[Places[i] as number] = Values[i] as number;
}

/** Copies all elements, to another type where that is one. */
export function copyAll(O: Elements, A: Elements): void {
  O[globalIndex()] = A[globalIndex()] as number;
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
  const to = o + placeIn(i, n1, n2, n3, o0, o1, o2, o3);
  O[to] = A[a + placeIn(i, n1, n2, n3, a0, a1, a2, a3)] as number;
}
