/** Stable sorting of rows by digits of words, the lowest ones first. */

const BITS = 11;
const DIGITS = 1 << BITS;

/** The rows of `order` by the unsigned values of a word; which of the two arrays they lie in then is given back first. */
export function byWord(
  order: Int32Array,
  free: Int32Array,
  word: Int32Array,
): readonly [order: Int32Array, free: Int32Array] {
  let [from, to] = [order, free];
  for (let shift = 0; shift < 32; shift += BITS) {
    const starts = new Int32Array(DIGITS + 1);
    for (let row = 0; row < word.length; row++) {
      const digit = ((word[row] as number) >>> shift) & (DIGITS - 1);
      starts[digit + 1] = (starts[digit + 1] as number) + 1;
    }
    if (starts.includes(word.length)) continue; // all rows have the same digit
    for (let digit = 0; digit < DIGITS; digit++) {
      starts[digit + 1] = (starts[digit + 1] as number) + (starts[digit] as number);
    }
    move(from, to, word, shift, starts);
    [from, to] = [to, from];
  }
  return [from, to];
}

function move(
  from: Int32Array,
  to: Int32Array,
  word: Int32Array,
  shift: number,
  next: Int32Array,
): void {
  for (let at = 0; at < from.length; at++) {
    const row = from[at] as number;
    const digit = ((word[row] as number) >>> shift) & (DIGITS - 1);
    const place = next[digit] as number;
    to[place] = row;
    next[digit] = place + 1;
  }
}

/** The rows of `order` for which `isLast` is 1 after the others. */
export function partitioned(order: Int32Array, free: Int32Array, isLast: Uint8Array): void {
  let place = 0;
  for (const wanted of [0, 1]) {
    for (let at = 0; at < order.length; at++) {
      const row = order[at] as number;
      if (isLast[row] === wanted) free[place++] = row;
    }
  }
}
