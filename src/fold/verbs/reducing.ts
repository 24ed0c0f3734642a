/** Verbs that bring all elements to one value. */

import { reduceWith } from "../fold.ts";
import { type Numeric, plus, times } from "../numbers.ts";
import { FOLD_OPTIONS, type FoldOptions } from "../options.ts";
import type { Collection } from "../pipe.ts";
import { type Reduction, reductionOf } from "../plans.ts";
import { type Call, callOf, callWith, type Fn, type InitOptions, mapped } from "./call.ts";

const WITH_INIT = [...FOLD_OPTIONS, "init"];

/** How a verb runs. */
interface Way {
  readonly isOrdered?: boolean;
  readonly mayStop?: boolean;
}

function run(
  verb: string,
  call: Call,
  reduction: Reduction,
  { isOrdered = true, mayStop = false }: Way = {},
): Promise<unknown> {
  const { init, ...options } = call.options;
  const before = init === undefined ? undefined : { value: init };
  return reduceWith(
    mapped(call),
    { ...reduction, before },
    { ...options, name: verb, isOrdered, mayStop },
  );
}

/** Joins all elements with an associative function. @throws BodkinError `EMPTY_RESULT` without elements and `init` */
export function reduce<T>(
  join: (a: T, b: T) => T,
  xs: Collection<T, unknown>,
  options?: InitOptions<T>,
): Promise<T> {
  const call = callWith("reduce", [join, xs, options], WITH_INIT);
  return run("reduce", { ...call, fn: undefined }, reductionOf({ step: join, combine: join }), {
    mayStop: true,
  }) as Promise<T>;
}

/** Joins what `fn` makes of the elements. */
export function mapReduce<T, R>(
  fn: (element: T) => R,
  join: (a: R, b: R) => R,
  xs: Collection<T, unknown>,
  options?: InitOptions<R>,
): Promise<R> {
  const call = callWith("mapReduce", [join, xs, options], WITH_INIT);
  callWith("mapReduce", [fn, xs]);
  return run("mapReduce", { ...call, fn: fn as Fn }, reductionOf({ step: join, combine: join }), {
    mayStop: true,
  }) as Promise<R>;
}

export const zero = (): number => 0;
export const one = (): number => 1;

/** A verb of numbers, of which the order does not matter. */
interface OfNumbers {
  <T extends Numeric>(
    xs: Collection<T, unknown>,
    options?: FoldOptions,
  ): Promise<T extends boolean ? number : T>;
  <T, R extends Numeric>(
    fn: (element: T) => R,
    xs: Collection<T, unknown>,
    options?: FoldOptions,
  ): Promise<R extends boolean ? number : R>;
}

/** Of no elements 0. */
export const sum: OfNumbers = ((...args: unknown[]) =>
  run("sum", callOf("sum", args), reductionOf({ init: zero, step: plus, combine: plus }), {
    isOrdered: false,
  })) as OfNumbers;

/** Of no elements 1. */
export const prod: OfNumbers = ((...args: unknown[]) =>
  run("prod", callOf("prod", args), reductionOf({ init: one, step: times, combine: times }), {
    isOrdered: false,
  })) as OfNumbers;

/** A verb of elements that have an order. */
interface OfOrdered {
  <T>(xs: Collection<T, unknown>, options?: FoldOptions): Promise<T>;
  <T, R>(fn: (element: T) => R, xs: Collection<T, unknown>, options?: FoldOptions): Promise<R>;
}

/** NaN is before and after everything, so that it is not lost. */
export const larger = <T>(a: T, b: T): T => (b > a || isNotANumber(b) ? b : a);
export const smaller = <T>(a: T, b: T): T => (b < a || isNotANumber(b) ? b : a);

const isNotANumber = (value: unknown): boolean => typeof value === "number" && Number.isNaN(value);

export const max: OfOrdered = ((...args: unknown[]) =>
  run("max", callOf("max", args), reductionOf({ step: larger, combine: larger }), {
    isOrdered: false,
  })) as OfOrdered;

export const min: OfOrdered = ((...args: unknown[]) =>
  run("min", callOf("min", args), reductionOf({ step: smaller, combine: smaller }), {
    isOrdered: false,
  })) as OfOrdered;
