/** Kernels with arguments and a range: what the differential tests run on every back end. */

import type { KernelArray } from "../../../src/kernel/js/javascript.ts";
import type { Argument } from "./back-ends.ts";

export type { Argument };

export interface CaseOptions {
  /** The length of the first array where it is absent. */
  readonly range?: readonly number[];
  readonly group?: readonly number[];
  /** Largest difference between back ends, relative to numbers above 1; none where it is absent. */
  readonly tolerance?: number;
  /** Makes the arrays what they must be afterwards, in place of running the function itself item by item. */
  readonly expected?: (args: readonly Argument[]) => void;
  /** Running the function itself would be wrong: what it does is defined by the kernels' own numbers. */
  readonly hasNoModel?: true;
}

// biome-ignore lint/suspicious/noExplicitAny: kernels are written without types, as users do
export type Kernel = (...args: any[]) => void;

export interface KernelCase extends CaseOptions {
  readonly name: string;
  readonly kernel: Kernel;
  readonly args: () => readonly Argument[];
}

export const kernelCase = (
  name: string,
  args: () => readonly Argument[],
  kernel: Kernel,
  options: CaseOptions = {},
): KernelCase => ({ name, args, kernel, ...options });

/** Multiples of an eighth of small size, with which sums and products are exact. */
export const floats = (n: number, seed = 1): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => (((i * 7919 + seed * 104_729) % 129) - 64) / 8);

/** Numbers from 1/8 to 16. */
export const positives = (n: number, seed = 1): Float32Array =>
  floats(n, seed).map((x) => Math.abs(x) * 1.9 + 0.125);

export const doubles = (n: number, seed = 1): Float64Array => Float64Array.from(floats(n, seed));

/** Small whole numbers around 0. */
export const smallInts = (n: number, seed = 1): Int32Array =>
  Int32Array.from({ length: n }, (_, i) => ((i * 7919 + seed * 31) % 41) - 20);

/** Whole numbers over the whole range, with its ends. */
export const ints = (n: number, seed = 1): Int32Array =>
  Int32Array.from({ length: n }, (_, i) =>
    i === 0 ? -(2 ** 31) : i === 1 ? 2 ** 31 - 1 : Math.imul(i * 2 + seed, 0x9e3779b1),
  );

export const uints = (n: number, seed = 1): Uint32Array => Uint32Array.from(ints(n, seed));

export const smallUints = (n: number, seed = 1): Uint32Array =>
  Uint32Array.from({ length: n }, (_, i) => (i * 7919 + seed * 31) % 40);

export const isArray = (each: Argument): each is KernelArray => typeof each !== "number";
