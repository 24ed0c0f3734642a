/** Verbs that give lists, sets and maps, in the order of the elements. */

import { reduceWith } from "../fold.ts";
import { type Numeric, plus, times } from "../numbers.ts";
import { FOLD_OPTIONS, type FoldOptions } from "../options.ts";
import { parallelFor } from "../parallel-for.ts";
import { type Collection, PipedCollection } from "../pipe.ts";
import { type Reduction, reductionOf } from "../plans.ts";
import { scanParts } from "../scan.ts";
import { itself } from "../stages.ts";
import { type Call, callOf, callWith, type InitOptions, mapped } from "./call.ts";

interface Listing {
  <T>(xs: Collection<T, unknown>, options?: FoldOptions): Promise<T[]>;
  <T, R>(fn: (element: T) => R, xs: Collection<T, unknown>, options?: FoldOptions): Promise<R[]>;
}

/** All elements, or what the function makes of them, as a list. */
export const collect: Listing = (async (...args: unknown[]) => {
  const call = callOf("collect", args);
  const list = await new PipedCollection<unknown, Iterable<unknown>>(mapped(call)).collect(
    call.options,
  );
  return Array.isArray(list) ? list : [...list];
}) as Listing;

/** What the function makes of the elements. */
export const map = async <T, R>(
  fn: (element: T) => R,
  xs: Collection<T, unknown>,
  options?: FoldOptions,
): Promise<R[]> => {
  callWith("map", [fn, xs, options]);
  return collect(fn, xs, options);
};

/** Calls the function with every element. */
export const forEach = async <T>(
  fn: (element: T) => void,
  xs: Collection<T, unknown>,
  options?: FoldOptions,
): Promise<void> => {
  callWith("forEach", [fn, xs, options]);
  await parallelFor(xs, fn, options);
};

// --- Sets and maps --------------------------------------------------------------------------------

type Entries = Map<unknown, unknown>;

export const noEntries = (): Entries => new Map();
/** Pairs of a key and an element; the first of a key stays. */
export const addNew = (entries: Entries, [key, element]: readonly [unknown, unknown]): Entries =>
  entries.has(key) ? entries : entries.set(key, element);
/** The last of a key stays. */
export const addAny = (entries: Entries, [key, value]: readonly [unknown, unknown]): Entries =>
  entries.set(key, value);
export const joinNew = (a: Entries, b: Entries): Entries => {
  for (const [key, value] of b) if (!a.has(key)) a.set(key, value);
  return a;
};
export const joinAny = (a: Entries, b: Entries): Entries => {
  for (const [key, value] of b) a.set(key, value);
  return a;
};
export const elementsOfEntries = (entries: Entries): unknown[] => [...entries.values()];

function ofEntries(verb: string, call: Call, reduction: Reduction): Promise<unknown> {
  const options = { ...call.options, name: verb, isOrdered: true, mayStop: false };
  return reduceWith(mapped(call), reduction, options);
}

/** Elements that differ; with a function, the first of those for which it gives the same. */
export const unique: Listing = ((...args: unknown[]) => {
  const call = callOf("unique", args);
  const key = call.fn ?? (itself as NonNullable<Call["fn"]>);
  return ofEntries(
    "unique",
    { ...call, fn: (element: never): unknown => [key(element), element] },
    reductionOf({ init: noEntries, step: addNew, combine: joinNew, complete: elementsOfEntries }),
  );
}) as Listing;

/** All elements, or what the function makes of them, as a set. */
export const set = (async (...args: unknown[]) => {
  const { fn, ...call } = callOf("set", args);
  return new Set(
    await (unique as (...args: unknown[]) => Promise<unknown[]>)(
      new PipedCollection(mapped({ fn, ...call })),
      call.options,
    ),
  );
}) as {
  <T>(xs: Collection<T, unknown>, options?: FoldOptions): Promise<Set<T>>;
  <T, R>(fn: (element: T) => R, xs: Collection<T, unknown>, options?: FoldOptions): Promise<Set<R>>;
};

/** A map of pairs of a key and a value; of equal keys the last one counts. */
export const dict = ((...args: unknown[]) =>
  ofEntries(
    "dict",
    callOf("dict", args),
    reductionOf({
      init: noEntries,
      step: addAny,
      combine: joinAny,
    }),
  )) as {
  <K, V>(xs: Collection<readonly [K, V], unknown>, options?: FoldOptions): Promise<Map<K, V>>;
  <T, K, V>(
    fn: (element: T) => readonly [K, V],
    xs: Collection<T, unknown>,
    options?: FoldOptions,
  ): Promise<Map<K, V>>;
};

// --- Scans ----------------------------------------------------------------------------------------

/** What an associative function makes of each element and all before it. */
export const accumulate = async <T>(
  join: (a: T, b: T) => T,
  xs: Collection<T, unknown>,
  options?: InitOptions<T>,
): Promise<T[]> => {
  const call = callWith("accumulate", [join, xs, options], [...FOLD_OPTIONS, "init"]);
  return scanParts("accumulate", call.pipeline, join as never, call.options) as Promise<T[]>;
};

/** The same as `accumulate`. */
export const scan: typeof accumulate = accumulate;

/** The sum of each element and all before it. */
export const cumsum = async <T extends Numeric>(
  xs: Collection<T, unknown>,
  options?: FoldOptions,
): Promise<T[]> => {
  const { pipeline } = callOf("cumsum", [xs, options]);
  return scanParts("cumsum", pipeline, plus as never, options ?? {}) as Promise<T[]>;
};

/** The product of each element and all before it. */
export const cumprod = async <T extends Numeric>(
  xs: Collection<T, unknown>,
  options?: FoldOptions,
): Promise<T[]> => {
  const { pipeline } = callOf("cumprod", [xs, options]);
  return scanParts("cumprod", pipeline, times as never, options ?? {}) as Promise<T[]>;
};
