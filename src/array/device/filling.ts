/** New arrays on a device, where they can be made there: constants, and uniform random numbers. */

import type { DeviceArray } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import type { DType } from "../../memory/dtype.ts";
import { isComplexValue } from "../element.ts";
import type { Filling } from "../filling.ts";
import type { Region } from "../grid.ts";
import { wordsOf } from "../random/philox.ts";
import { rowMajorStrides, type Shape, sizeOf } from "../shape.ts";
import { coalesce } from "../strided.ts";
import { AXES, filled, launch } from "./moving.ts";
import { uniform } from "./philox.ts";

/** A region of an array of shape `whole`; undefined where a device cannot make it. */
export function filledRegion(
  device: ComputeDevice,
  dtype: DType,
  filling: Filling,
  whole: Shape,
  region: Region,
): Promise<DeviceArray> | undefined {
  if (filling.kind === "constant") {
    const { value } = filling;
    const isThere = dtype === "f32" || dtype === "i32" || dtype === "u32" || dtype === "bool";
    if (!isThere || isComplexValue(value)) return undefined;
    return filled(device, region.shape, dtype, Number(value));
  }
  const isUniform = filling.kind === "uniform" && dtype === "f32" && sizeOf(whole) < 2 ** 31;
  return isUniform ? uniformRegion(device, filling.seed, whole, region) : undefined;
}

function uniformRegion(
  device: ComputeDevice,
  seed: number,
  whole: Shape,
  { start, shape }: Region,
): Promise<DeviceArray> | undefined {
  const strides = rowMajorStrides(whole);
  const first = start.reduce((sum, place, axis) => sum + place * (strides[axis] as number), 0);
  const nest = coalesce(shape, [strides]);
  const missing = AXES - nest.shape.length;
  if (missing < 0) return undefined;
  const lengths = [...new Array<number>(missing).fill(1), ...nest.shape].slice(1);
  const steps = [...new Array<number>(missing).fill(0), ...(nest.strides[0] ?? [])];
  const make = async (): Promise<DeviceArray> => {
    const made = device.create(shape, "f32");
    const args = [made, first, ...lengths, ...steps, ...wordsOf(seed)];
    if (made.size > 0) await launch(device, uniform, made.size, args);
    return made;
  };
  return make();
}
