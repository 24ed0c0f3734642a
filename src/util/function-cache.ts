/**
 * Things made for functions of the user, such as loops that take them as an argument. A function that comes for
 * the first time shares what was made for its source text: closures written in a loop are a new function at
 * each turn, but engines treat them as one. A function that comes again gets things of its own, in which
 * it is the only one.
 */

import { BoundedMap } from "./bounded-map.ts";

type AnyFunction = (...args: never[]) => unknown;

const LIMIT = 1000;

export class FunctionCache<T> {
  readonly #made: BoundedMap<T> = new BoundedMap(LIMIT);
  readonly #known: WeakMap<AnyFunction, number> = new WeakMap();
  #next = 0;

  /** What belongs to these functions and a variant; `make` makes it where it is missing. */
  get(functions: readonly AnyFunction[], variant: string, make: () => T): T {
    return this.#made.getOrMake(`${this.#nameOf(functions)}\n${variant}`, make);
  }

  #nameOf(functions: readonly AnyFunction[]): string {
    const numbers = functions.map((fn) => this.#known.get(fn));
    if (!numbers.includes(undefined)) return numbers.join();
    for (const fn of functions) if (!this.#known.has(fn)) this.#known.set(fn, this.#next++);
    return functions.map(sourceOf).join("\n");
  }
}

/** The source text of a function. */
export const sourceOf = (fn: AnyFunction): string => Function.prototype.toString.call(fn);
