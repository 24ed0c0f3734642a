/** Functions of elements on a device: a kernel of the user's function, in the numbers of the arrays' dtypes. */

import { computedAs, DeviceArray, isNarrowInteger } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import { compileElementwise } from "../../kernel/compile.ts";
import { rangeOf } from "../../kernel/range.ts";
import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isComplexValue, type Value } from "../element.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { broadcastShapes } from "../shape.ts";
import { expanded, filled } from "./moving.ts";

export type DeviceOperand = DeviceArray | Value;

/** A new array of the function at each index of the operands' common shape. */
export async function applyOnDevice(
  device: ComputeDevice,
  fn: ElementFunction,
  operands: readonly DeviceOperand[],
  dtype: DType,
): Promise<DeviceArray> {
  if (isNarrowInteger(dtype)) {
    throw invalidArgument(
      `a GPU cannot store ${dtype}; compute with { dtype: "i32" } and convert the result on CPU threads with astype("${dtype}")`,
    );
  }
  const arrays = operands.filter((each) => each instanceof DeviceArray);
  const shape = broadcastShapes(...arrays.map((array) => array.shape));
  const inputs: DeviceArray[] = [];
  for (const operand of operands) {
    inputs.push(
      operand instanceof DeviceArray
        ? await expanded(device, operand, shape)
        : await repeated(device, operand, shape),
    );
  }
  const { ir, captured } = compileElementwise(
    fn,
    inputs.map(({ element }) => computedAs(element, device.f64)),
    computedAs(dtype, device.f64),
    { meaning: "dtype" },
  );
  const made = device.create(shape, dtype);
  if (made.size > 0) await device.launch(ir, rangeOf([made.size]), [...inputs, made, ...captured]);
  return made;
}

function repeated(
  device: ComputeDevice,
  value: Value,
  shape: readonly number[],
): Promise<DeviceArray> {
  if (isComplexValue(value)) throw invalidArgument("complex numbers cannot be used on a GPU");
  const number = Number(value);
  const isWhole = Number.isInteger(number) && Math.abs(number) < 2 ** 31;
  return filled(device, shape, isWhole ? "i32" : "f32", number);
}
