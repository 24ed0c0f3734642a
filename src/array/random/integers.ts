/**
 * Random integers of a range, each equally likely: the upper half of a random word times the length of the range
 * (D. Lemire: Fast random integer generation in an interval. ACM Trans. Model. Comput. Simul. 29(1), 2019). A word
 * that would favour some numbers is drawn again, from a counter that belongs to the element alone.
 */

import type { DType, TypedArray } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Region } from "../grid.ts";
import { forEachRun } from "../region.ts";
import type { Shape } from "../shape.ts";
import { type Key, philox, type Stream, wordsOf } from "./philox.ts";
import { eachWords } from "./uniform.ts";

const STREAM = 2;
const INTEGERS: Stream = [0, STREAM];

const WORD = 2 ** 32;

/** The integers that a dtype holds exactly. */
const LIMITS: Partial<Record<DType, readonly [number, number]>> = {
  f64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  f32: [-(2 ** 24), 2 ** 24],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  i16: [-(2 ** 15), 2 ** 15 - 1],
  u16: [0, 2 ** 16 - 1],
  i8: [-128, 127],
  u8: [0, 255],
};

/** @throws where there are no integers from `low` to before `high`, or `dtype` cannot hold them. */
export function checkIntegers(low: number, high: number, dtype: DType): void {
  const call = `randint from ${String(low)} to before ${String(high)}`;
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || high <= low) {
    throw invalidArgument(
      `${call}: give two integers, the lower one first: randint([3], 1, 7) are throws of a die`,
    );
  }
  if (high - low > WORD) {
    throw invalidArgument(`${call}: a range of more than 2^32 numbers; use rand(shape) and map it`);
  }
  const limits = LIMITS[dtype];
  if (!limits) throw invalidArgument(`${call}: use a dtype of numbers, not ${dtype}`);
  if (low < limits[0] || high - 1 > limits[1]) {
    throw invalidArgument(
      `${call}: dtype ${dtype} holds ${limits[0]} to ${limits[1]}; name another, such as { dtype: "f64" }`,
    );
  }
}

/** Integers from `low` to before `high`. */
export function fillIntegers(
  out: TypedArray,
  { seed, low, high }: { readonly seed: number; readonly low: number; readonly high: number },
  whole: Shape,
  region: Region,
): void {
  const key = wordsOf(seed);
  const length = high - low;
  /** Lower halves below this one occur once too often. */
  const favoured = WORD % length;
  forEachRun(whole, region, (index, at, count) => {
    eachWords(index, count, 1, INTEGERS, key, (words, from, done, n) => {
      for (let i = 0; i < n; i++) {
        const word = words[from + i] as number;
        const fits = favoured === 0 || lowerProduct(word, length) >= favoured;
        const place = upperProduct(
          fits ? word : drawAgain(index + done + i, length, favoured, key),
          length,
        );
        out[at + done + i] = low + place;
      }
    });
  });
}

/** The lower 32 bits of a product. */
const lowerProduct = (word: number, length: number): number => Math.imul(word, length) >>> 0;

/** The upper 32 bits: with halves, because the whole product may have 64 bits. */
function upperProduct(word: number, length: number): number {
  if (length === WORD) return word;
  const low = (word & 0xffff) * length;
  const high = (word >>> 16) * length;
  return Math.floor((high + Math.floor(low / 0x10000)) / 0x10000);
}

function drawAgain(index: number, length: number, favoured: number, key: Key): number {
  const [low, high] = wordsOf(index);
  for (let attempt = 1; ; attempt++) {
    for (const word of philox([low, high, attempt, STREAM], key)) {
      if (lowerProduct(word, length) >= favoured) return word;
    }
  }
}
