/**
 * Random numbers on a device: the numbers that threads make for the same seed, bit by bit where they are uniform. See
 * `random/philox.ts` for the method; here each item of a kernel makes one number.
 */

import { atomicAdd, globalIndex } from "../../kernel/intrinsics.ts";
import { placeIn } from "./kernels.ts";

const MULTIPLIER_0: number = 0xd2511f53 | 0;
const MULTIPLIER_1: number = 0xcd9e8d57 | 0;
const KEY_STEP_0: number = 0x9e3779b9 | 0;
const KEY_STEP_1: number = 0xbb67ae85 | 0;

interface Elements {
  [index: number]: number;
}

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

/** Word `lane` of the block of a counter, whose other words are 0, 0 and `stream`. */
function wordOf(counter: number, stream: number, key0: number, key1: number, lane: number): number {
  let c0 = counter;
  let c1 = 0;
  let c2 = 0;
  let c3 = stream;
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
  return lane === 0 ? c0 : lane === 1 ? c1 : lane === 2 ? c2 : c3;
}

/** Uniform numbers of 24 bits for the elements of a part of an array. The places are as for `placeIn`. */
export function uniform(
  O: Elements,
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
  const index = first + placeIn(i, n1, n2, n3, w0, w1, w2, w3);
  O[i] = (wordOf(index >> 2, 0, key0, key1, index & 3) >>> 8) / 16777216;
}

/**
 * Normal numbers: those whose position is inside of the density in its layer for sure, which is told exactly. The
 * others are noted: `Rest` begins with their count, their places follow as far as there is room. `Edges` has the
 * right ends of the layers in units of 2^31; `Inside` has two words a layer, see `filling.ts`.
 */
export function normal(
  O: Elements,
  Rest: Int32Array,
  Edges: Elements,
  Inside: Elements,
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
  const index = first + placeIn(i, n1, n2, n3, w0, w1, w2, w3);
  const own = 2 * (index & 1);
  const low = wordOf(index >> 1, 1, key0, key1, own);
  const high = wordOf(index >> 1, 1, key0, key1, own + 1);
  const layer = low & 255;
  const fraction = low >>> 11;
  // The magnitude of high + fraction, as a whole number and parts of one.
  let whole = high;
  let parts = fraction | 0;
  if (high < 0) {
    whole = ~high;
    parts = 2097152 - parts;
  }
  const most = Inside[2 * layer] as number;
  if (whole < most || (whole === most && parts < (Inside[2 * layer + 1] as number))) {
    O[i] = (high + fraction / 2097152) * (Edges[layer] as number);
  } else {
    const at = atomicAdd(Rest, 0, 1) + 1;
    Rest[at] = i;
  }
}
