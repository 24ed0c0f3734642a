/** Verbs that find the largest and smallest elements and where they are; of equal ones the first. NaN wins. */

import { BodkinError } from "../../wire/errors.ts";
import { reduceWith } from "../fold.ts";
import type { FoldOptions } from "../options.ts";
import type { Collection } from "../pipe.ts";
import { reductionOf } from "../plans.ts";
import { callOf, mapped } from "./call.ts";
import { larger, smaller } from "./reducing.ts";

export interface Extreme {
  readonly seen: number;
  readonly at: number;
  readonly value: unknown;
}

export const noExtreme = (): Extreme => ({ seen: 0, at: -1, value: undefined });

const isNaNValue = (value: unknown): boolean => typeof value === "number" && Number.isNaN(value);

/** Whether a value takes the place of the one before. */
const wins = (better: typeof larger, value: unknown, before: Extreme): boolean =>
  before.at < 0 ||
  (!isNaNValue(before.value) &&
    !Object.is(better(before.value, value), before.value) &&
    value !== before.value);

const taking =
  (better: typeof larger) =>
  (before: Extreme, value: unknown): Extreme => {
    const seen = before.seen + 1;
    return wins(better, value, before) ? { seen, at: before.seen, value } : { ...before, seen };
  };

const joining =
  (better: typeof larger) =>
  (a: Extreme, b: Extreme): Extreme => {
    const seen = a.seen + b.seen;
    const isSecond = b.at >= 0 && wins(better, b.value, a);
    return isSecond ? { seen, at: a.seen + b.at, value: b.value } : { ...a, seen };
  };

export const takeLarger: (before: Extreme, value: unknown) => Extreme = taking(larger);
export const takeSmaller: (before: Extreme, value: unknown) => Extreme = taking(smaller);
export const joinLarger: (a: Extreme, b: Extreme) => Extreme = joining(larger);
export const joinSmaller: (a: Extreme, b: Extreme) => Extreme = joining(smaller);

async function extreme(
  verb: string,
  args: readonly unknown[],
  step: typeof takeLarger,
  combine: typeof joinLarger,
): Promise<Extreme> {
  const call = callOf(verb, args);
  const found = (await reduceWith(mapped(call), reductionOf({ init: noExtreme, step, combine }), {
    ...call.options,
    name: verb,
    isOrdered: true,
    mayStop: false,
  })) as Extreme;
  if (found.at >= 0) return found;
  throw new BodkinError("EMPTY_RESULT", `${verb} of no elements has no value`);
}

/** Of the elements, or of what a function makes of them. */
interface OfExtremes<Kind extends "found" | "at"> {
  <T>(
    xs: Collection<T, unknown>,
    options?: FoldOptions,
  ): Promise<Kind extends "at" ? number : [value: T, at: number]>;
  <T, R>(
    fn: (element: T) => R,
    xs: Collection<T, unknown>,
    options?: FoldOptions,
  ): Promise<Kind extends "at" ? number : [value: R, at: number]>;
}

/** The largest value and its position. @throws BodkinError `EMPTY_RESULT` without elements */
export const findMax: OfExtremes<"found"> = (async (...args: unknown[]) => {
  const { value, at } = await extreme("findMax", args, takeLarger, joinLarger);
  return [value, at];
}) as OfExtremes<"found">;

/** The smallest value and its position. */
export const findMin: OfExtremes<"found"> = (async (...args: unknown[]) => {
  const { value, at } = await extreme("findMin", args, takeSmaller, joinSmaller);
  return [value, at];
}) as OfExtremes<"found">;

/** The position of the largest value. */
export const argMax: OfExtremes<"at"> = (async (...args: unknown[]) =>
  (await extreme("argMax", args, takeLarger, joinLarger)).at) as OfExtremes<"at">;

/** The position of the smallest value. */
export const argMin: OfExtremes<"at"> = (async (...args: unknown[]) =>
  (await extreme("argMin", args, takeSmaller, joinSmaller)).at) as OfExtremes<"at">;

type Ends = readonly [unknown, unknown] | undefined;

export const noEnds = (): Ends => undefined;
export const widen = (ends: Ends, value: unknown): Ends =>
  ends ? [smaller(ends[0], value), larger(ends[1], value)] : [value, value];
export const joinEnds = (a: Ends, b: Ends): Ends =>
  a && b ? [smaller(a[0], b[0]), larger(a[1], b[1])] : (a ?? b);

interface Extrema {
  <T>(xs: Collection<T, unknown>, options?: FoldOptions): Promise<[min: T, max: T]>;
  <T, R>(
    fn: (element: T) => R,
    xs: Collection<T, unknown>,
    options?: FoldOptions,
  ): Promise<[min: R, max: R]>;
}

/** The smallest and the largest value. */
export const extrema: Extrema = (async (...args: unknown[]) => {
  const call = callOf("extrema", args);
  const ends = await reduceWith(
    mapped(call),
    reductionOf({ init: noEnds, step: widen, combine: joinEnds }),
    { ...call.options, name: "extrema", isOrdered: false, mayStop: false },
  );
  if (ends) return ends;
  throw new BodkinError("EMPTY_RESULT", "extrema of no elements has no value");
}) as Extrema;
