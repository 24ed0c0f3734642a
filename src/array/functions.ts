/**
 * The array functions that users call. Each works on local and on distributed arrays alike: a creation function
 * makes a distributed array where it is told how to cut one, the others where an operand is one.
 */

import { type Piped, PipedCollection } from "../fold/pipe.ts";
import type { DType } from "../memory/dtype.ts";
import { arraySummary } from "../show/summary.ts";
import { invalidArgument } from "../wire/errors.ts";
import { isPartitioning, type Partitioning } from "./blocks.ts";
import * as creation from "./creation.ts";
import { BlockArray, isDArray } from "./distributed/block-array.ts";
import { createBlocks, distributeBlocks } from "./distributed/creation.ts";
import type { DArray, WaitOptions } from "./distributed/darray.ts";
import { applyToBlocks } from "./distributed/elementwise.ts";
import { checkCollecting } from "./distributed/gather.ts";
import type { Value } from "./element.ts";
import { applyElementwise } from "./elementwise/apply.ts";
import { modeOf } from "./elementwise/mode.ts";
import type { CommonOf, ElementsOf, ElementwiseOptions } from "./elementwise/operand-types.ts";
import type { ElementFunction, ResultOf } from "./elementwise/result-type.ts";
import type { ArraySource, DTypeOfSource } from "./from-source.ts";
import { createLocal } from "./local.ts";
import { arrayOf, isNDArray, type NDArray } from "./ndarray.ts";
import type { DTypeOfValue } from "./promotion.ts";
import { type Shape, sameShape, shapeText } from "./shape.ts";
import type { Strided } from "./strided.ts";

// --- Creation -----------------------------------------------------------------------------------

type Creator = (...args: never[]) => creation.Creation;

/** A creation function for both kinds of arrays: distributed ones have their blocks in front. */
function creator(name: string, make: Creator): (...args: unknown[]) => NDArray | DArray {
  const create = (...args: unknown[]): NDArray | DArray => {
    const [first, ...rest] = args;
    if (!isPartitioning(first)) return createLocal(make(...(args as never[])));
    return new BlockArray(createBlocks(name, make(...(rest as never[])), first));
  };
  Object.defineProperty(create, "name", { value: name });
  return create;
}

interface Fill {
  <D extends DType = "f64">(shape: Shape, options?: creation.CreateOptions<D>): NDArray<D>;
  <D extends DType = "f64">(
    blocks: Partitioning,
    shape: Shape,
    options?: creation.CreateOptions<D>,
  ): DArray<D>;
}

interface FillValue {
  <V extends Value, D extends DType = DTypeOfValue<V>>(
    shape: Shape,
    value: V,
    options?: creation.CreateOptions<D>,
  ): NDArray<D>;
  <V extends Value, D extends DType = DTypeOfValue<V>>(
    blocks: Partitioning,
    shape: Shape,
    value: V,
    options?: creation.CreateOptions<D>,
  ): DArray<D>;
}

interface Range {
  <D extends DType = "f64">(...args: creation.ArangeArguments<D>): NDArray<D>;
  <D extends DType = "f64">(blocks: Partitioning, ...args: creation.ArangeArguments<D>): DArray<D>;
}

interface Between {
  <D extends DType = "f64">(
    shape: Shape,
    start: number,
    stop: number,
    options?: creation.LinspaceOptions<D>,
  ): NDArray<D>;
  <D extends DType = "f64">(
    blocks: Partitioning,
    shape: Shape,
    start: number,
    stop: number,
    options?: creation.LinspaceOptions<D>,
  ): DArray<D>;
}

interface UnitMatrix {
  <D extends DType = "f64">(shape: Shape, options?: creation.EyeOptions<D>): NDArray<D>;
  <D extends DType = "f64">(
    blocks: Partitioning,
    shape: Shape,
    options?: creation.EyeOptions<D>,
  ): DArray<D>;
}

interface Random {
  <D extends creation.RandomDType = "f64">(
    shape: Shape,
    options?: creation.RandomOptions<D>,
  ): NDArray<D>;
  <D extends creation.RandomDType = "f64">(
    blocks: Partitioning,
    shape: Shape,
    options?: creation.RandomOptions<D>,
  ): DArray<D>;
}

