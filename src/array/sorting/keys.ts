/**
 * The order of elements as unsigned numbers: of two elements the one whose words are smaller, the first that differ, comes first.
 * Order is that of NumPy: numbers ascend, NaN comes last and -0 is 0; complex numbers go by their real parts, then by the
 * imaginary ones, those with a NaN after all others. In descending order everything is the other way round.
 */

import { type DType, elementOf, type TypedArray } from "../../memory/dtype.ts";
import { compile } from "../../util/compile.ts";
import { isComplex } from "../element.ts";

export interface Keys {
  /** How many bytes of each word are used; the most significant word first. */
  readonly bytes: readonly number[];
  /** Word `w` of the element at an entry of its array. */
  word(data: TypedArray, at: number, w: number): number;
  /** The words of `n` elements from an entry on, one array a word. */
  words(data: TypedArray, at: number, n: number): Uint32Array[];
  /** Whether the element at `j` comes before the one at `i`. */
  precedes(data: TypedArray, j: number, i: number): boolean;
}

const float64 = new Float64Array(1);
const halves = new Uint32Array(float64.buffer);
const float32 = new Float32Array(1);
const bits = new Uint32Array(float32.buffer);

/** Bits of a float as a number that ascends with it; the sign is that of the upper half. */
const ascending = (half: number, upper: number): number => (upper >>> 31 ? ~half : half) >>> 0;
const withSign = (upper: number): number => (upper >>> 31 ? ~upper : upper | 0x8000_0000) >>> 0;

function upperOf(x: number): number {
  if (Number.isNaN(x)) return 0xffff_ffff;
  float64[0] = x + 0;
  return withSign(halves[1] as number);
}

function lowerOf(x: number): number {
  if (Number.isNaN(x)) return 0xffff_ffff;
  float64[0] = x + 0;
  return ascending(halves[0] as number, halves[1] as number);
}

function singleOf(x: number): number {
  if (Number.isNaN(x)) return 0xffff_ffff;
  float32[0] = x + 0;
  return withSign(bits[0] as number);
}

type Part = readonly [bytes: number, source: (at: string) => string];

const classOf = (re: number, im: number): number =>
  2 * Number(Number.isNaN(re)) + Number(Number.isNaN(im));

/** The words of each dtype, as expressions of an entry. */
function partsOf(dtype: DType): Part[] {
  const integer = (bytes: number, low: number): Part[] => [[bytes, (at) => `data[${at}] + ${low}`]];
  const double = (next: string): Part[] => [
    [4, (at) => `upperOf(data[${at}${next}])`],
    [4, (at) => `lowerOf(data[${at}${next}])`],
  ];
  const classes: Part = [1, (at) => `classOf(data[${at}], data[${at} + 1])`];
  switch (dtype) {
    case "bool":
      return [[1, (at) => `+(data[${at}] !== 0)`]];
    case "u8":
      return integer(1, 0);
    case "i8":
      return integer(1, 2 ** 7);
    case "u16":
      return integer(2, 0);
    case "i16":
      return integer(2, 2 ** 15);
    case "u32":
      return integer(4, 0);
    case "i32":
      return integer(4, 2 ** 31);
    case "f32":
      return [[4, (at) => `singleOf(data[${at}])`]];
    case "f64":
      return double("");
    case "c64":
      return [
        classes,
        [4, (at) => `singleOf(data[${at}])`],
        [4, (at) => `singleOf(data[${at} + 1])`],
      ];
    case "c128":
      return [classes, ...double(""), ...double(" + 1")];
  }
}

const made = new Map<string, Keys>();

export function keysOf(dtype: DType, descending: boolean): Keys {
  const key = `${dtype}${descending}`;
  let own = made.get(key);
  if (!own) made.set(key, (own = makeKeys(dtype, descending)));
  return own;
}

function makeKeys(dtype: DType, descending: boolean): Keys {
  const parts = partsOf(dtype);
  const { lanes } = elementOf(dtype);
  const scope = { upperOf, lowerOf, singleOf, classOf };
  const sources = parts.map(([bytes, source]) => {
    const most = 2 ** (8 * bytes) - 1;
    return (at: string) => (descending ? `${most} - (${source(at)})` : source(at));
  });
  const word = compile<Keys["word"]>(
    `word_${dtype}`,
    ["data", "at", "w"],
    sources.map((source, w) => `if (w === ${w}) return ${source("at")};`).join("\n"),
    scope,
  );
  const fill = compile<(data: TypedArray, at: number, n: number, out: Uint32Array[]) => void>(
    `words_${dtype}`,
    ["data", "at", "n", "out"],
    sources
      .map(
        (source, w) => `{ const own = out[${w}];
        for (let i = 0, p = at; i < n; i++, p += ${lanes}) own[i] = ${source("p")}; }`,
      )
      .join("\n"),
    scope,
  );
  const precedes = isComplex(dtype)
    ? (data: TypedArray, j: number, i: number): boolean => {
        for (let w = 0; w < parts.length; w++) {
          const [a, b] = [word(data, j, w), word(data, i, w)];
          if (a !== b) return a < b;
        }
        return false;
      }
    : compile<Keys["precedes"]>(
        `precedes_${dtype}`,
        ["data", "j", "i"],
        `const y = data[j], x = data[i]; return ${precedesSource(descending, "y", "x")};`,
      );
  return {
    bytes: parts.map(([bytes]) => bytes),
    word,
    words(data, at, n) {
      const out = parts.map(() => new Uint32Array(n));
      fill(data, at, n, out);
      return out;
    },
    precedes,
  };
}

/** Whether real number `y` comes before `x`. */
export const precedesSource = (descending: boolean, y: string, x: string): string =>
  descending
    ? `${y} > ${x} || (${y} !== ${y} && ${x} === ${x})`
    : `${y} < ${x} || (${x} !== ${x} && ${y} === ${y})`;

/** The real number that has these words in ascending order. */
export function numberOfWords(dtype: DType, [first = 0, second = 0]: readonly number[]): number {
  const plain = (half: number, upper: number): number => (upper >>> 31 ? half : ~half) >>> 0;
  const unsigned = (upper: number): number => (upper >>> 31 ? upper & 0x7fff_ffff : ~upper) >>> 0;
  switch (dtype) {
    case "f64":
      halves[1] = unsigned(first);
      halves[0] = plain(second, first);
      return float64[0] as number;
    case "f32":
      bits[0] = unsigned(first);
      return float32[0] as number;
    case "i8":
      return first - 2 ** 7;
    case "i16":
      return first - 2 ** 15;
    case "i32":
      return first - 2 ** 31;
    default:
      return first;
  }
}
