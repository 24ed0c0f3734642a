/** What the numbers of a generated program stand for: places, shapes, operands. Smaller numbers stand for simpler things. */

import { Blocks, type DType, fromArray, type NDArray } from "bodkin";

export const DTYPES = ["f64", "f32", "i32", "u8", "bool"] as const;

const SPECIAL = [0.1, Number.NaN, -0, Number.POSITIVE_INFINITY, -2.5, Number.NEGATIVE_INFINITY, 7];

/** Few values, so that equal ones are frequent; those of odd seeds are not all numbers that integers are. */
export function operand(shape: readonly number[], dtype: DType, seed: number): NDArray {
  const size = shape.reduce((product, length) => product * length, 1);
  const isFloat = dtype === "f64" || dtype === "f32";
  const values = Array.from({ length: size }, (_, at) => {
    const number = (at * 7 + seed * 5) % 11;
    if (dtype === "bool") return number % 2 === 1;
    if (isFloat && seed % 4 === 3) return SPECIAL[(at * 3 + seed) % 7] as number;
    return dtype === "u8" ? number : number - 4;
  });
  return fromArray(values, { dtype }).reshape(shape);
}

/** Reads the numbers one after the other, over and over. */
export class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** From 0 to `count`, which is not included. */
  below(count: number): number {
    const number = this.#numbers[this.#at++ % this.#numbers.length] as number;
    return count > 0 ? number % count : 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** An axis, half of them counted from the end. */
  axis(ndim: number): number {
    const axis = this.below(ndim);
    return this.below(2) === 0 ? axis : axis - ndim;
  }

  /** Options of reductions: none, some axis, several. */
  along(ndim: number, several = true): { axis?: number | number[]; keepdims?: boolean } {
    const kind = this.below(ndim === 0 ? 2 : 4);
    const keepdims = this.below(2) === 1;
    if (kind === 1) return { keepdims };
    if (kind === 0) return ndim > 0 ? { axis: this.axis(ndim), keepdims } : {};
    if (!several || kind === 2) return { axis: this.axis(ndim) };
    return { axis: this.order(ndim).slice(0, 1 + this.below(ndim)), keepdims };
  }

  /** All axes, in some order. */
  order(ndim: number): number[] {
    const rest = Array.from({ length: ndim }, (_, axis) => axis);
    return Array.from({ length: ndim }, () => rest.splice(this.below(rest.length), 1)[0] as number);
  }

  array(shape: readonly number[], dtype: DType = this.pick(DTYPES)): NDArray {
    return operand(shape, dtype, this.below(12));
  }

  /** A shape that broadcasts to this one. */
  smaller(shape: readonly number[]): number[] {
    const dropped = this.below(shape.length + 1);
    return shape.slice(dropped).map((length) => (this.below(3) === 2 ? 1 : length));
  }

  /** Entries of a slice. */
  entries(shape: readonly number[]): (null | number | [number | null, number | null, number])[] {
    return shape.map((length) => {
      const kind = this.below(5);
      if (kind === 0) return null;
      if (kind === 1 && length > 0) return this.below(2 * length) - length;
      const [from, to] = [this.below(length + 1), this.below(length + 2)];
      if (kind === 2) return [Math.min(from, to), null, 1];
      if (kind === 3) return [null, null, this.pick([-1, 2, -2])];
      return [Math.min(from, to), Math.max(from, to), this.pick([1, 2, 3])];
    });
  }
}

/** Ways to cut: even blocks, ragged ones, some axes whole. */
export function blocksFor(shape: readonly number[], seed: number): Blocks {
  let state = seed;
  const below = (count: number): number => {
    state = (state * 1103 + 12_345) % 65_521;
    return state % count;
  };
  const isRagged = seed % 2 === 1;
  const sizes = shape.map((length) => {
    if (length === 0 || below(5) === 0) return null;
    if (!isRagged) return 1 + below(length);
    const lengths: number[] = [];
    for (let rest = length; rest > 0; rest -= lengths.at(-1) as number) {
      lengths.push(1 + below(Math.min(rest, 3)));
    }
    return lengths;
  });
  return Blocks(...sizes);
}
