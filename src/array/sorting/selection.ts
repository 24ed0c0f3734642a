/**
 * Which elements have given ranks among those of many sorted runs, found digit by digit of their keys: each run counts how often
 * each next digit follows the digits known so far, the counts are added up, and the digit of every rank follows from them. The
 * number of rounds is that of the bytes of a key, whatever the elements are.
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

const DIGITS = 256;
/** Where the digits of a key are. */
const digitsOf = ({ bytes }: Keys): { word: number; shift: number }[] =>
  bytes.flatMap((count, word) =>
    Array.from({ length: count }, (_, at) => ({ word, shift: 8 * (count - 1 - at) })),
  );

/** A task that knows the keys of the elements with these ranks, counted from 0. */
export function submitSelection(
  operation: Operation,
  spec: SearchSpec,
  runs: readonly Task<NDArray>[],
  ranks: readonly number[] | Task<readonly number[]>,
): Task<Search> {
  let search = operation.submit(beginSearch, spec, ranks as readonly number[]);
  const rounds = digitsOf(keysOf(spec.dtype, spec.descending)).length;
  for (let digit = 0; digit < rounds; digit++) {
    const counts = runs.map((run) => operation.submit(countDigits, spec, digit, search, run));
    const total = submitSum(operation, counts);
    const next = operation.submit(refineSearch, spec, digit, search, total);
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
  digit: number,
  { words }: Search,
  run: NDArray,
): NDArray {
  const keys = keysOf(spec.dtype, spec.descending);
  const { word, shift } = digitsOf(keys)[digit] as { word: number; shift: number };
  const made = output([words.length, DIGITS], "f64");
  made.data.fill(0);
  const sorted = new Sorted(run, keys);
  words.forEach((known, at) => {
    const [first, end] = [
      sorted.below(known, word, shift + 8),
      sorted.upTo(known, word, shift + 8),
    ];
    for (let i = first; i < end; ) {
      const own = (sorted.word(i, word) >>> shift) & (DIGITS - 1);
      const next = known.with(word, (known[word] as number) + own * 2 ** shift);
      const last = sorted.upTo(next, word, shift, i, end);
      made.data[at * DIGITS + own] = last - i;
      i = last;
    }
  });
  return arrayOf(made);
}

/** What is known with one digit more. */
export function refineSearch(
  spec: SearchSpec,
  digit: number,
  { words, ranks }: Search,
  counts: NDArray,
): Search {
  const { word, shift } = digitsOf(keysOf(spec.dtype, spec.descending))[digit] as {
    word: number;
    shift: number;
  };
  const rest: number[] = [];
  const known = words.map((own, at) => {
    let rank = ranks[at] as number;
    let next = 0;
    for (; next < DIGITS - 1; next++) {
      const count = counts.data[counts.offset + at * DIGITS + next] as number;
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