interface RandomIntegers {
  <D extends DType = "i32">(
    shape: Shape,
    low: number,
    high: number,
    options?: creation.RandomOptions<D>,
  ): NDArray<D>;
  <D extends DType = "i32">(
    blocks: Partitioning,
    shape: Shape,
    low: number,
    high: number,
    options?: creation.RandomOptions<D>,
  ): DArray<D>;
}

interface RandomExponential {
  <D extends "f64" | "f32" = "f64">(
    shape: Shape,
    options?: creation.ExponentialOptions<D>,
  ): NDArray<D>;
  <D extends "f64" | "f32" = "f64">(
    blocks: Partitioning,
    shape: Shape,
    options?: creation.ExponentialOptions<D>,
  ): DArray<D>;
}

/** All elements 0. */
export const zeros: Fill = creator("zeros", creation.zeros) as Fill;
/** All elements 1. */
export const ones: Fill = creator("ones", creation.ones) as Fill;
/** All elements the value, from which the dtype follows. */
export const full: FillValue = creator("full", creation.full as Creator) as FillValue;
/** Evenly spaced numbers; see `creation.arange` for the forms. */
export const arange: Range = creator(
  "arange",
  creation.arange as unknown as Creator,
) as unknown as Range;
/** Numbers in even steps from `start` to `stop`, which is the last one. */
export const linspace: Between = creator("linspace", creation.linspace as Creator) as Between;
/** A matrix with 1 on its diagonal. */
export const eye: UnitMatrix = creator("eye", creation.eye as Creator) as UnitMatrix;
/** Random numbers from 0 (included) to 1; the same for one seed, however they are distributed. */
export const rand: Random = creator("rand", creation.rand as Creator) as Random;
/** Random numbers of the standard normal distribution. */
export const randn: Random = creator("randn", creation.randn as Creator) as Random;
/** Random integers from `low` (included) to `high` (excluded): `randint([3], 1, 7)` are three throws of a die. */
export const randint: RandomIntegers = creator(
  "randint",
  creation.randint as Creator,
) as RandomIntegers;
/** Random numbers of the exponential distribution; `{ scale }` is their mean. */
export const exponential: RandomExponential = creator(
  "exponential",
  creation.exponential as Creator,
) as RandomExponential;

/**
 * A distributed copy of an array: of nested JavaScript arrays, a typed array, an array of this or another library,
 * or a distributed one, which is cut anew. A number of parts cuts the last axis.
 */
export function distribute<D extends DType>(
  source: DArray<D>,
  partitioning: Partitioning | number,
): DArray<D>;
export function distribute<S extends ArraySource>(
  source: S,
  partitioning: Partitioning | number,
): DArray<DTypeOfSource<S>>;
export function distribute(
  source: DArray | ArraySource,
  partitioning: Partitioning | number,
): DArray {
  return new BlockArray(distributeBlocks(source, partitioning));
}

// --- Elementwise --------------------------------------------------------------------------------

export type AnyOperand = DArray | NDArray | Value;

/** Distributed where an operand is. */
type ArrayLike<A extends readonly AnyOperand[], D extends DType> = [
  Extract<A[number], DArray>,
] extends [never]
  ? NDArray<D>
  : DArray<D>;

/**
 * The function of the elements at each index of the operands' common shape, in one pass; distributed, in one task
 * a block. Axes of length 1 repeat. Options may follow the operands.
 */
export function broadcast<const A extends readonly AnyOperand[], R>(
  fn: (...elements: ElementsOf<A>) => R,
  ...operands: A
): ArrayLike<A, ResultOf<CommonOf<A>, R>>;
export function broadcast<
  const A extends readonly AnyOperand[],
  R,
  E extends DType = ResultOf<CommonOf<A>, R>,
>(
  fn: (...elements: ElementsOf<A>) => R,
  ...operands: [...A, ElementwiseOptions<E>]
): ArrayLike<A, E>;
/** As the function of a task: `spawn(broadcast, x => x + 1, task)`. */
export function broadcast(fn: ElementFunction, ...operands: AnyOperand[]): NDArray;
export function broadcast(
  fn: ElementFunction,
  ...operands: (AnyOperand | ElementwiseOptions)[]
): NDArray | DArray {
  return elementwise("broadcast", fn, operands);
}

