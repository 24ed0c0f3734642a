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
  operandsOf,
  regionOfNumbers,
  settle,
} from "../distributed/block-tasks.ts";
import * as positions from "../distributed/position.ts";
import {
  combineStates,
  finishBlock,
  finishValue,
  stepBlock,
  stepPass,
} from "../distributed/reduction-tasks.ts";
import {
  blockWith,
  elementOfBlock,
  valueBlock,
  viewBlock,
  writeBlock,
} from "../distributed/writing-tasks.ts";
import { checkDType, type Value } from "../element.ts";
import { type ElementFunction, resultType } from "../elementwise/result-type.ts";
import * as functions from "../functions.ts";
import * as axes from "../manipulation/axes.ts";
import * as choosing from "../manipulation/choosing.ts";
import * as joining from "../manipulation/joining.ts";
import * as padding from "../manipulation/padding.ts";
import * as rearranging from "../manipulation/rearrange.ts";
import * as repeating from "../manipulation/repeating.ts";
import * as shifting from "../manipulation/shifting.ts";
import { arrayOf, type InitOptions, type SpreadOptions } from "../ndarray.ts";
import * as reducing from "../reducing.ts";
import type { Join, MapElement } from "../reductions/fold.ts";
import { isReductionName } from "../reductions/named.ts";
import { type ReductionSpec, reductionFrom } from "../reductions/spec.ts";
import { wholeRegion } from "../region.ts";
import * as scans from "../scans/distributed.ts";
import * as scanFunctions from "../scans/functions.ts";
import * as setBlocks from "../sets/blocks.ts";
import * as sets from "../sets/unique.ts";
import { normalizeAxes, reducedShape, sameShape, shapeText, sizeOf } from "../shape.ts";
import * as sortingBlocks from "../sorting/blocks.ts";
import * as distributedSorting from "../sorting/distributed.ts";
import * as sorting from "../sorting/functions.ts";
import * as searching from "../sorting/searching.ts";
import * as selection from "../sorting/selection.ts";
import * as top from "../sorting/top.ts";
import * as counting from "../statistics/counting.ts";
import * as counts from "../statistics/counts.ts";
import * as differences from "../statistics/differences.ts";
import * as quantileBlocks from "../statistics/quantile.ts";
import * as quantiles from "../statistics/quantiles.ts";
import { arrayOfValues } from "../strided.ts";
import { applyOnDevice, type DeviceOperand } from "./elementwise.ts";
import { filledRegion } from "./filling.ts";
import { onHost } from "./host.ts";
import { assembled, converted, operandOf } from "./moving.ts";
import { reduceOnDevice } from "./reductions.ts";

// --- Blocks of distributed arrays ----------------------------------------------------------------

registerDeviceFunction(
  mapBlock,
  (device: ComputeDevice, spec: MapSpec, ...given: (ElementFunction | DeviceArray)[]) =>
    passOnDevice(device, spec, given),
);

function passOnDevice(
  device: ComputeDevice,
  spec: MapSpec,
  given: readonly (ElementFunction | DeviceArray)[],
): DeviceArray | Promise<DeviceArray> {
  const { operands: parts, steps } = operandsOf(spec);
  const functions = given.slice(0, steps.length) as ElementFunction[];
  const blocks = given.slice(steps.length) as DeviceArray[];
  const operands = parts.map((operand) => operandOf(device, operand, blocks));
  const isHere = (each: (typeof operands)[number]): each is DeviceOperand =>
    !(each instanceof Promise);
  return operands.every(isHere)
    ? applyOnDevice(device, { functions, steps }, operands)
    : Promise.all(operands).then((own) => applyOnDevice(device, { functions, steps }, own));
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

registerDeviceFunction(
  fillBlock,
  async (device: ComputeDevice, spec: FillSpec, ...place: number[]) => {
    const { dtype, filling, shape } = spec;
    const made = await filledRegion(device, dtype, filling, shape, regionOfNumbers(place));
    return made ?? onHost(fillBlock, spec, ...place);
  },
);

registerDeviceFunction(
  stepBlock,
  async (
    device: ComputeDevice,
    spec: ReductionSpec,
    join: Join | undefined,
    map: MapElement | undefined,
    block: DeviceArray,
  ) => {
    const state = await reduceOnDevice(device, spec, { join, map }, block);
    return state ?? onHost(stepBlock, spec, join, map, block);
  },
);

registerDeviceFunction(
  stepPass,
  async (
    device: ComputeDevice,
    spec: ReductionSpec,
    join: Join | undefined,
    map: MapElement | undefined,
    pass: MapSpec,
    ...given: (ElementFunction | DeviceArray)[]
  ) => {
    const made = await passOnDevice(device, pass, given);
    const state = await reduceOnDevice(device, spec, { join, map }, made);
    return state ?? onHost(stepBlock, spec, join, map, made);
  },
);

// Parts of blocks, or single elements.
registerHostFunction(viewBlock, valueBlock, writeBlock, elementOfBlock, blockWith);

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
    const inputs = operands.map((_, operand) => ({ operand }));
    return applyOnDevice(device, { functions: [of], steps: [{ inputs, dtype }] }, operands);
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

for (const fn of Object.values(reducing)) {
  if (!isReductionName(fn.name)) {
    registerHostFunction(fn as (...args: never[]) => unknown);
    continue;
  }
  const { name } = fn;
  registerDeviceFunction(
    fn as (...args: never[]) => unknown,
    async (device: ComputeDevice, array: DeviceArray, options: InitOptions<Value> = {}) => {
      const host = fn as (...args: unknown[]) => unknown;
      if (!(array instanceof DeviceArray)) return onHost(host, array, options);
      const { axis, keepdims = false, init } = options;
      const axes = normalizeAxes(axis, array.shape.length);
      const { ddof } = options as SpreadOptions;
      const spec = { name, input: array.element as DType, ddof, axes };
      const state = await reduceOnDevice(device, spec, {}, array);
      if (!state) return onHost(host, array, options);
      const shape = reducedShape(array.shape, axes, keepdims);
      const reduction = reductionFrom(spec, {});
      const values = reduction.finish(state, sizeOf(shape), init);
      if (axis === undefined && !keepdims) return values[0];
      return arrayOf(arrayOfValues(values, shape, reduction.dtype));
    },
  );
}

for (const [fn, make] of [
  [functions.zeros, creation.zeros],
  [functions.ones, creation.ones],
  [functions.full, creation.full],
  [functions.arange, creation.arange],
  [functions.linspace, creation.linspace],
  [functions.eye, creation.eye],
  [functions.rand, creation.rand],
  [functions.randn, creation.randn],
] as unknown as [(...args: unknown[]) => unknown, (...args: unknown[]) => creation.Creation][]) {
  registerDeviceFunction(fn as never, async (device: ComputeDevice, ...args: unknown[]) => {
    const { shape, dtype, filling } = make(...args);
    const made = await filledRegion(device, dtype, filling, shape, wholeRegion(shape));
    return made ?? onHost(fn, ...args);
  });
}

// What a device does not do itself is done for it on the host, one operation a module.
for (const room of [
  axes,
  choosing,
  counting,
  counts,
  differences,
  joining,
  padding,
  positions,
  quantileBlocks,
  quantiles,
  rearranging,
  repeating,
  scanFunctions,
  scans,
  searching,
  selection,
  setBlocks,
  sets,
  shifting,
  sorting,
  sortingBlocks,
  distributedSorting,
  top,
]) {
  registerHostFunction(
    ...(Object.values(room).filter((own) => typeof own === "function") as never[]),
  );
}
