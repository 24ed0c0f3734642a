/** Products of arrays on a device, where they come down to products of matrices of f32 as their elements lie. */

import { computedAs, DeviceArray } from "../../gpu/arrays.ts";
import type { ComputeDevice } from "../../gpu/compute.ts";
import { registerDeviceFunction } from "../../gpu/registry.ts";
import type { DType } from "../../memory/dtype.ts";
import { addBlocks, multiplyBlocks, type ProductSpec } from "../products/block-tasks.ts";
import {
  type Contraction,
  lengthsOf,
  matrixProduct,
  rolesOf,
  shapeOfLabels,
} from "../products/contraction.ts";
import { matmul } from "../products/functions.ts";
import { promote } from "../promotion.ts";
import { sizeOf } from "../shape.ts";
import { coalesce } from "../strided.ts";
import { applyOnDevice, type DeviceProgram } from "./elementwise.ts";
import { onHost } from "./host.ts";
import { launch, operandOf, rowMajorSteps } from "./moving.ts";
import { GROUP, multiply, TILE } from "./product-kernel.ts";

type Labels = readonly number[];

/** Rows, columns and terms of stacks of matrices, and how far apart their elements are. */
interface Plan {
  readonly shape: readonly number[];
  readonly stacks: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** For the kernel: of rows, terms and stacks of the first, of terms, columns and stacks of the second. */
  readonly steps: readonly number[];
}

/** Undefined where axes do not lie evenly, or those of the product are in another order. */
function planOf(contraction: Contraction, a: DeviceArray, b: DeviceArray): Plan | undefined {
  const lengths = lengthsOf("a product", contraction, [a.shape, b.shape]);
  const { batch, rows, columns, summed } = rolesOf(contraction);
  const isInOrder = [...batch, ...rows, ...columns].every(
    (label, i) => contraction.out[i] === label,
  );
  const isPlain = [contraction.a, contraction.b].every((own) => new Set(own).size === own.length);
  const [lonely] = summed.filter(
    (label) => !contraction.a.includes(label) || !contraction.b.includes(label),
  );
  if (!isInOrder || !isPlain || lonely !== undefined) return undefined;
  const stepOf = (array: DeviceArray, own: Labels, labels: Labels): number | undefined => {
    const steps = rowMajorSteps(array.shape);
    const strides = labels.map((label) => {
      const axis = own.indexOf(label);
      const repeats = axis < 0 || (array.shape[axis] === 1 && lengths.get(label) !== 1);
      return repeats ? 0 : (steps[axis] as number);
    });
    const nest = coalesce(shapeOfLabels(labels, lengths), [strides]);
    return nest.shape.length > 1 ? undefined : (nest.strides[0]?.[0] ?? 0);
  };
  const left = [rows, summed, batch].map((labels) => stepOf(a, contraction.a, labels));
  const right = [summed, columns, batch].map((labels) => stepOf(b, contraction.b, labels));
  const steps = [...left, ...right];
  if (steps.includes(undefined)) return undefined;
  const lengthOf = (labels: Labels): number => sizeOf(shapeOfLabels(labels, lengths));
  return {
    shape: shapeOfLabels(contraction.out, lengths),
    stacks: lengthOf(batch),
    m: lengthOf(rows),
    n: lengthOf(columns),
    k: lengthOf(summed),
    steps: steps as number[],
  };
}

/** The product, added to what was there before; undefined where that is for the host's side. */
async function multiplied(
  device: ComputeDevice,
  contraction: Contraction,
  dtype: DType,
  [a, b]: readonly [DeviceArray, DeviceArray],
  before?: DeviceArray,
): Promise<DeviceArray | undefined> {
  const isFloat = [a.element, b.element, dtype].every((each) => each === "f32" || each === "f64");
  if (!isFloat) return undefined;
  for (const element of [a.element, b.element]) computedAs(element, device.f64);
  const plan = planOf(contraction, a, b);
  const most = Math.max(a.size, b.size, plan ? sizeOf(plan.shape) : 0);
  if (!plan || most > device.mostElements) return undefined;
  const { shape, stacks, m, n, k, steps } = plan;
  const made = device.create(shape, dtype);
  if (made.size === 0) return made;
  const groups = stacks * Math.ceil(m / TILE) * Math.ceil(n / TILE);
  const args = [made, a, b, before ?? a, Number(before !== undefined), m, n, k, ...steps];
  await launch(device, multiply, groups * GROUP, args, GROUP);
  return made;
}

registerDeviceFunction(
  multiplyBlocks,
  async (
    device: ComputeDevice,
    spec: ProductSpec,
    before: DeviceArray | undefined,
    ...blocks: DeviceArray[]
  ) => {
    const a = await operandOf(device, spec.left, blocks);
    const b = await operandOf(device, spec.right, blocks);
    const made =
      a instanceof DeviceArray && b instanceof DeviceArray
        ? await multiplied(device, spec.contraction, spec.dtype, [a, b], before)
        : undefined;
    return made ?? onHost(multiplyBlocks, spec, before, ...blocks);
  },
);

const ADDITION: DeviceProgram = {
  functions: [(a: number, b: number) => a + b],
  steps: [{ inputs: [{ operand: 0 }, { operand: 1 }], dtype: "f32" }],
};

registerDeviceFunction(
  addBlocks,
  (device: ComputeDevice, first: DeviceArray, second: DeviceArray) =>
    first.element === "f32"
      ? applyOnDevice(device, ADDITION, [first, second])
      : onHost(addBlocks, first, second),
);

registerDeviceFunction(
  matmul as (...args: never[]) => unknown,
  async (device: ComputeDevice, a: DeviceArray, b: DeviceArray) => {
    if (a instanceof DeviceArray && b instanceof DeviceArray) {
      const dtype = promote(a.element as DType, b.element as DType);
      const made = await multiplied(device, matrixProduct(a.shape, b.shape), dtype, [a, b]);
      if (made) return made;
    }
    return onHost(matmul as (...args: unknown[]) => unknown, a, b);
  },
);
