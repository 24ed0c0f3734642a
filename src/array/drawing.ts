/**
 * Random orders and random choices, as arrays of positions. Both are made of random numbers by sorting and searching, so
 * that one seed gives the same on any number of workers and threads, however the result is cut.
 */

import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { isPartitioning, type Partitioning } from "./blocks.ts";
import type { DArray } from "./distributed/darray.ts";
import { type ArraySource, fromSource } from "./from-source.ts";
import { rand, randint } from "./functions.ts";
import { arrayOf, isNDArray, type NDArray } from "./ndarray.ts";
import { checkSeed, randomSeed } from "./random/uniform.ts";
import { cumsum } from "./scans/functions.ts";
import { checkShape, type Shape, shapeText, sizeOf } from "./shape.ts";
import { argsort, searchsorted } from "./sorting/functions.ts";

export interface PermutationOptions {
  /** The same seed gives the same order. An integer from 0 to 2^53 − 1. */
  readonly seed?: number;
}

/** The numbers from 0 to before `n` in random order, each order equally likely; of dtype i32. */
export function permutation(n: number, options?: PermutationOptions): NDArray<"i32">;
export function permutation(
  blocks: Partitioning,
  n: number,
  options?: PermutationOptions,
): DArray<"i32">;
export function permutation(...args: unknown[]): NDArray<"i32"> | DArray<"i32"> {
  const [blocks, [n, options = {}]] = blocksFirst(args);
  checkNames(options as object, ["seed"], "permutation");
  const shape = [checkCount("permutation", n)];
  const seeded = { seed: seedOf(options as PermutationOptions) };
  return blocks ? argsort(rand(blocks, shape, seeded)) : argsort(rand(shape, seeded));
}

export interface ChoiceOptions extends PermutationOptions {
  /** Whether a position may come more than once; true unless given. */
  readonly replace?: boolean;
  /** How likely each position is, as `n` numbers in any proportion; equally unless given. */
  readonly weights?: ArraySource;
}

/** Random ones of the positions 0 to before `n`, of dtype i32: `choice(n, shape)` or `choice(blocks, n, shape)`. */
export function choice(n: number, shape: Shape, options?: ChoiceOptions): NDArray<"i32">;
export function choice(
  blocks: Partitioning,
  n: number,
  shape: Shape,
  options?: ChoiceOptions,
): DArray<"i32">;
export function choice(...args: unknown[]): NDArray<"i32"> | DArray<"i32"> {
  const [blocks, [count, wanted, given = {}]] = blocksFirst(args);
  const options = given as ChoiceOptions;
  checkNames(options, ["seed", "replace", "weights"], "choice");
  const n = checkCount("choice", count);
  const shape = checkShape(wanted as Shape);
  const size = sizeOf(shape);
  const seed = seedOf(options);
  if (n === 0 && size > 0) throw invalidArgument("choice(0, …): there is nothing to choose from");
  if (options.replace ?? true) {
    if (options.weights !== undefined) {
      return weighted(blocks, sumsOf(options.weights, n), shape, seed);
    }
    const range = [shape, 0, Math.max(1, n), { seed }] as const;
    return blocks ? randint(blocks, ...range) : randint(...range);
  }
  if (options.weights !== undefined) {
    throw invalidArgument("choice takes weights only with replacement; leave one of them out");
  }
  if (size > n) {
    throw invalidArgument(
      `choice of ${size} different ones of ${n}: there are not so many; leave { replace: false } out`,
    );
  }
  return without(blocks, n, shape, seed);
}

/** The sums of the weights up to each position; the last one is 1. */
function sumsOf(weights: ArraySource, n: number): NDArray<"f64"> {
  const array = isNDArray(weights) ? weights : arrayOf(fromSource(weights, "f64"));
  const isVector = array.shape.length === 1 && array.size === n;
  const sums = isVector ? cumsum(array as NDArray<"f64">) : array;
  const total = Number([...sums].at(-1));
  const isRight = Number(array.min()) >= 0 && total > 0 && Number.isFinite(total);
  if (!isVector || !isRight) {
    throw invalidArgument(
      `choice: weights are ${n} numbers from 0, not all of them 0; these have shape ${shapeText(array.shape)} and the sum ${total}`,
    );
  }
  return (sums as NDArray<"f64">).map((sum) => sum / total);
}

/** Numbers from 0 to 1 fall between the sums; never behind the last position that has a weight. */
function weighted(
  blocks: Partitioning | undefined,
  sums: NDArray<"f64">,
  shape: Shape,
  seed: number,
): NDArray<"i32"> | DArray<"i32"> {
  const above = { side: "right" } as const;
  return blocks
    ? searchsorted(sums, rand(blocks, shape, { seed }), above)
    : searchsorted(sums, rand(shape, { seed }), above);
}

function without(
  blocks: Partitioning | undefined,
  n: number,
  shape: Shape,
  seed: number,
): NDArray<"i32"> | DArray<"i32"> {
  const size = sizeOf(shape);
  if (!blocks) return permutation(n, { seed }).slice([0, size]).reshape(shape).copy();
  if (shape.length !== 1) {
    throw invalidArgument(
      `choice without replacement gives vectors of distributed arrays, not shape ${shapeText(shape)}; use [${size}]`,
    );
  }
  return permutation(blocks, n, { seed }).slice([0, size]).rechunk(blocks);
}

function blocksFirst(args: readonly unknown[]): [Partitioning | undefined, readonly unknown[]] {
  const [first, ...rest] = args;
  return isPartitioning(first) ? [first, rest] : [undefined, args];
}

function checkCount(name: string, n: unknown): number {
  if (Number.isSafeInteger(n) && (n as number) >= 0 && (n as number) < 2 ** 31) return n as number;
  throw invalidArgument(
    `${name} takes how many there are, an integer from 0 to 2^31 − 1, not ${String(n)}`,
  );
}

const seedOf = ({ seed }: PermutationOptions): number =>
  seed === undefined ? randomSeed() : checkSeed(seed);
