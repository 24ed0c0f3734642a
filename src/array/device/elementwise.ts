/** Functions of elements on a device: a kernel of the users' functions, in the numbers of the arrays' dtypes. */

import { computedAs, DeviceArray, isNarrowInteger, type StorageType } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import { type CompiledKernel, compileSteps } from "../../kernel/compile.ts";
import { stepsText } from "../../kernel/front/steps.ts";
import { rangeOf } from "../../kernel/range.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isComplexValue, type Value } from "../element.ts";
import { numberOf, type Step } from "../elementwise/program.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { broadcastShapes, type Shape, sizeOf } from "../shape.ts";
import { expanded, filled } from "./moving.ts";

export type DeviceOperand = DeviceArray | Value;

/** Functions of which some may take what others give; the last one gives the result. */
export interface DeviceProgram {
  readonly functions: readonly ElementFunction[];
  readonly steps: readonly Pick<Step, "inputs" | "dtype">[];
}

/**
 * A new array of the functions at each index of the operands' common shape; a promise where something has to be made
 * first.
 */
export function applyOnDevice(
  device: ComputeDevice,
  program: DeviceProgram,
  operands: readonly DeviceOperand[],
): DeviceArray | Promise<DeviceArray> {
  for (const { dtype } of program.steps) {
    if (!isNarrowInteger(dtype)) continue;
    throw invalidArgument(
      `a GPU cannot store ${dtype}; compute with { dtype: "i32" } and convert the result on CPU threads with astype("${dtype}")`,
    );
  }
  const arrays = operands.filter((each) => each instanceof DeviceArray);
  const shape = broadcastShapes(...arrays.map((array) => array.shape));
  const isWhole = operands.every(
    (each) => each instanceof DeviceArray && each.size === sizeOf(shape),
  );
  if (isWhole) return applyToWhole(device, program, arrays, shape);
  const widen = async (): Promise<DeviceArray> => {
    const inputs: DeviceArray[] = [];
    for (const operand of operands) {
      inputs.push(
        operand instanceof DeviceArray
          ? await expanded(device, operand, shape)
          : await repeated(device, operand, shape),
      );
    }
    return applyToWhole(device, program, inputs, shape);
  };
  return widen();
}

/** All inputs have every element of the shape. */
function applyToWhole(
  device: ComputeDevice,
  program: DeviceProgram,
  inputs: readonly DeviceArray[],
  shape: Shape,
): DeviceArray | Promise<DeviceArray> {
  const types = inputs.map(({ element }) => computedAs(element, device.f64));
  const { ir, captured } = kernelOf(program, types, device.f64);
  const { dtype } = program.steps.at(-1) as DeviceProgram["steps"][0];
  const made = device.create(shape, dtype);
  if (made.size === 0) return made;
  const launched = device.launch(ir, rangeOf([made.size]), [...inputs, made, ...captured]);
  return launched?.then(() => made) ?? made;
}

const kernels = new WeakMap<ElementFunction, Map<string, CompiledKernel>>();

/** The kernel of functions that came to this thread: what they captured does not change any more. */
function kernelOf(
  { functions, steps }: DeviceProgram,
  inputs: readonly StorageType[],
  f64: ComputeDevice["f64"],
): CompiledKernel {
  const parts = steps.map(({ inputs: given, dtype }, k) => {
    return { fn: functions[k] as ElementFunction, inputs: given, dtype: computedAs(dtype, f64) };
  });
  const last = functions.at(-1) as ElementFunction;
  let own = kernels.get(last);
  if (!own) kernels.set(last, (own = new Map()));
  const key = `${functions.slice(0, -1).map(numberOf)}/${inputs}/${stepsText(parts)}`;
  let kernel = own.get(key);
  if (!kernel) own.set(key, (kernel = compileSteps(parts, inputs, { meaning: "dtype" })));
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
