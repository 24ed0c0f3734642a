/**
 * What the tasks of products of distributed arrays run: functions of blocks, which travel by name. Blocks in, a block
 * out; a product that is the sum of several goes from task to task and grows in place.
 */

import type { DType } from "../../memory/dtype.ts";
import { inputOf, type Operand, output, writable } from "../distributed/block-tasks.ts";
import { type Complex, isComplex } from "../element.ts";
import { applyInto } from "../elementwise/apply.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { contractInto } from "./contract.ts";
import { type Contraction, productShape } from "./contraction.ts";

/** A block of a product, as plain data; `left` and `right` say where the operands come from. */
export interface ProductSpec {
  readonly dtype: DType;
  readonly contraction: Contraction;
  readonly left: Operand;
  readonly right: Operand;
}

/**
 * The product of two blocks, added to what was there `before`: in its memory, since nobody
 * else reads that.
 */
export function multiplyBlocks(
  spec: ProductSpec,
  before: NDArray | undefined,
  ...blocks: NDArray[]
): NDArray {
  const { dtype, contraction, left, right } = spec;
  const a = inputOf(left, blocks);
  const b = inputOf(right, blocks);
  const made = before ? writable(before, true) : output(productShape(contraction, a, b), dtype);
  contractInto(made, contraction, a, b, before !== undefined);
  return arrayOf(made);
}

/** The sum of two parts of a product, in the memory of the first, which nobody else reads. */
export function addBlocks(first: NDArray, second: NDArray): NDArray {
  const made = writable(first, true);
  applyInto(sumOf(made.dtype), made, [made, second]);
  return arrayOf(made);
}

const addNumbers = (a: number, b: number): number => a + b;
const either = (a: boolean, b: boolean): boolean => a || b;
const addComplex = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });

function sumOf(dtype: DType): ElementFunction {
  if (dtype === "bool") return either as ElementFunction;
  return (isComplex(dtype) ? addComplex : addNumbers) as ElementFunction;
}
