/** Reductions on a device: all elements to one for each group, and those in f64 on the host's side. */

import { computedAs, type DeviceArray } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import type { DType } from "../../memory/dtype.ts";
import type { ReductionState } from "../reductions/reduction.ts";
import type { ReductionSpec } from "../reductions/spec.ts";
import { REDUCTION_GROUP, reducers } from "./kernels.ts";
import { launch } from "./moving.ts";

type DeviceReduction = keyof typeof reducers;

const MOST_GROUPS = 256;
/** Elements that one item joins before there are more groups. */
const ITEM_ELEMENTS = 16;

const JOINS: Record<DeviceReduction, (a: number, b: number) => number> = {
  sum: (a, b) => a + b,
  prod: (a, b) => a * b,
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
};

/** The reduction of all elements as a kernel; undefined where it is better done otherwise: integers are exact in f64. */
export function deviceReduction(
  { name, axes }: Pick<ReductionSpec, "name" | "axes">,
  array: DeviceArray,
): DeviceReduction | undefined {
  const isAll = axes === undefined || axes.length === array.shape.length;
  const isFloat = array.element === "f32" || array.element === "f64";
  return isAll && isFloat && name in reducers ? (name as DeviceReduction) : undefined;
}

export async function reduceOnDevice(
  device: ComputeDevice,
  name: DeviceReduction,
  array: DeviceArray,
): Promise<ReductionState> {
  const count = array.size;
  computedAs(array.element, device.f64);
  if (count === 0) return { count, states: new Float64Array(0) };
  const groups = Math.min(MOST_GROUPS, Math.ceil(count / (REDUCTION_GROUP * ITEM_ELEMENTS)));
  const partial = device.create([groups], array.element as DType);
  const items = groups * REDUCTION_GROUP;
  await launch(device, reducers[name], items, [partial, array, count], REDUCTION_GROUP);
  const parts = await device.read(partial);
  return { count, states: Float64Array.of(Array.from(parts).reduce(JOINS[name])) };
}
