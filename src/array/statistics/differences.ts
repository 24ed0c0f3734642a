/** Differences of neighbours. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { type Complex, isComplex } from "../element.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import { elementwise } from "../manipulation/choosing.ts";
import { concat } from "../manipulation/joining.ts";
import type { NDArray } from "../ndarray.ts";
import { normalizeAxis } from "../shape.ts";

export interface DiffOptions<A extends AnyArray = AnyArray> {
  /** The last one unless given. */
  readonly axis?: number;
  /** How often differences are taken. */
  readonly n?: number;
  /** Arrays that stand before and after along the axis. */
  readonly prepend?: A;
  readonly append?: A;
}

export const differenceOf = (next: number, own: number): number => next - own;
export const isOther = (next: boolean, own: boolean): boolean => next !== own;
export const complexDifference = (next: Complex, own: Complex): Complex => ({
  re: next.re - own.re,
  im: next.im - own.im,
});

/** What each element differs by from the one before along an axis; of booleans whether it does. Integers wrap around. */
export function diff<A extends AnyArray>(x: A, options: DiffOptions<A> = {}): Like<A> {
  checkNames(options, ["axis", "n", "prepend", "append"], "diff");
  const { n = 1, prepend, append } = options;
  const given = checkArray("diff", x);
  if (!Number.isSafeInteger(n) || n < 0) {
    throw invalidArgument(`diff, n ${String(n)}: use an integer from 0`);
  }
  const axis = normalizeAxis(options.axis ?? -1, given.shape.length);
  const parts = [prepend, given, append].filter((part) => part !== undefined);
  let array: AnyArray = parts.length > 1 ? (concat(parts, { axis }) as AnyArray) : given;
  const all = array.shape.map(() => null);
  for (let time = 0; time < n; time++) {
    const { dtype } = array;
    const fn = dtype === "bool" ? isOther : isComplex(dtype) ? complexDifference : differenceOf;
    const whole = array as NDArray;
    const [next, own] = [
      whole.slice(...all.with(axis, [1, null] as never)),
      whole.slice(...all.with(axis, [0, -1] as never)),
    ];
    array = elementwise("diff", fn, [next, own], dtype);
  }
  return array as Like<A>;
}
