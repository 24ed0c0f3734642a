/** Copies between arrays on a device, and arrays of one value. */

import { computedAs, type DeviceArray } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import { type ArgumentType, compileKernel, scalarTypeOf } from "../../kernel/compile.ts";
import { rangeOf } from "../../kernel/range.ts";
import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Piece } from "../alignment.ts";
import type { Operand } from "../distributed/block-tasks.ts";
import type { Value } from "../element.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { coalesce } from "../strided.ts";
import { copyAll, move, setAll } from "./kernels.ts";

type AnyKernel = (...args: never[]) => void;

/** Launches a kernel of this room over so many items. */
export async function launch(
  device: ComputeDevice,
  kernel: AnyKernel,
  items: number,
  args: readonly (DeviceArray | number)[],
  group?: number,
): Promise<void> {
  const types = args.map((arg): ArgumentType => {
    if (typeof arg === "number") return { kind: "scalar", type: scalarTypeOf(arg) };
    return { kind: "array", dtype: computedAs(arg.element, device.f64) };
  });
  const { ir, captured } = compileKernel(kernel, types);
  const range = rangeOf([items], group === undefined ? undefined : [group]);
  await device.launch(ir, range, [...args, ...captured]);
}

/** A new array of one value. */
export async function filled(
  device: ComputeDevice,
  shape: Shape,
  dtype: DType,
  value: number,
): Promise<DeviceArray> {
  const made = device.create(shape, dtype);
  if (made.size > 0) await launch(device, setAll, made.size, [made, value]);
  return made;
}

/** Axes that the kernels of this room run through. */
export const AXES = 4;

/** Elements along some axes, as steps through an array. */
interface Steps {
  readonly array: DeviceArray;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Sets the elements of `to` to those of `from`; both run through `shape`. */
async function copyElements(
  device: ComputeDevice,
  shape: Shape,
  to: Steps,
  from: Steps,
): Promise<void> {
  const size = sizeOf(shape);
  if (size === 0) return;
  const nest = coalesce(shape, [to.strides, from.strides]);
  const isEven = nest.strides.every(
    (own) => own.length === 0 || (own.length === 1 && own[0] === 1),
  );
  if (isEven && to.array.element === from.array.element) {
    device.copy(from.array, from.offset, to.array, to.offset, size);
    return;
  }
  const missing = AXES - nest.shape.length;
  if (missing < 0) {
    throw invalidArgument(
      `parts of arrays with ${nest.shape.length} axes cannot be copied on a GPU; at most ${AXES} can`,
    );
  }
  const lengths = [...new Array<number>(missing).fill(1), ...nest.shape];
  const [o, a] = nest.strides.map((own) => [...new Array<number>(missing).fill(0), ...own]);
  await launch(device, move, size, [
    to.array,
    from.array,
    ...lengths.slice(1),
    to.offset,
    ...(o as number[]),
    from.offset,
    ...(a as number[]),
  ]);
}

/** Steps through a whole array in row-major order. */
export function rowMajorSteps(shape: Shape): number[] {
  const strides: number[] = [];
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/** An array repeated to a shape that it broadcasts to; itself where it has that shape. */
export async function expanded(
  device: ComputeDevice,
  array: DeviceArray,
  shape: Shape,
): Promise<DeviceArray> {
  if (array.size === sizeOf(shape)) return array;
  const made = device.create(shape, array.element);
  const own = rowMajorSteps(array.shape);
  const missing = shape.length - array.shape.length;
  const strides = shape.map((_, axis) => {
    const at = axis - missing;
    return at < 0 || array.shape[at] === 1 ? 0 : (own[at] as number);
  });
  const to = { array: made, offset: 0, strides: rowMajorSteps(shape) };
  await copyElements(device, shape, to, { array, offset: 0, strides });
  return made;
}

/** An array made of pieces of others. */
export async function assembled(
  device: ComputeDevice,
  shape: Shape,
  dtype: DType,
  pieces: readonly Piece[],
  blocks: readonly DeviceArray[],
): Promise<DeviceArray> {
  const made = device.create(shape, dtype);
  const strides = rowMajorSteps(shape);
  const offsetOf = (at: readonly number[], steps: readonly number[]): number =>
    at.reduce((sum, index, axis) => sum + index * (steps[axis] as number), 0);
  for (const piece of pieces) {
    const array = blocks[piece.block] as DeviceArray;
    const own = rowMajorSteps(array.shape);
    const to = { array: made, offset: offsetOf(piece.to, strides), strides };
    const from = {
      array,
      offset: offsetOf(piece.from, own),
      strides: own.map((stride, axis) => stride * (piece.steps[axis] as number)),
    };
    await copyElements(device, piece.shape, to, from);
  }
  return made;
}

/** A copy in another type. */
export async function converted(
  device: ComputeDevice,
  array: DeviceArray,
  dtype: DType,
): Promise<DeviceArray> {
  const made = device.create(array.shape, dtype);
  if (made.size > 0) await launch(device, copyAll, made.size, [made, array]);
  return made;
}

/** An operand of a block. */
export function operandOf(
  device: ComputeDevice,
  operand: Operand,
  blocks: readonly DeviceArray[],
): DeviceArray | Value | Promise<DeviceArray> {
  if ("value" in operand) return operand.value;
  if ("block" in operand) return blocks[operand.block] as DeviceArray;
  const { shape, dtype, pieces } = operand.assembly;
  return assembled(device, shape, dtype, pieces, blocks);
}