/** The function of the elements at each index of arrays of one shape; see `broadcast`. */
export function map<const A extends readonly (DArray | NDArray)[], R>(
  fn: (...elements: ElementsOf<A>) => R,
  ...arrays: A
): ArrayLike<A, ResultOf<CommonOf<A>, R>>;
export function map<
  const A extends readonly (DArray | NDArray)[],
  R,
  E extends DType = ResultOf<CommonOf<A>, R>,
>(fn: (...elements: ElementsOf<A>) => R, ...arrays: [...A, ElementwiseOptions<E>]): ArrayLike<A, E>;
/** As the function of a task: `spawn(map, x => x + 1, task)`. */
export function map(fn: ElementFunction, ...arrays: (DArray | NDArray)[]): NDArray;
export function map(
  fn: ElementFunction,
  ...arrays: (DArray | NDArray | ElementwiseOptions)[]
): NDArray | DArray {
  const shapes = arrays.filter(isArray).map((array) => array.shape);
  const other = shapes.find((shape) => !sameShape(shape, shapes[0] as Shape));
  if (other) {
    throw invalidArgument(
      `map takes arrays of one shape, not ${shapeText(shapes[0] as Shape)} and ${shapeText(other)}; broadcast(f, a, b) repeats axes of length 1`,
    );
  }
  return elementwise("map", fn, arrays);
}

const isArray = (value: unknown): value is DArray | NDArray => isDArray(value) || isNDArray(value);

function elementwise(
  name: string,
  fn: ElementFunction,
  given: readonly (AnyOperand | ElementwiseOptions)[],
): NDArray | DArray {
  const last = given.at(-1);
  const hasOptions = isElementwiseOptions(last);
  const options = hasOptions ? last : {};
  const operands = (hasOptions ? given.slice(0, -1) : given) as AnyOperand[];
  if (typeof fn !== "function") {
    throw invalidArgument(`${name} takes a function first: ${name}(x => x * 2, array)`);
  }
  checkOperands(name, operands);
  const mode = modeOf(name, options);
  const { dtype } = options;
  if (operands.some(isDArray)) {
    return new BlockArray(applyToBlocks(name, fn, operands, dtype, mode));
  }
  return arrayOf(applyElementwise(fn, operands as (Strided | Value)[], dtype, mode));
}

/** Options come last: an object that is no operand. */
function isElementwiseOptions(value: unknown): value is ElementwiseOptions {
  if (Object.prototype.toString.call(value) !== "[object Object]") return false;
  return !(isArray(value) || "re" in (value as object) || "shape" in (value as object));
}

function checkOperands(name: string, operands: readonly unknown[]): void {
  if (operands.length === 0) {
    throw invalidArgument(`${name} needs at least one array after the function`);
  }
  for (const operand of operands) {
    if (isArray(operand) || typeof operand === "number" || typeof operand === "boolean") continue;
    if (typeof operand === "object" && operand !== null && "re" in operand) continue;
    const what = Array.isArray(operand) || ArrayBuffer.isView(operand) ? "an array" : "a value";
    throw invalidArgument(
      `${name} takes arrays made by this library and single numbers, not ${what} such as ${String(operand).slice(0, 40)}; distribute(x, Blocks(...)) or fromArray(x) makes one`,
    );
  }
}

// --- Results ------------------------------------------------------------------------------------

/** All of an array as a local one of your own; of what transducers are behind, as its own `collect` gives it. */
export async function collect<D extends DType>(
  array: DArray<D> | NDArray<D>,
  options?: WaitOptions,
): Promise<NDArray<D>>;
export async function collect<T, W>(piped: Piped<T, W>, options?: WaitOptions): Promise<W>;
export async function collect(
  array: DArray | NDArray | Piped<unknown, unknown>,
  options?: WaitOptions,
): Promise<unknown> {
  if (isDArray(array) || array instanceof PipedCollection) return array.collect(options);
  if (!isNDArray(array)) throw invalidArgument("collect(array) takes an array");
  checkCollecting(options ?? {});
  return array.copy();
}

/**
 * How the blocks of an array are made: a line an operation, those in one pass together, with their loops and why no
 * other. Computes nothing and submits nothing.
 */
export function explain(array: DArray | NDArray): string {
  if (isDArray(array)) return array.explain();
  if (!isNDArray(array)) throw invalidArgument("explain(array) takes an array");
  const { shape, dtype } = array;
  return `${arraySummary({ name: "NDArray", shape, dtype })}\nhere, made already`;
}
