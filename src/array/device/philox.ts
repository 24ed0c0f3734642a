/**
 * Random numbers on a device: the numbers that threads make for the same seed, bit by bit. See `random/philox.ts`
 * for the method; here each item of a kernel makes one number.
 */

import { globalIndex } from "../../kernel/intrinsics.ts";

const MULTIPLIER_0: number = 0xd2511f53 | 0;
const MULTIPLIER_1: number = 0xcd9e8d57 | 0;
const KEY_STEP_0: number = 0x9e3779b9 | 0;
const KEY_STEP_1: number = 0xbb67ae85 | 0;

/** The upper 32 bits of the product of two unsigned words. */
function upperProduct(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = (Math.imul(a1, b0) >>> 0) + (Math.imul(a0, b0) >>> 16);
  const other = (middle & 0xffff) + (Math.imul(a0, b1) >>> 0);
  return (Math.imul(a1, b1) + (middle >>> 16) + (other >>> 16)) | 0;
}

/**
 * Uniform numbers of 24 bits for the elements of a part of an array: its element 0 is element `first` of the whole, its
 * axes have the lengths `n1` to `n3` (but the first) and the steps `w0` to `w3` in the whole.
 */
export function uniform(
  O: { [index: number]: number },
  first: number,
  n1: number,
  n2: number,
  n3: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  key0: number,
  key1: number,
): void {
  const i = globalIndex();
  const d3 = i % n3;
  const r2 = Math.trunc(i / n3);
  const d2 = r2 % n2;
  const r1 = Math.trunc(r2 / n2);
  const d1 = r1 % n1;
  const d0 = Math.trunc(r1 / n1);
  const index = first + d0 * w0 + d1 * w1 + d2 * w2 + d3 * w3;
  let c0 = index >> 2;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  let k0 = key0 | 0;
  let k1 = key1 | 0;
  for (let round = 0; round < 10; round++) {
    const a = upperProduct(c0, MULTIPLIER_0);
    const b = upperProduct(c2, MULTIPLIER_1);
    const low0 = Math.imul(c0, MULTIPLIER_0);
    const low1 = Math.imul(c2, MULTIPLIER_1);
    c0 = b ^ c1 ^ k0;
    c1 = low1;
    c2 = a ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + KEY_STEP_0) | 0;
    k1 = (k1 + KEY_STEP_1) | 0;
  }
  const lane = index & 3;
  const word = lane === 0 ? c0 : lane === 1 ? c1 : lane === 2 ? c2 : c3;
  O[i] = (word >>> 8) / 16777216;
}
