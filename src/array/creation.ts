/**
 * What creation functions ask for: shape, dtype and filling, checked, as plain data. It is the same for a local
 * array and for a distributed one, whose blocks are filled where they are.
 */

import type { DType } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { checkDType, type Value } from "./element.ts";
import type { Filling } from "./filling.ts";
import { type DTypeOfValue, dtypeOfValue } from "./promotion.ts";
import { checkExponential } from "./random/exponential.ts";
import { checkIntegers } from "./random/integers.ts";
import { checkRandomDType, checkSeed, randomSeed } from "./random/uniform.ts";
import { checkShape, type Shape, shapeText, sizeOf } from "./shape.ts";

export interface CreateOptions<D extends DType = DType> {
  /** Dtype of the elements; f64 unless a value says otherwise. */
  readonly dtype?: D;
}

export interface RandomOptions<D extends DType = DType> extends CreateOptions<D> {
  /** The same seed gives the same numbers, however the array is distributed. An integer from 0 to 2^53 − 1. */
  readonly seed?: number;
}

export interface Creation<D extends DType = DType> {
  readonly shape: Shape;
  readonly dtype: D;
  readonly filling: Filling;
}

function create<D extends DType>(
  shape: Shape,
  filling: Filling,
  options: CreateOptions<D> = {},
  dtype: DType = "f64",
  names: readonly string[] = ["dtype"],
): Creation<D> {
  const own = checkShape(shape);
  checkNames(options, names, "the creation of an array");
  return { shape: own, dtype: checkDType(options.dtype ?? dtype) as D, filling };
}

export function zeros<D extends DType = "f64">(
  shape: Shape,
  options?: CreateOptions<D>,
): Creation<D> {
  return create(shape, { kind: "constant", value: 0 }, options);
}

export function ones<D extends DType = "f64">(
  shape: Shape,
  options?: CreateOptions<D>,
): Creation<D> {
  return create(shape, { kind: "constant", value: 1 }, options);
}

/** Every element is `value`, from which the dtype follows: f64, bool or c128. */
export function full<V extends Value, D extends DType = DTypeOfValue<V>>(
  shape: Shape,
  value: V,
  options?: CreateOptions<D>,
): Creation<D> {
  if (value === undefined) {
    throw invalidArgument("full(shape, value) needs the value of its elements: full([2, 3], 7)");
  }
  return create(shape, { kind: "constant", value }, options, dtypeOfValue(value));
}

/** `start`, `start + step`, … to the last element of the shape. */
export type ArangeArguments<D extends DType> =
  | readonly [shape: Shape, options?: CreateOptions<D>]
  | readonly [shape: Shape, start: number, options?: CreateOptions<D>]
  | readonly [shape: Shape, start: number, step: number, options?: CreateOptions<D>]
  | readonly [stop: number, options?: CreateOptions<D>]
  | readonly [start: number, stop: number, options?: CreateOptions<D>]
  | readonly [start: number, stop: number, step: number, options?: CreateOptions<D>];

/** Evenly spaced numbers: for a shape those from `start` on, for a range those from `start` up to before `stop`. */
export function arange<D extends DType = "f64">(...args: ArangeArguments<D>): Creation<D> {
  const parts: readonly unknown[] = args;
  const numbers = parts.filter((part) => typeof part === "number");
  const options = parts.slice(1).find((part) => typeof part === "object");
  if (!numbers.every(Number.isFinite)) {
    throw invalidArgument(`arange(${numbers.join(", ")}): use finite numbers`);
  }
  if (typeof args[0] !== "number") {
    const [start = 0, step = 1] = numbers;
    return create(args[0], { kind: "range", start, step }, options as CreateOptions<D>);
  }
  if (numbers.length === 1) numbers.unshift(0);
  const [start, stop, step = 1] = numbers as [number, number, number?];
  if (step === 0) throw invalidArgument("arange with step 0 has no end; give a shape instead");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return create([count], { kind: "range", start, step }, options as CreateOptions<D>);
}

