/**
 * Sorting of lines in local memory. Numbers alone are sorted as typed arrays sort themselves; positions, and complex numbers, by
 * their keys digit by digit. Equal elements keep their order, also in descending order.
 */

import { elementOf, type TypedArray } from "../../memory/dtype.ts";
import { copyInto, copyOf } from "../copy.ts";
import { isComplex, isFloat } from "../element.ts";
import { sizeOf } from "../shape.ts";
import { isContiguous, type Strided } from "../strided.ts";
import { keysOf } from "./keys.ts";

/** The view with one axis brought to the end. */
function withLast(view: Strided, axis: number): Strided {
  const order = view.shape.map((_, at) => at).filter((at) => at !== axis);
  order.push(axis);
  return {
    ...view,
    shape: order.map((at) => view.shape[at] as number),
    strides: order.map((at) => view.strides[at] as number),
  };
}

/** Sorts `source` along an axis into `target`. */
export function sortInto(
  target: Strided,
  source: Strided,
  axis: number,
  descending: boolean,
): void {
  if (isComplex(source.dtype)) {
    const from = copyOf(withLast(source, axis), source.dtype);
    const sorted = copyOf(from, source.dtype);
    forLines(from, (at, n) => {
      takeElements(from, at, orderOf(from, at, n, descending), sorted.data, at);
    });
    copyInto(withLast(target, axis), sorted);
    return;
  }
  const isInPlace = axis === target.shape.length - 1 && isContiguous(target);
  if (isInPlace) copyInto(target, source);
  const lines = isInPlace ? target : copyOf(withLast(source, axis), source.dtype);
  forLines(lines, (at, n) => {
    sortNumbers(lines.data.subarray(at, at + n) as TypedArray, isFloat(lines.dtype), descending);
  });
  if (!isInPlace) copyInto(withLast(target, axis), lines);
}

/** Sets `target` to the positions along an axis of the elements of `source` in their order. */
export function argsortInto(
  target: Strided,
  source: Strided,
  axis: number,
  descending: boolean,
): void {
  const lines = copyOf(withLast(source, axis), source.dtype);
  const { lanes } = elementOf(source.dtype);
  const positions = copyOf(withLast(target, axis), "i32");
  forLines(lines, (at, n) => {
    positions.data.set(orderOf(lines, at, n, descending), at / lanes);
  });
  copyInto(withLast(target, axis), positions);
}

/** Visits the lines along the last axis of a row-major array: where they begin, and their length. */
function forLines(array: Strided, visit: (at: number, n: number) => void): void {
  const { lanes } = elementOf(array.dtype);
  const n = array.shape.at(-1) ?? 1;
  const lines = n === 0 ? 0 : sizeOf(array.shape) / n;
  for (let line = 0; line < lines; line++) visit(array.offset + line * n * lanes, n);
}

/** Elements by their number in a line, one after the other. */
export function takeElements(
  source: Strided,
  at: number,
  order: ArrayLike<number>,
  out: TypedArray,
  to: number,
): void {
  const { lanes } = elementOf(source.dtype);
  for (let i = 0; i < order.length; i++) {
    for (let k = 0; k < lanes; k++) {
      out[to + i * lanes + k] = source.data[at + (order[i] as number) * lanes + k] as number;
    }
  }
}

/** Sorts numbers in place. */
export function sortNumbers(line: TypedArray, isFloating: boolean, descending: boolean): void {
  // Typed arrays put -0 before 0, which are equal: those keep the order they came in.
  const zeros = isFloating ? zerosOf(line as Float64Array) : undefined;
  line.sort();
  if (descending) line.reverse();
  if (zeros) line.set(zeros as never, (line as Float64Array).indexOf(0));
}

/** The zeros of a line in their order, where both signs come up. */
function zerosOf(line: Float64Array): Float64Array | undefined {
  let [count, negative] = [0, 0];
  for (let i = 0; i < line.length; i++) {
    if (line[i] !== 0) continue;
    count++;
    if (Object.is(line[i], -0)) negative++;
  }
  if (negative === 0 || negative === count) return undefined;
  return line.filter((x) => x === 0);
}

/** Shorter lines are sorted by insertion. */
const SHORT = 48;
/** Longer lines are worth larger digits. */
const LONG = 8192;

/** The numbers of the elements of a line in their order. */
export function orderOf(
  { data, dtype }: Strided,
  at: number,
  n: number,
  descending: boolean,
): Uint32Array {
  const keys = keysOf(dtype, descending);
  const words = keys.words(data, at, n);
  let order = Uint32Array.from({ length: n }, (_, i) => i);
  if (n <= SHORT) {
    insert(order, words);
    return order;
  }
  let spare = new Uint32Array(n);
  const digit = n < LONG ? 8 : 11;
  const counts = new Uint32Array(2 ** digit);
  for (let w = words.length - 1; w >= 0; w--) {
    const word = words[w] as Uint32Array;
    const bits = 8 * (keys.bytes[w] as number);
    for (let shift = 0; shift < bits; shift += digit) {
      if (!scatter(word, shift, counts, order, spare)) continue;
      [order, spare] = [spare, order];
    }
  }
  return order;
}

/** One pass by a digit; false where all elements have the same. */
function scatter(
  word: Uint32Array,
  shift: number,
  counts: Uint32Array,
  from: Uint32Array,
  to: Uint32Array,
): boolean {
  const n = from.length;
  const mask = counts.length - 1;
  counts.fill(0);
  for (let i = 0; i < n; i++) {
    const digit = ((word[i] as number) >>> shift) & mask;
    counts[digit] = (counts[digit] as number) + 1;
  }
  if (counts[((word[0] as number) >>> shift) & mask] === n) return false;
  let sum = 0;
  for (let digit = 0; digit <= mask; digit++) {
    const count = counts[digit] as number;
    counts[digit] = sum;
    sum += count;
  }
  for (let i = 0; i < n; i++) {
    const own = from[i] as number;
    const digit = ((word[own] as number) >>> shift) & mask;
    const place = counts[digit] as number;
    to[place] = own;
    counts[digit] = place + 1;
  }
  return true;
}

function insert(order: Uint32Array, words: readonly Uint32Array[]): void {
  const precedes = (a: number, b: number): boolean => {
    for (const word of words) {
      const [x, y] = [word[a] as number, word[b] as number];
      if (x !== y) return x < y;
    }
    return false;
  };
  for (let i = 1; i < order.length; i++) {
    const own = order[i] as number;
    let at = i;
    while (at > 0 && precedes(own, order[at - 1] as number)) {
      order[at] = order[at - 1] as number;
      at--;
    }
    order[at] = own;
  }
}
