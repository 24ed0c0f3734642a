/** The reductions as functions of arrays: of local ones they give values, of distributed ones promises of them. */

import type { DType } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { isDArray } from "./distributed/block-array.ts";
import type { DArray } from "./distributed/darray.ts";
import type { InputOf, ValueOf } from "./element.ts";
import {
  type Along,
  type InitOptions,
  isNDArray,
  type NDArray,
  type ReduceOptions,
  type SpreadOptions,
  type Whole,
} from "./ndarray.ts";
import type { RealOf, SumOf } from "./promotion.ts";
import type { ReductionName } from "./reductions/named.ts";

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

type Method = (options?: object) => unknown;

function reducing<K extends ReductionName>(name: K): Reduce<K> {
  const reduce = (array: NDArray | DArray, options?: object): unknown => {
    if (isDArray(array) || isNDArray(array)) return (array[name] as Method).call(array, options);
    throw invalidArgument(
      `${name} takes an array made by this library; distribute(x, Blocks(...)) or fromArray(x) makes one of other data`,
    );
  };
  Object.defineProperty(reduce, "name", { value: name });
  return reduce as Reduce<K>;
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
