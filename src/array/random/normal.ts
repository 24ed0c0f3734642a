/**
 * Standard normal numbers by the ziggurat method: 256 layers of equal area under the density; a number falls into
 * the part of its layer that lies inside of the density in 98.8 % of cases and is then done. (G. Marsaglia,
 * W. W. Tsang: The ziggurat method for generating random variables. J. Stat. Softw. 5(8), 2000; layer, sign
 * and position come from separate bits.) Like uniform numbers they depend on seed and place alone: further
 * draws for an element have counters of their own.
 */

import type { DType, TypedArray } from "../../memory/dtype.ts";
import { isComplex } from "../element.ts";
import type { Region } from "../grid.ts";
import { forEachRun } from "../region.ts";
import type { Shape } from "../shape.ts";
import { BLOCKS_AT_ONCE, type Key, philox, type Stream, wordsOf } from "./philox.ts";
import { eachWords } from "./uniform.ts";

const STREAM = 1;
const NORMAL: Stream = [0, STREAM];

const LAYERS = 256;
/** Where the tail begins. */
const TAIL = 3.6541528853610088;

const density = (x: number): number => Math.exp(-0.5 * x * x);

/** The area under the density beyond `TAIL`, by the continued fraction of Mills' ratio. */
function tailArea(): number {
  let ratio = TAIL;
  for (let k = 100; k > 0; k--) ratio = TAIL + k / ratio;
  return density(TAIL) / ratio;
}

/** Of each layer. */
const AREA = TAIL * density(TAIL) + tailArea();

/** The right ends of the layers, from the widest (with the tail) to 0. */
export const EDGES: Float64Array = new Float64Array(LAYERS + 1);
/** The density at the edges. */
const HEIGHTS = new Float64Array(LAYERS + 1);
/** Below this a position within the layer is inside of the density for sure. */
export const INSIDE: Float64Array = new Float64Array(LAYERS);

EDGES[0] = AREA / density(TAIL);
EDGES[1] = TAIL;
for (let i = 2; i < LAYERS; i++) {
  const below = EDGES[i - 1] as number;
  EDGES[i] = Math.sqrt(-2 * Math.log(AREA / below + density(below)));
}
HEIGHTS.set(EDGES.map(density));
for (let i = 0; i < LAYERS; i++) {
  INSIDE[i] = (EDGES[i + 1] as number) / (EDGES[i] as number);
}

const values = new Float64Array(BLOCKS_AT_ONCE * 2);

/** Numbers of mean 0 and variance 1; complex ones have variance 1/2 in each part. */
export function fillNormal(
  out: TypedArray,
  dtype: DType,
  seed: number,
  whole: Shape,
  region: Region,
): void {
  const key = wordsOf(seed);
  const lanes = isComplex(dtype) ? 2 : 1;
  const scale = lanes === 2 ? Math.SQRT1_2 : 1;
  forEachRun(whole, region, (index, at, count) => {
    eachWords(index * lanes, count * lanes, 2, NORMAL, key, (words, from, done, n) => {
      draw(words, from, n, scale, index * lanes + done, key);
      (out as Float64Array).set(values.subarray(0, n), at * lanes + done);
    });
  });
}

/** Makes `n` values of the words of numbers `first`, `first + 1`, … */
function draw(
  words: Uint32Array,
  from: number,
  n: number,
  scale: number,
  first: number,
  key: Key,
): void {
  for (let i = 0; i < n; i++) {
    const at = from + 2 * i;
    values[i] = scale * numberOf(words[at] as number, words[at + 1] as number, first + i, key);
  }
}

/** Number `index`, whose two words are given. */
function numberOf(low: number, high: number, index: number, key: Key): number {
  const position = between(low, high);
  const layer = low & (LAYERS - 1);
  return Math.abs(position) < (INSIDE[layer] as number)
    ? position * (EDGES[layer] as number)
    : drawAgain(layer, position, index, key);
}

/** Number `index` of a real array. */
export function normalAt(index: number, key: Key): number {
  const [low, high] = wordsOf(Math.floor(index / 2));
  const words = philox([low, high, ...NORMAL], key);
  const own = 2 * (index % 2);
  return numberOf(words[own] as number, words[own + 1] as number, index, key);
}

/** A number from −1 to 1 of two words, except for the bits that choose the layer. */
const between = (low: number, high: number): number =>
  ((high | 0) + (low >>> 11) * 2 ** -21) * 2 ** -31;

/** A number from 0 to 1 of two words. */
const unit = (low: number, high: number): number => (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;

/** Number `index`, whose position in its layer is not inside of the density for sure. */
function drawAgain(layer: number, position: number, index: number, key: Key): number {
  const [low, high] = wordsOf(index);
  for (let attempt = 1; ; attempt++) {
    const words = philox([low, high, attempt, STREAM], key);
    const chance = unit(words[2], words[3]);
    if (layer === 0) {
      const beyond = -Math.log(1 - unit(words[0], words[1])) / TAIL;
      if (-2 * Math.log(1 - chance) > beyond * beyond) return Math.sign(position) * (TAIL + beyond);
      continue;
    }
    const value = position * (EDGES[layer] as number);
    const bottom = HEIGHTS[layer] as number;
    const top = HEIGHTS[layer + 1] as number;
    if (bottom + chance * (top - bottom) < density(value)) return value;
    layer = words[0] & (LAYERS - 1);
    position = between(words[0], words[1]);
    if (Math.abs(position) < (INSIDE[layer] as number)) return position * (EDGES[layer] as number);
  }
}