export interface LinspaceOptions<D extends DType = DType> extends CreateOptions<D> {
  /** false: the last number is a step before `stop`. */
  readonly endpoint?: boolean;
}

/** Numbers in even steps from `start` to `stop`, which is the last one. */
export function linspace<D extends DType = "f64">(
  shape: Shape,
  start: number,
  stop: number,
  options: LinspaceOptions<D> = {},
): Creation<D> {
  if (!Number.isFinite(start) || !Number.isFinite(stop)) {
    throw invalidArgument(`linspace from ${start} to ${stop}: use finite numbers`);
  }
  const isOpen = options.endpoint === false;
  const steps = sizeOf(checkShape(shape)) - (isOpen ? 0 : 1);
  const step = steps > 0 ? (stop - start) / steps : 0;
  const last = steps > 0 && !isOpen ? { last: stop } : {};
  return create(shape, { kind: "range", start, step, ...last }, options, "f64", [
    "dtype",
    "endpoint",
  ]);
}

export interface EyeOptions<D extends DType = DType> extends CreateOptions<D> {
  /** Which diagonal: above the main one for positive numbers, below for negative ones. */
  readonly k?: number;
}

/** A matrix with 1 on its diagonal. */
export function eye<D extends DType = "f64">(
  shape: Shape,
  options: EyeOptions<D> = {},
): Creation<D> {
  const { length } = checkShape(shape);
  const { k = 0 } = options;
  if (!Number.isSafeInteger(k)) {
    throw invalidArgument(`eye: k is the number of a diagonal, an integer, not ${String(k)}`);
  }
  if (length === 2)
    return create(shape, { kind: "identity", offset: k }, options, "f64", ["dtype", "k"]);
  throw invalidArgument(`eye(${shapeText(shape)}): give the shape of a matrix, such as [3, 3]`);
}

export type RandomDType = "f64" | "f32" | "c64" | "c128";

function random<D extends DType>(
  shape: Shape,
  options: RandomOptions<D> = {},
  filling: (seed: number) => Filling,
  dtype: DType = "f64",
  names: readonly string[] = ["dtype", "seed"],
): Creation<D> {
  const seed = options.seed === undefined ? randomSeed() : checkSeed(options.seed);
  return create(shape, filling(seed), options, dtype, names);
}

/** Random numbers from 0 (included) to 1 (excluded). */
export function rand<D extends RandomDType = "f64">(
  shape: Shape,
  options?: RandomOptions<D>,
): Creation<D> {
  const asked = random(shape, options, (seed) => ({ kind: "uniform", seed }));
  checkRandomDType(asked.dtype);
  return asked;
}

/** Random numbers of the standard normal distribution. */
export function randn<D extends RandomDType = "f64">(
  shape: Shape,
  options?: RandomOptions<D>,
): Creation<D> {
  const asked = random(shape, options, (seed) => ({ kind: "normal", seed }));
  checkRandomDType(asked.dtype);
  return asked;
}

/** Random integers from `low` (included) to `high` (excluded), each equally likely; of dtype i32 unless named. */
export function randint<D extends DType = "i32">(
  shape: Shape,
  low: number,
  high: number,
  options?: RandomOptions<D>,
): Creation<D> {
  const filling = (seed: number): Filling => ({ kind: "integers", seed, low, high });
  const asked = random(shape, options, filling, "i32");
  checkIntegers(low, high, asked.dtype);
  return asked;
}

export interface ExponentialOptions<D extends DType = DType> extends RandomOptions<D> {
  /** The mean; 1 unless given. */
  readonly scale?: number;
}

/** Random numbers of the exponential distribution. */
export function exponential<D extends "f64" | "f32" = "f64">(
  shape: Shape,
  options: ExponentialOptions<D> = {},
): Creation<D> {
  const { scale = 1 } = options;
  const filling = (seed: number): Filling => ({ kind: "exponential", seed, scale });
  const asked = random(shape, options, filling, "f64", ["dtype", "seed", "scale"]);
  checkExponential(scale, asked.dtype);
  return asked;
}
