/** The functions of arrays that run under the scope of a device; at load, in every thread. */

import { DeviceArray } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import { registerDeviceFunction, registerHostFunction } from "../../gpu/registry.ts";
import type { DType } from "../../memory/dtype.ts";
import { context } from "../../runtime/context.ts";
import { invalidArgument } from "../../wire/errors.ts";
import * as creation from "../creation.ts";
import {
  type Assembly,
  assembleBlock,
  convertBlock,
  type FillSpec,
  fillBlock,
  type MapSpec,
  mapBlock,
  type Operand,
  settle,
} from "../distributed/block-tasks.ts";
import {
  combineStates,
  finishBlock,
  finishValue,
  stepBlock,
} from "../distributed/reduction-tasks.ts";
import { checkDType, type Value } from "../element.ts";
import { type ElementFunction, resultType } from "../elementwise/result-type.ts";
import * as functions from "../functions.ts";
import { blockAt, gridOfCuts } from "../grid.ts";
import * as reducing from "../reducing.ts";
import type { Join, MapElement } from "../reductions/fold.ts";
import { type ReductionSpec, reductionFrom } from "../reductions/spec.ts";
import { wholeRegion } from "../region.ts";
import { sameShape, shapeText } from "../shape.ts";
import { applyOnDevice, type DeviceOperand } from "./elementwise.ts";
import { filledRegion } from "./filling.ts";
import { onHost } from "./host.ts";
import { assembled, converted } from "./moving.ts";
import { deviceReduction, reduceOnDevice } from "./reductions.ts";

// --- Blocks of distributed arrays ----------------------------------------------------------------

registerDeviceFunction(
  mapBlock,
  (device: ComputeDevice, spec: MapSpec, fn: ElementFunction, ...blocks: DeviceArray[]) => {
    const operands = spec.operands.map((operand) => operandOf(device, operand, blocks));
    const isHere = (each: (typeof operands)[number]): each is DeviceOperand =>
      !(each instanceof Promise);
    return operands.every(isHere)
      ? applyOnDevice(device, fn, operands, spec.dtype)
      : Promise.all(operands).then((own) => applyOnDevice(device, fn, own, spec.dtype));
  },
);

function operandOf(
  device: ComputeDevice,
  operand: Operand,
  blocks: readonly DeviceArray[],
): DeviceOperand | Promise<DeviceOperand> {
  if ("value" in operand) return operand.value;
  if ("block" in operand) return blocks[operand.block] as DeviceArray;
  const { shape, dtype, pieces } = operand.assembly;
  return assembled(device, shape, dtype, pieces, blocks);
}

registerDeviceFunction(
  assembleBlock,
  (device: ComputeDevice, { shape, dtype, pieces }: Assembly, ...blocks: DeviceArray[]) =>
    assembled(device, shape, dtype, pieces, blocks),
);

registerDeviceFunction(convertBlock, (device: ComputeDevice, block: DeviceArray, dtype: DType) =>
  dtype === "f32" || dtype === "i32" || dtype === "u32"
    ? converted(device, block, dtype)
    : onHost(convertBlock, block, dtype),
);

// What another worker cut is copied here, so that it is kept as long as it is needed.
registerDeviceFunction(settle, (device: ComputeDevice, block: DeviceArray, home: number) =>
  context().worker === home ? block : converted(device, block, block.element as DType),
);

registerDeviceFunction(fillBlock, (device: ComputeDevice, spec: FillSpec, index: number) => {
  const grid = gridOfCuts(spec.cuts);
  const made = filledRegion(device, spec.dtype, spec.filling, grid.shape, blockAt(grid, index));
  return made ?? onHost(fillBlock, spec, index);
});

registerDeviceFunction(
  stepBlock,
  (
    device: ComputeDevice,
    spec: ReductionSpec,
    join: Join | undefined,
    map: MapElement | undefined,
    block: DeviceArray,
  ) => {
    const name = deviceReduction(spec, block);
    return name ? reduceOnDevice(device, name, block) : onHost(stepBlock, spec, join, map, block);
  },
);

// Small, and in f64.
registerHostFunction(combineStates, finishValue, finishBlock);

// --- Functions of arrays in a task ---------------------------------------------------------------

for (const fn of [functions.map, functions.broadcast]) {
  registerDeviceFunction(fn, (device: ComputeDevice, of: ElementFunction, ...given: unknown[]) => {
    const options = optionsOf(given);
    const operands = (options ? given.slice(0, -1) : given) as DeviceOperand[];
    const arrays = operands.filter((each) => each instanceof DeviceArray);
    if (typeof of !== "function" || arrays.length === 0) {
      throw invalidArgument(`${fn.name} takes a function and at least one array`);
    }
    if (fn === functions.map) checkSameShape(arrays);
    const dtype = options?.dtype ? checkDType(options.dtype) : dtypeOf(of, operands);
    return applyOnDevice(device, of, operands, dtype);
  });
}

function optionsOf(given: readonly unknown[]): { readonly dtype?: DType } | undefined {
  const last = given.at(-1);
  const isPlain = Object.prototype.toString.call(last) === "[object Object]";
  return isPlain && !(last instanceof DeviceArray) && !("re" in (last as object))
    ? (last as { readonly dtype?: DType })
    : undefined;
}

const dtypeOf = (fn: ElementFunction, operands: readonly DeviceOperand[]): DType =>
  resultType(
    fn,
    operands.map((each) =>
      each instanceof DeviceArray ? (each.element as DType) : { value: each as Value },
    ),
  );

function checkSameShape([first, ...others]: readonly DeviceArray[]): void {
  const other = others.find(({ shape }) => !sameShape(shape, (first as DeviceArray).shape));
  if (!other) return;
  throw invalidArgument(
    `map takes arrays of one shape, not ${shapeText((first as DeviceArray).shape)} and ${shapeText(other.shape)}; broadcast(f, a, b) repeats axes of length 1`,
  );
}

for (const [name, fn] of Object.entries(reducing)) {
  if (typeof fn !== "function") continue;
  registerDeviceFunction(
    fn as (...args: never[]) => unknown,
    async (device: ComputeDevice, array: DeviceArray, options?: object) => {
      const known =
        options === undefined && array instanceof DeviceArray
          ? deviceReduction({ name: name as ReductionSpec["name"] }, array)
          : undefined;
      if (!known) return onHost(fn as (...args: unknown[]) => unknown, array, options);
      const state = await reduceOnDevice(device, known, array);
      const reduction = reductionFrom({ name: known, input: array.element as DType }, {});
      return reduction.finish(state, 1)[0];
    },
  );
}

for (const [fn, make] of [
  [functions.zeros, creation.zeros],
  [functions.ones, creation.ones],
  [functions.full, creation.full],
  [functions.rand, creation.rand],
] as unknown as [(...args: unknown[]) => unknown, (...args: unknown[]) => creation.Creation][]) {
  registerDeviceFunction(fn as never, (device: ComputeDevice, ...args: unknown[]) => {
    const { shape, dtype, filling } = make(...args);
    return filledRegion(device, dtype, filling, shape, wholeRegion(shape)) ?? onHost(fn, ...args);
  });
}

const { arange, linspace, eye, randn } = functions;
registerHostFunction(...([arange, linspace, eye, randn] as never[]));
