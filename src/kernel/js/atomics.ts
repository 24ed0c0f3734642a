/** Atomic updates in JavaScript; those out of bounds do nothing and give 0. */

type Integers = Int32Array | Uint32Array;

const isInside = (array: Integers, index: number): boolean => index >= 0 && index < array.length;

function replace(array: Integers, index: number, next: (old: number) => number): number {
  if (!isInside(array, index)) return 0;
  for (let old = Atomics.load(array, index); ; ) {
    const seen = Atomics.compareExchange(array, index, old, next(old));
    if (seen === old) return old;
    old = seen;
  }
}

/** By the names of the intermediate form. */
export const atomics = {
  add: (array: Integers, index: number, value: number): number =>
    isInside(array, index) ? Atomics.add(array, index, value) : 0,
  sub: (array: Integers, index: number, value: number): number =>
    isInside(array, index) ? Atomics.sub(array, index, value) : 0,
  min: (array: Integers, index: number, value: number): number =>
    replace(array, index, (old) => Math.min(old, value)),
  max: (array: Integers, index: number, value: number): number =>
    replace(array, index, (old) => Math.max(old, value)),
  exchange: (array: Integers, index: number, value: number): number =>
    isInside(array, index) ? Atomics.exchange(array, index, value) : 0,
  compareExchange: (array: Integers, index: number, expected: number, value: number): number =>
    isInside(array, index) ? Atomics.compareExchange(array, index, expected, value) : 0,
};
