/** Verbs that ask which elements there are and where. Positions count from 0. */

import { reduceWith } from "../fold.ts";
import type { FoldOptions } from "../options.ts";
import type { Collection } from "../pipe.ts";
import { type Reduction, reductionOf } from "../plans.ts";
import { type Reduced, reduced } from "../protocol.ts";
import { itself } from "../stages.ts";
import { type Call, callOf, callWith, type Fn, through } from "./call.ts";

interface Way {
  readonly isOrdered?: boolean;
  readonly mayStop?: boolean;
}

/** Runs on what the function makes of the elements. */
function run(verb: string, call: Call, reduction: Reduction, way: Way = {}): Promise<unknown> {
  const { isOrdered = true, mayStop = false } = way;
  const pipeline = through(call.pipeline, call.fn ?? (itself as Fn));
  return reduceWith(pipeline, reduction, { ...call.options, name: verb, isOrdered, mayStop });
}

/** A verb with a condition; without one elements are conditions themselves. */
interface Asking<R> {
  <T>(xs: Collection<T, unknown>, options?: FoldOptions): Promise<R>;
  <T>(
    condition: (element: T) => unknown,
    xs: Collection<T, unknown>,
    options?: FoldOptions,
  ): Promise<R>;
}

type Finding<R> = <T>(
  condition: (element: T) => unknown,
  xs: Collection<T, unknown>,
  options?: FoldOptions,
) => Promise<R>;

export const no = (): boolean => false;
export const yes = (): boolean => true;
export const orElse = (a: boolean, b: unknown): boolean | Reduced<boolean> =>
  b ? reduced(true) : a;
export const andThen = (a: boolean, b: unknown): boolean | Reduced<boolean> =>
  b ? a : reduced(false);
export const either = (a: boolean, b: boolean): boolean => a || b;
export const both = (a: boolean, b: boolean): boolean => a && b;
export const none = (): number => 0;
export const countOne = (count: number, is: unknown): number => (is ? count + 1 : count);
export const added = (a: number, b: number): number => a + b;

/** Whether any element is; looks no further than it must. */
export const any: Asking<boolean> = (...args: unknown[]) =>
  run("any", callOf("any", args), reductionOf({ init: no, step: orElse, combine: either }), {
    mayStop: true,
    isOrdered: false,
  }) as Promise<boolean>;

/** Whether all elements are. */
export const all: Asking<boolean> = (...args: unknown[]) =>
  run("all", callOf("all", args), reductionOf({ init: yes, step: andThen, combine: both }), {
    mayStop: true,
    isOrdered: false,
  }) as Promise<boolean>;

/** How many elements are. */
export const count: Asking<number> = (...args: unknown[]) =>
  run("count", callOf("count", args), reductionOf({ init: none, step: countOne, combine: added }), {
    isOrdered: false,
  }) as Promise<number>;

/** A place, among those that were seen. */
export interface Place {
  readonly seen: number;
  readonly at: number;
}

export const nowhere = (): Place => ({ seen: 0, at: -1 });
export const first = ({ seen, at }: Place, is: unknown): Place | Reduced<Place> =>
  is ? reduced({ seen: seen + 1, at: seen }) : { seen: seen + 1, at };
export const last = ({ seen, at }: Place, is: unknown): Place => ({
  seen: seen + 1,
  at: is ? seen : at,
});
export const firstOf = (a: Place, b: Place): Place => ({
  seen: a.seen + b.seen,
  at: a.at < 0 && b.at >= 0 ? a.seen + b.at : a.at,
});
export const lastOf = (a: Place, b: Place): Place => ({
  seen: a.seen + b.seen,
  at: b.at >= 0 ? a.seen + b.at : a.at,
});
export const placeFound = ({ at }: Place): number | undefined => (at < 0 ? undefined : at);

/** The position of the first element for which the function is true; undefined where there is none. */
export const findFirst: Finding<number | undefined> = (...args: unknown[]) =>
  run(
    "findFirst",
    callWith("findFirst", args),
    reductionOf({ init: nowhere, step: first, combine: firstOf, complete: placeFound }),
    { mayStop: true },
  ) as Promise<number | undefined>;

/** The position of the last element for which the function is true; undefined where there is none. */
export const findLast: Finding<number | undefined> = (...args: unknown[]) =>
  run(
    "findLast",
    callWith("findLast", args),
    reductionOf({
      init: nowhere,
      step: last,
      combine: lastOf,
      complete: placeFound,
    }),
  ) as Promise<number | undefined>;

export interface Places {
  seen: number;
  at: number[];
}

export const noPlaces = (): Places => ({ seen: 0, at: [] });
export const addPlace = (places: Places, is: unknown): Places => {
  if (is) places.at.push(places.seen);
  places.seen++;
  return places;
};
export const joinPlaces = (a: Places, b: Places): Places => ({
  seen: a.seen + b.seen,
  at: [...a.at, ...b.at.map((place) => a.seen + place)],
});
export const placesFound = ({ at }: Places): number[] => at;

/** The positions of all elements that are. */
export const findAll: Asking<number[]> = (...args: unknown[]) =>
  run(
    "findAll",
    callOf("findAll", args),
    reductionOf({
      init: noPlaces,
      step: addPlace,
      combine: joinPlaces,
      complete: placesFound,
    }),
  ) as Promise<number[]>;

/** Elements in a row: the first and last of them, and whether they ascend. */
export interface Row {
  readonly ends: readonly [first: unknown, last: unknown] | undefined;
  readonly ascends: boolean;
}

export const emptyRow = (): Row => ({ ends: undefined, ascends: true });
export const addToRow = ({ ends }: Row, element: unknown): Row | Reduced<Row> => {
  const next: Row = { ends: [ends ? ends[0] : element, element], ascends: true };
  const falls = ends !== undefined && (element as number) < (ends[1] as number);
  return falls ? reduced({ ...next, ascends: false }) : next;
};
export const joinRows = (a: Row, b: Row): Row => {
  if (!a.ends || !b.ends) return a.ends ? a : b;
  const meets = !((b.ends[0] as number) < (a.ends[1] as number));
  return { ends: [a.ends[0], b.ends[1]], ascends: a.ascends && b.ascends && meets };
};
export const rowAscends = ({ ascends }: Row): boolean => ascends;

/** Whether no element is less than the one before it. */
export const isSorted: Asking<boolean> = (...args: unknown[]) =>
  run(
    "isSorted",
    callOf("isSorted", args),
    reductionOf({ init: emptyRow, step: addToRow, combine: joinRows, complete: rowAscends }),
    { mayStop: true },
  ) as Promise<boolean>;
