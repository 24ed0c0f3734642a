/**
 * Which elements have given ranks among those of many sorted runs, found digit by digit of their keys: each run counts how often
 * each next digit follows the digits known so far, the counts are added up, and the digit of every rank follows from them. The
 * number of rounds is that of the digits of a key, whatever the elements are.
 */

import type { DType, TypedArray } from "../../memory/dtype.ts";
import { elementOf } from "../../memory/dtype.ts";
import type { Task } from "../../task/task.ts";
import { output } from "../distributed/block-tasks.ts";
import type { Operation } from "../distributed/submit.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { submitSum } from "../statistics/counting.ts";
import { elementsOf } from "../strided.ts";
import { type Keys, keysOf } from "./keys.ts";

/** For each rank what is known of the key of its element, and its rank among the elements that have all of that. */
export interface Search {
  readonly words: readonly (readonly number[])[];
  readonly ranks: readonly number[];
}

export interface SearchSpec {
  readonly dtype: DType;
  readonly descending: boolean;
}

/** Ranks up to which a digit has 8 bits; of more of them the counts would be larger than a small block. */
const FEW_RANKS = 16;

interface Digit {
  readonly word: number;
  readonly bits: number;
  /** Of its lowest bit in the word. */
  readonly shift: number;
}

/** The digits of a key, the most significant one first. */
function digitsOf({ bytes }: Keys, ranks: number): Digit[] {
  const bits = ranks > FEW_RANKS ? 4 : 8;
  return bytes.flatMap((count, word) => {
    const digits = (8 * count) / bits;
    return Array.from({ length: digits }, (_, at) => ({
      word,
      bits,
      shift: bits * (digits - 1 - at),
    }));
  });
}

/** A task that knows the keys of the elements with these ranks, counted from 0. */
export function submitSelection(
  operation: Operation,
  spec: SearchSpec,
  runs: readonly Task<NDArray>[],
  ranks: readonly number[],
): Task<Search> {
  let search = operation.submit(beginSearch, spec, ranks);
  const shared = operation.share<SearchSpec>(spec);
  for (const each of digitsOf(keysOf(spec.dtype, spec.descending), ranks.length)) {
    const digit = operation.share<Digit>(each);
    const counts = runs.map((run) => operation.submit(countDigits, shared, digit, search, run));
    const total = submitSum(operation, counts);
    const next = operation.submit(refineSearch, digit, search, total);
    search.dispose();
    total.dispose();
    search = next;
  }
  return search;
}

export function beginSearch(spec: SearchSpec, ranks: readonly number[]): Search {
  const { bytes } = keysOf(spec.dtype, spec.descending);
  return { words: ranks.map(() => bytes.map(() => 0)), ranks };
}

/** How many elements of a run have each digit after those known, for each rank. */
export function countDigits(
  spec: SearchSpec,
  { word, bits, shift }: Digit,
  { words }: Search,
  run: NDArray,
): NDArray {
  const keys = keysOf(spec.dtype, spec.descending);
  const width = 2 ** bits;
  const made = output([words.length, width], "f64");
  made.data.fill(0);
  const sorted = new Sorted(run, keys);
  words.forEach((known, at) => {
    const [first, end] = [
      sorted.below(known, word, shift + bits),
      sorted.upTo(known, word, shift + bits),
    ];
    for (let i = first; i < end; ) {
      const own = (sorted.word(i, word) >>> shift) & (width - 1);
      const next = known.with(word, (known[word] as number) + own * 2 ** shift);
      const last = sorted.upTo(next, word, shift, i, end);
      made.data[at * width + own] = last - i;
      i = last;
    }
  });
  return arrayOf(made);
}

/** What is known with one digit more. */
export function refineSearch(
  { word, bits, shift }: Digit,
  { words, ranks }: Search,
  counts: NDArray,
): Search {
  const width = 2 ** bits;
  const rest: number[] = [];
  const known = words.map((own, at) => {
    let rank = ranks[at] as number;
    let next = 0;
    for (; next < width - 1; next++) {
      const count = counts.data[counts.offset + at * width + next] as number;
      if (rank < count) break;
      rank -= count;
    }
    rest.push(rank);
    return own.with(word, (own[word] as number) + next * 2 ** shift);
  });
  return { words: known, ranks: rest };
}

/** A sorted run, and where keys would be in it. */
export class Sorted {
  readonly length: number;
  readonly #data: TypedArray;
  readonly #lanes: number;
  readonly #keys: Keys;

  constructor(run: NDArray, keys: Keys) {
    this.#data = elementsOf(run);
    this.#lanes = elementOf(run.dtype).lanes;
    this.length = run.size;
    this.#keys = keys;
  }

  word(index: number, word: number): number {
    return this.#keys.word(this.#data, index * this.#lanes, word);
  }

  /** The first element whose key, down to bit `shift` of a word, is not below the one given. */
  below(key: readonly number[], word: number, shift: number): number {
    return this.#search(0, this.length, (i) => this.#compare(i, key, word, shift) >= 0);
  }

  /** The first element whose key, down to bit `shift` of a word, is above the one given. */
  upTo(
    key: readonly number[],
    word: number,
    shift: number,
    from: number = 0,
    to: number = this.length,
  ): number {
    return this.#search(from, to, (i) => this.#compare(i, key, word, shift) > 0);
  }

  #search(from: number, to: number, isPast: (index: number) => boolean): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isPast(middle)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #compare(index: number, key: readonly number[], last: number, shift: number): number {
    for (let w = 0; w < last; w++) {
      const order = this.word(index, w) - (key[w] as number);
      if (order !== 0) return order;
    }
    if (shift >= 32) return 0;
    return (this.word(index, last) >>> shift) - ((key[last] as number) >>> shift);
  }
}
