/** Kernels in the hands of users: a function that each item of a range runs, as something that `spawn` takes. */

import { type AnyFunction, withCaptures } from "../closure/codec.ts";
import { rangeOf } from "../kernel/range.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";

/**
 * A function that each item of a range runs. Parameters without a type are arrays, by their elements, or numbers.
 */
// biome-ignore lint/suspicious/noExplicitAny: so that kernels can be written without types
export type KernelFunction = (...args: any[]) => void;

export interface KernelOptions {
  /** Values of names around the function, where the engine cannot read them; they win over those that are read. */
  readonly captures?: Readonly<Record<string, unknown>> | undefined;
  /** Sums of products may be rounded once (FMA): fewer roundings, but other bits on other processors. */
  readonly fast?: boolean | undefined;
}

export interface RangeOptions {
  /** Items of a group along each axis. */
  readonly group?: readonly number[] | undefined;
}

/** The items of a launch. Absent: one for each element of the first array. */
export interface LaunchRange {
  readonly size: readonly number[];
  readonly group?: readonly number[];
}

/** Made by `kernel()`. As what a task runs it takes the arguments of the function. */
export class Kernel {
  /** @internal */
  readonly fn: AnyFunction;
  /** @internal */
  readonly isFast: boolean;
  /** @internal */
  readonly launch: LaunchRange | undefined;

  /** @internal */
  constructor(fn: AnyFunction, isFast: boolean, launch?: LaunchRange) {
    this.fn = fn;
    this.isFast = isFast;
    this.launch = launch;
    Object.freeze(this);
  }

  get name(): string {
    return this.fn.name;
  }

  /** The same kernel over so many items along each of one to three axes, whatever the arrays are. */
  range(size: number | readonly number[], options: RangeOptions = {}): Kernel {
    checkNames(options, ["group"], "range");
    const own = typeof size === "number" ? [size] : size;
    const { group } = options;
    if (!Array.isArray(own) || (group !== undefined && !Array.isArray(group))) {
      throw invalidArgument("range takes lists of numbers: k.range([n, m], { group: [16, 16] })");
    }
    rangeOf(own, group); // so that what is wrong is said here
    return new Kernel(this.fn, this.isFast, {
      size: [...own],
      ...(group && { group: [...group] }),
    });
  }
}

/**
 * Makes a kernel of a function that each item of a range runs: `kernel((O, A) => { const i = globalIndex(); O[i] =
 * A[i] + 1; })`. Spawned as a task with arrays and numbers, it changes the arrays in place; they have to be
 * `mutable` data for that to be seen, and what is not is refused. The range is that of the first array, unless `range()` says otherwise.
 * The same function runs on CPU threads and on GPUs.
 */
export function kernel(fn: KernelFunction, options: KernelOptions = {}): Kernel {
  if (typeof fn !== "function") {
    throw invalidArgument(
      `kernel(fn) takes a function, not ${fn === null ? "null" : typeof fn}; write kernel((O, A) => { … })`,
    );
  }
  checkNames(options, ["captures", "fast"], "kernel");
  const { captures, fast = false } = options;
  if (typeof fast !== "boolean") {
    throw invalidArgument(`kernel: fast is true or false, not ${String(fast)}`);
  }
  return new Kernel(captures ? withCaptures(fn, captures) : fn, fast);
}
