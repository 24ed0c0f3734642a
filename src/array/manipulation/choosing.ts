/** Elements chosen from arrays, and held within bounds. */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { applyToBlocks } from "../distributed/elementwise.ts";
import { isComplex, type Value } from "../element.ts";
import { applyElementwise, isValue } from "../elementwise/apply.ts";
import type { CommonOf, AnyOperand as TypedOperand } from "../elementwise/operand-types.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { type AnyArray, checkArray, isArray, type Like } from "../kinds.ts";
import { arrayOf } from "../ndarray.ts";
import { commonDType } from "../promotion.ts";
import type { Strided } from "../strided.ts";

export type Operand = AnyArray | Value;

/** The kind of the arrays among operands. */
type Of<A, D extends DType> = Like<Extract<A, AnyArray>, D>;

/** A function of elements, with a dtype that is known. */
export function elementwise(
  name: string,
  fn: ElementFunction,
  operands: readonly Operand[],
  dtype: DType,
): AnyArray {
  if (operands.some(isDArray))
    return new BlockArray(applyToBlocks(name, fn, operands, dtype, { declared: true }));
  return arrayOf(applyElementwise(fn, operands as (Strided | Value)[], dtype, { declared: true }));
}

export function checkOperand(name: string, operand: unknown): Operand {
  if (isArray(operand) || typeof operand === "number" || typeof operand === "boolean") {
    return operand;
  }
  if (typeof operand === "object" && operand !== null && isValue(operand as Value)) {
    return operand as Value;
  }
  return checkArray(name, operand);
}

/** The common dtype of arrays and single values. */
export function commonOf(operands: readonly Operand[]): DType {
  return commonDType(
    operands.filter(isArray).map((array) => array.dtype),
    operands.filter((operand): operand is Value => !isArray(operand)),
  );
}

export const chooseElement = (condition: boolean, a: unknown, b: unknown): unknown =>
  condition ? a : b;
export const holdBetween = (x: number, least: number, most: number): number =>
  Math.min(Math.max(x, least), most);

/** The elements of `x1` where the condition is other than zero, those of `x2` elsewhere; shapes broadcast. */
export function where<
  C extends AnyArray,
  const A extends AnyArray | TypedOperand,
  const B extends AnyArray | TypedOperand,
>(condition: C, x1: A, x2: B): Of<C | A | B, CommonOf<readonly [A, B]>> {
  const test = checkArray("where", condition);
  const operands = [checkOperand("where", x1), checkOperand("where", x2)];
  const mask: AnyArray = test.dtype === "bool" ? test : (test.astype("bool") as AnyArray);
  const chosen = elementwise("where", chooseElement, [mask, ...operands], commonOf(operands));
  return chosen as Of<C | A | B, CommonOf<readonly [A, B]>>;
}

/**
 * Each element, or the bound that it is beyond; shapes broadcast. NaN stays NaN. Single numbers as bounds leave the dtype as it
 * is, arrays widen it.
 */
export function clip<A extends AnyArray>(
  x: A,
  min?: number | AnyArray | null,
  max?: number | AnyArray | null,
): Like<A> {
  const array = checkArray("clip", x);
  const bounds = [
    checkOperand("clip", min ?? Number.NEGATIVE_INFINITY),
    checkOperand("clip", max ?? Number.POSITIVE_INFINITY),
  ];
  const complex = [array, ...bounds].find((each) => isArray(each) && isComplex(each.dtype));
  if (complex) throw invalidArgument("clip of complex numbers: they have no order");
  const dtype = commonDType(
    [array, ...bounds].filter(isArray).map((each) => each.dtype),
    [],
  );
  return elementwise("clip", holdBetween, [array, ...bounds], dtype) as Like<A>;
}
