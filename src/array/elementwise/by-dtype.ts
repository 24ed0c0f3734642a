/** Functions of elements by dtype, as a JavaScript kernel: where arrays are not in the heap, or too few elements. */

import { compileElementwise } from "../../kernel/compile.ts";
import type { ElementDType } from "../../kernel/ir.ts";
import { javascriptKernel, type KernelArray } from "../../kernel/js/javascript.ts";
import { rangeOf } from "../../kernel/range.ts";
import type { DType } from "../../memory/dtype.ts";
import { rowMajorStrides, type Shape, sizeOf } from "../shape.ts";
import { coalesce, type Operand, walk } from "../strided.ts";
import type { ElementFunction } from "./result-type.ts";

/** Sets the elements of `output`; see `ElementwiseKernel.run`. */
export function runByDType(
  fn: ElementFunction,
  types: { readonly inputs: readonly DType[]; readonly output: DType },
  shape: Shape,
  output: Operand,
  inputs: readonly Operand[],
): void {
  const { ir, captured } = compileElementwise(
    fn,
    types.inputs as readonly ElementDType[],
    types.output as ElementDType,
    { meaning: "dtype" },
  );
  const run = javascriptKernel(ir);
  const size = sizeOf(shape);
  if (size === 0) return;
  const from = inputs.map((operand) => gathered(operand, shape, size));
  const to = inPlace(output, shape, size);
  const made = to ?? (new (classOf(output))(size) as KernelArray);
  run([...from, made, ...captured], rangeOf([size]), 0, size);
  if (to) return;
  let next = 0;
  const at = [output.offset];
  walk(coalesce(shape, [output.strides]), at, () => {
    output.data[at[0] as number] = made[next++] as number;
  });
}

const classOf = ({ data }: Operand): Float64ArrayConstructor =>
  data.constructor as Float64ArrayConstructor;

/** The elements of an operand where they are, if they follow one another. */
function inPlace({ data, offset, strides }: Operand, shape: Shape, size: number) {
  const packed = rowMajorStrides(shape);
  const isPacked = strides.every((stride, axis) => stride === packed[axis] || shape[axis] === 1);
  return isPacked ? (data.subarray(offset, offset + size) as KernelArray) : undefined;
}

/** An element for each index. */
function gathered(operand: Operand, shape: Shape, size: number): KernelArray {
  const own = inPlace(operand, shape, size);
  if (own) return own;
  const copy = new (classOf(operand))(size) as KernelArray;
  let next = 0;
  const at = [operand.offset];
  walk(coalesce(shape, [operand.strides]), at, () => {
    copy[next++] = operand.data[at[0] as number] as number;
  });
  return copy;
}
