/** Evenly spaced numbers that are never made: `range(10)`, `range(0, 1e9)`, `range(10, 0, -2)`. */

import { invalidArgument } from "../wire/errors.ts";

/** The numbers `start`, `start + step`, … before `stop`. Chunks of it are two indices. */
export class Range implements Iterable<number> {
  readonly start: number;
  readonly step: number;
  readonly length: number;

  constructor(start: number, step: number, length: number) {
    this.start = start;
    this.step = step;
    this.length = length;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let index = 0; index < this.length; index++) yield this.start + index * this.step;
  }

  toString(): string {
    const { start, step, length } = this;
    return `range(${start}, ${start + length * step}, ${step})`;
  }
}

/** The numbers from 0 to before `stop`. */
export function range(stop: number): Range;
/** The numbers from `start` to before `stop`, in steps that may be negative. */
export function range(start: number, stop: number, step?: number): Range;
export function range(first: number, second?: number, step: number = 1): Range {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  for (const each of [start, stop, step]) {
    if (typeof each !== "number" || !Number.isFinite(each)) {
      throw invalidArgument(
        `range takes finite numbers, not ${String(each)}: range(stop) or range(start, stop, step)`,
      );
    }
  }
  if (step === 0) throw invalidArgument("range: a step of 0 never arrives; use another one");
  return new Range(start, step, Math.max(0, Math.ceil((stop - start) / step)));
}
