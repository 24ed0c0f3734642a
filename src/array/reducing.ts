/** The reductions as functions of arrays: of local ones they give values, of distributed ones promises of them. */

import type { DType } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { BlockArray, isDArray } from "./distributed/block-array.ts";
import type { DArray } from "./distributed/darray.ts";
import { type ArgumentName, positionInBlocks } from "./distributed/position.ts";
import { reduceBlocks } from "./distributed/reduce.ts";
import type { InputOf, ValueOf } from "./element.ts";
import { type AnyArray, checkArray } from "./kinds.ts";
import {
  type Along,
  arrayOf,
  type InitOptions,
  isNDArray,
  type NDArray,
  type ReduceOptions,
  type SpreadOptions,
  type Whole,
} from "./ndarray.ts";
import type { RealOf, SumOf } from "./promotion.ts";
import { reduceLocal } from "./reductions/local.ts";
import type { ReductionName } from "./reductions/named.ts";
import { checkPositions, normalizeAxis } from "./shape.ts";

/** The dtype of what reductions give for elements of dtype `D`. */
interface Outcomes<D extends DType> {
  sum: SumOf<D>;
  prod: SumOf<D>;
  min: D;
  max: D;
  mean: SumOf<D>;
  var: RealOf<SumOf<D>>;
  std: RealOf<SumOf<D>>;
  any: "bool";
  all: "bool";
  norm: RealOf<SumOf<D>>;
  argmin: "i32";
  argmax: "i32";
  nansum: SumOf<D>;
  nanmean: SumOf<D>;
  nanmin: D;
  nanmax: D;
  nanvar: RealOf<SumOf<D>>;
  nanstd: RealOf<SumOf<D>>;
  countNonzero: "f64";
}

interface Options<D extends DType> {
  sum: InitOptions<InputOf<D>>;
  prod: InitOptions<InputOf<D>>;
  min: InitOptions<InputOf<D>>;
  max: InitOptions<InputOf<D>>;
  mean: ReduceOptions;
  var: SpreadOptions;
  std: SpreadOptions;
  any: InitOptions<InputOf<D> | boolean>;
  all: InitOptions<InputOf<D> | boolean>;
  norm: ReduceOptions;
  argmin: ArgumentOptions;
  argmax: ArgumentOptions;
  nansum: InitOptions<InputOf<D>>;
  nanmean: ReduceOptions;
  nanmin: InitOptions<InputOf<D>>;
  nanmax: InitOptions<InputOf<D>>;
  nanvar: SpreadOptions;
  nanstd: SpreadOptions;
  countNonzero: ReduceOptions;
}

/** One axis, or all. */
interface ArgumentOptions {
  readonly axis?: number;
  readonly keepdims?: boolean;
  readonly signal?: AbortSignal;
}

export interface Reduce<K extends ReductionName> {
  <D extends DType>(array: DArray<D>, options: Options<D>[K] & Along): DArray<Outcomes<D>[K]>;
  <D extends DType>(
    array: DArray<D>,
    options?: Options<D>[K] & Whole,
  ): Promise<ValueOf<Outcomes<D>[K]>>;
  <D extends DType>(array: NDArray<D>, options: Options<D>[K] & Along): NDArray<Outcomes<D>[K]>;
  <D extends DType>(array: NDArray<D>, options?: Options<D>[K] & Whole): ValueOf<Outcomes<D>[K]>;
  /** As the function of a task: `spawn(sum, task)`. */
  (array: NDArray): ValueOf<Outcomes<DType>[K]>;
}

function reducing<K extends ReductionName>(name: K): Reduce<K> {
  const reduce = (array: NDArray | DArray, options: SpreadOptions = {}): unknown => {
    const own = checkArray(name, array);
    const spec = { name, input: own.dtype, ddof: options.ddof };
    if (isNDArray(own)) {
      const reduced = reduceLocal(own, spec, {}, options);
      return "value" in reduced ? reduced.value : arrayOf(reduced.array);
    }
    const reduced = reduceBlocks(own, spec, {}, options);
    return reduced instanceof Promise ? reduced : new BlockArray(reduced);
  };
  Object.defineProperty(reduce, "name", { value: name });
  return reduce as Reduce<K>;
}

/** Positions are i32, and those of all elements are of the array in row-major order. */
function positioning<K extends ArgumentName>(name: K): Reduce<K> {
  const along = reducing(name);
  const find = (array: NDArray | DArray, options: ArgumentOptions = {}): unknown => {
    const own = checkArray(name, array);
    checkNames(options, ["axis", "keepdims", "signal"], name);
    const { axis, keepdims, signal } = options;
    if (axis !== undefined && typeof axis !== "number") {
      throw invalidArgument(`${name} takes one axis, or none for all elements`);
    }
    if (axis !== undefined) checkPositions(name, own.shape[normalizeAxis(axis, own.shape.length)]);
    if (axis === undefined && isDArray(own)) return positionInBlocks(own, name, keepdims, signal);
    return (along as (array: NDArray | DArray, options: object) => unknown)(own, options);
  };
  Object.defineProperty(find, "name", { value: name });
  return find as Reduce<K>;
}

export const sum: Reduce<"sum"> = reducing("sum");
export const prod: Reduce<"prod"> = reducing("prod");
export const min: Reduce<"min"> = reducing("min");
export const max: Reduce<"max"> = reducing("max");
export const mean: Reduce<"mean"> = reducing("mean");
export const variance: Reduce<"var"> = reducing("var");
export const std: Reduce<"std"> = reducing("std");
export const any: Reduce<"any"> = reducing("any");
export const all: Reduce<"all"> = reducing("all");
export const norm: Reduce<"norm"> = reducing("norm");
/** Where the smallest element is; the first of several, and of NaN if there is any. @throws where there is none */
export const argmin: Reduce<"argmin"> = positioning("argmin");
export const argmax: Reduce<"argmax"> = positioning("argmax");
/** The sum of the elements that are not NaN. */
export const nansum: Reduce<"nansum"> = reducing("nansum");
export const nanmean: Reduce<"nanmean"> = reducing("nanmean");
/** The smallest element that is not NaN; NaN where all are. */
export const nanmin: Reduce<"nanmin"> = reducing("nanmin");
export const nanmax: Reduce<"nanmax"> = reducing("nanmax");
export const nanvar: Reduce<"nanvar"> = reducing("nanvar");
export const nanstd: Reduce<"nanstd"> = reducing("nanstd");
/** How many elements are other than zero. */
export const countNonzero: Reduce<"countNonzero"> = reducing("countNonzero");

type Pair<T> = readonly [min: T, max: T];

/** The smallest and the largest element; see `min` and `max`. */
export function extrema<D extends DType>(
  array: DArray<D>,
  options: InitOptions<InputOf<D>> & Along,
): Pair<DArray<D>>;
export function extrema<D extends DType>(
  array: DArray<D>,
  options?: InitOptions<InputOf<D>> & Whole,
): Promise<Pair<ValueOf<D>>>;
export function extrema<D extends DType>(
  array: NDArray<D>,
  options: InitOptions<InputOf<D>> & Along,
): Pair<NDArray<D>>;
export function extrema<D extends DType>(
  array: NDArray<D>,
  options?: InitOptions<InputOf<D>> & Whole,
): Pair<ValueOf<D>>;
export function extrema(array: AnyArray, options?: object): unknown {
  const both = [min, max].map((reduce) =>
    (reduce as (array: AnyArray, options?: object) => unknown)(array, options),
  );
  return both[0] instanceof Promise ? Promise.all(both) : both;
}
