/** Functions of elements on a device: a kernel of the user's function, in the numbers of the arrays' dtypes. */

import { computedAs, DeviceArray, isNarrowInteger, type StorageType } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import { type CompiledKernel, compileElementwise } from "../../kernel/compile.ts";
import { rangeOf } from "../../kernel/range.ts";
import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isComplexValue, type Value } from "../element.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { broadcastShapes, type Shape, sizeOf } from "../shape.ts";
import { expanded, filled } from "./moving.ts";

export type DeviceOperand = DeviceArray | Value;

/**
 * A new array of the function at each index of the operands' common shape; a promise where something has to be made
 * first.
 */
export function applyOnDevice(
  device: ComputeDevice,
  fn: ElementFunction,
  operands: readonly DeviceOperand[],
  dtype: DType,
): DeviceArray | Promise<DeviceArray> {
  if (isNarrowInteger(dtype)) {
    throw invalidArgument(
      `a GPU cannot store ${dtype}; compute with { dtype: "i32" } and convert the result on CPU threads with astype("${dtype}")`,
    );
  }
  const arrays = operands.filter((each) => each instanceof DeviceArray);
  const shape = broadcastShapes(...arrays.map((array) => array.shape));
  const isWhole = operands.every(
    (each) => each instanceof DeviceArray && each.size === sizeOf(shape),
  );
  if (isWhole) return applyToWhole(device, fn, arrays, shape, dtype);
  const widen = async (): Promise<DeviceArray> => {
    const inputs: DeviceArray[] = [];
    for (const operand of operands) {
      inputs.push(
        operand instanceof DeviceArray
          ? await expanded(device, operand, shape)
          : await repeated(device, operand, shape),
      );
    }
    return applyToWhole(device, fn, inputs, shape, dtype);
  };
  return widen();
}

/** All inputs have every element of the shape. */
function applyToWhole(
  device: ComputeDevice,
  fn: ElementFunction,
  inputs: readonly DeviceArray[],
  shape: Shape,
  dtype: DType,
): DeviceArray | Promise<DeviceArray> {
  const types = inputs.map(({ element }) => computedAs(element, device.f64));
  const { ir, captured } = kernelOf(fn, types, computedAs(dtype, device.f64));
  const made = device.create(shape, dtype);
  if (made.size === 0) return made;
  const launched = device.launch(ir, rangeOf([made.size]), [...inputs, made, ...captured]);
  return launched?.then(() => made) ?? made;
}

const kernels = new WeakMap<ElementFunction, Map<string, CompiledKernel>>();

/** The kernel of a function that came to this thread: what it captured does not change any more. */
function kernelOf(
  fn: ElementFunction,
  inputs: readonly StorageType[],
  output: StorageType,
): CompiledKernel {
  let own = kernels.get(fn);
  if (!own) kernels.set(fn, (own = new Map()));
  const key = `${inputs.join()}>${output}`;
  let kernel = own.get(key);
  if (!kernel)
    own.set(key, (kernel = compileElementwise(fn, inputs, output, { meaning: "dtype" })));
  return kernel;
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
