/**
 * The dtype of what a function of elements gives: that of its inputs (their common one), unless the function
 * yields booleans ("bool"), complex numbers of real inputs, or numbers of inputs that are bool ("f64") or
 * complex (the dtype of their parts).
 */

import type { DType } from "../../memory/dtype.ts";
import { type Complex, type ComplexDType, isComplex, type Value } from "../element.ts";
import { type ComplexOf, commonDType, complexOf, type RealOf, realOf } from "../promotion.ts";
import { type Kind, resultKind } from "./result-kind.ts";

/** A function of the elements at one index; what it takes is checked where its operands are known. */
export type ElementFunction = (...values: never[]) => unknown;

/** The dtype of a function's results `R` for inputs whose common dtype is `D`. */
export type ResultOf<D extends DType, R> = [R] extends [boolean]
  ? "bool"
  : [R] extends [Complex]
    ? ComplexOf<D>
    : [R] extends [number]
      ? D extends "bool"
        ? "f64"
        : RealOf<D>
      : D extends ComplexDType
        ? D
        : DType;

export function kindOfDType(dtype: DType): Kind {
  if (isComplex(dtype)) return "complex";
  return dtype === "bool" ? "boolean" : "number";
}

/** The dtype of results for arrays of these dtypes and single values beside them, in the order of the parameters. */
export function resultType(
  fn: ElementFunction,
  inputs: readonly (DType | { value: Value })[],
): DType {
  const arrays = inputs.filter((input) => typeof input === "string");
  const values = inputs.flatMap((input) => (typeof input === "string" ? [] : [input.value]));
  const common = commonDType(arrays, values);
  const kinds = inputs.map((input) =>
    kindOfDType(typeof input === "string" ? input : commonDType([], [input.value])),
  );
  switch (resultKind(fn, kinds)) {
    case "boolean":
      return "bool";
    case "complex":
      return complexOf(common);
    case "number":
      return common === "bool" ? "f64" : realOf(common);
    default:
      return common === "bool" ? "f64" : common;
  }
}
