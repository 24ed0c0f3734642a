/** Functions of elements applied to arrays and single values that broadcast to one shape. */

import type { DType } from "../../memory/dtype.ts";
import { isComplexValue, type Value, writeElement } from "../element.ts";
import { dtypeOfValue } from "../promotion.ts";
import { broadcastShapes } from "../shape.ts";
import { empty, operandOf, type Strided } from "../strided.ts";
import { elementwiseKernel } from "./kernel.ts";
import { checkMode, type Mode, valueDType } from "./mode.ts";
import { type ElementFunction, resultType } from "./result-type.ts";

/** A single value stands for an array that repeats it. */
export const isValue = (operand: Strided | Value): operand is Value =>
  typeof operand !== "object" || (isComplexValue(operand) && !("shape" in operand));

/** An array of one element without dimensions. */
export function scalarArray(value: Value, dtype: DType = dtypeOfValue(value)): Strided {
  const view = empty([], dtype);
  writeElement(view.data, dtype, 0, value);
  return view;
}

/**
 * The dtype of `fn` applied to these operands: the one that was chosen, or the one that follows from them.
 * @throws BodkinError where it cannot be computed in this mode
 */
export function elementwiseType(
  fn: ElementFunction,
  operands: readonly (Strided | Value)[],
  dtype: DType | undefined,
  mode: Mode,
): DType {
  const types = operands.map((operand) => (isValue(operand) ? { value: operand } : operand.dtype));
  const result = dtype ?? resultType(fn, types);
  checkMode(fn, types, result, mode);
  return result;
}

/** Operands as arrays. */
function viewsOf(operands: readonly (Strided | Value)[], mode: Mode): Strided[] {
  const arrays = operands.flatMap((operand) => (isValue(operand) ? [] : [operand.dtype]));
  return operands.map((operand) =>
    isValue(operand) ? scalarArray(operand, valueDType(operand, arrays, mode)) : operand,
  );
}

/** A new array of `fn` at each index of the operands' common shape. */
export function applyElementwise(
  fn: ElementFunction,
  operands: readonly (Strided | Value)[],
  dtype: DType | undefined,
  mode: Mode,
): Strided {
  const views = viewsOf(operands, mode);
  const shape = broadcastShapes(...views.map((view) => view.shape));
  const output = empty(shape, elementwiseType(fn, operands, dtype, mode));
  applyInto(fn, output, views, mode);
  return output;
}

/** Sets the elements of `output`, to whose shape the inputs broadcast. */
export function applyInto(
  fn: ElementFunction,
  output: Strided,
  inputs: readonly Strided[],
  mode: Mode = { declared: true },
): void {
  const types = inputs.map((view) => view.dtype);
  elementwiseKernel(fn, types, output.dtype, mode).run(
    output.shape,
    output,
    inputs.map((view) => operandOf(view, output.shape)),
  );
}
