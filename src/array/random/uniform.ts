/**
 * Random numbers that depend on the seed and the place of the element in the whole array, on nothing else: every
 * block of a distributed array makes its own elements, and they are those of the undivided array.
 */

import type { DType, TypedArray } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isComplex } from "../element.ts";
import type { Region } from "../grid.ts";
import { realOf } from "../promotion.ts";
import { forEachRun } from "../region.ts";
import type { Shape } from "../shape.ts";
import { BLOCKS_AT_ONCE, type Key, PhiloxWords, type Stream, wordsOf } from "./philox.ts";

const UNIFORM: Stream = [0, 0];

/** @throws where `seed` is not an integer from 0 to 2^53 − 1. */
export function checkSeed(seed: number): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw invalidArgument(`seed ${String(seed)}: use an integer from 0 to 2^53 − 1`);
}

/** A seed that is different each time. */
export const randomSeed = (): number => Math.floor(Math.random() * 2 ** 53);

/** @throws where random numbers have no meaning for the dtype. */
export function checkRandomDType(dtype: DType): void {
  if (isComplex(dtype) || dtype === "f64" || dtype === "f32") return;
  throw invalidArgument(
    `random numbers are of dtype f64, f32, c64 or c128, not ${dtype}; for others map them, as in rand(shape).map(x => Math.floor(6 * x), { dtype: "${dtype}" })`,
  );
}

let generator: PhiloxWords | undefined;

/** Takes the words of numbers `first` to `first + count` of a stream, each of one or two words, part by part. */
export function eachWords(
  first: number,
  count: number,
  wordsEach: 1 | 2,
  stream: Stream,
  key: Key,
  take: (words: Uint32Array, from: number, done: number, count: number) => void,
): void {
  generator ??= new PhiloxWords();
  const numbersEach = 4 / wordsEach;
  for (let done = 0; done < count; ) {
    const block = Math.floor((first + done) / numbersEach);
    const skip = first + done - block * numbersEach;
    const now = Math.min(count - done, BLOCKS_AT_ONCE * numbersEach - skip);
    generator.fill(block, Math.ceil((skip + now) / numbersEach), stream, key);
    take(generator.words, skip * wordsEach, done, now);
    done += now;
  }
}

/**
 * Uniform numbers from 0 (included) to 1 (excluded): 53 random bits for f64, 24 for f32; real and imaginary part
 * of complex numbers each.
 */
export function fillUniform(
  out: TypedArray,
  dtype: DType,
  seed: number,
  whole: Shape,
  region: Region,
): void {
  const key = wordsOf(seed);
  const lanes = isComplex(dtype) ? 2 : 1;
  const double = realOf(dtype) === "f64";
  forEachRun(whole, region, (index, at, count) => {
    eachWords(
      index * lanes,
      count * lanes,
      double ? 2 : 1,
      UNIFORM,
      key,
      (words, from, done, n) => {
        const to = at * lanes + done;
        if (double) toDoubles(out as Float64Array, to, words, from, n);
        else toSingles(out as Float32Array, to, words, from, n);
      },
    );
  });
}

function toDoubles(
  out: Float64Array,
  to: number,
  words: Uint32Array,
  from: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) {
    const low = words[from + 2 * i] as number;
    out[to + i] = ((words[from + 2 * i + 1] as number) * 2 ** 21 + (low >>> 11)) * 2 ** -53;
  }
}

function toSingles(
  out: Float32Array,
  to: number,
  words: Uint32Array,
  from: number,
  n: number,
): void {
  for (let i = 0; i < n; i++) out[to + i] = ((words[from + i] as number) >>> 8) * 2 ** -24;
}
