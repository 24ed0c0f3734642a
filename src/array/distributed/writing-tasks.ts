/** What the tasks of views and of writes run: functions of blocks, which travel by name. */

import type { DType } from "../../memory/dtype.ts";
import { copyInto } from "../copy.ts";
import type { Value } from "../element.ts";
import { isValue, scalarArray } from "../elementwise/apply.ts";
import { blockAt, gridOfCuts } from "../grid.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { copyPicked } from "../picking.ts";
import { type Shape, sameShape } from "../shape.ts";
import { empty, isContiguous, type Strided } from "../strided.ts";
import { inputOf, type Operand, output, writable } from "./block-tasks.ts";
import { framed, type Link, seenOf } from "./links.ts";

export type { Operand } from "./block-tasks.ts";

/** A block of a view. */
export interface ViewSpec {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly links: readonly Link[];
}

/** A block that is set as a whole. */
export interface ValueSpec {
  readonly dtype: DType;
  readonly cuts: readonly (readonly number[])[];
  readonly index: number;
  readonly operand: Operand;
}

/** A block of which parts are set. */
export interface WriteSpec {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly writes: readonly LinkedWrite[];
}

export interface LinkedWrite {
  readonly link: Link;
  /** Of the view's block. */
  readonly shape: Shape;
  readonly operand: Operand;
}

/** Blocks of the array, one a link, as a block of the view. */
export function viewBlock({ shape, dtype, links }: ViewSpec, ...blocks: NDArray[]): NDArray {
  const made = output(shape, dtype);
  links.forEach((link, at) => {
    const block = blocks[at] as Strided;
    if (link.picks) {
      const { to, from, axis } = link.picks;
      copyPicked(made, to, block, from, axis);
    } else copyInto(framed(made, link), seenOf(block, link));
  });
  return arrayOf(made);
}

/** A block with the elements of an operand, which broadcasts to it. */
export function valueBlock(
  { dtype, cuts, index, operand }: ValueSpec,
  ...blocks: NDArray[]
): NDArray {
  const { shape } = blockAt(gridOfCuts(cuts), index);
  const value = arrayInput(operand, blocks);
  const isIt = "block" in operand && value.dtype === dtype && sameShape(value.shape, shape);
  if (isIt) return blocks[operand.block] as NDArray;
  const made = output(shape, dtype);
  copyInto(made, value);
  return arrayOf(made);
}

/** A block with the elements of operands in some places; without an old one in all. */
export function writeBlock(
  { shape, dtype, writes }: WriteSpec,
  old: NDArray | undefined,
  ...blocks: NDArray[]
): NDArray {
  const made = old ? writable(old) : arrayOf(output(shape, dtype));
  for (const { link, shape: own, operand } of writes) {
    const value = arrayInput(operand, blocks);
    if (link.picks) {
      const { to, from, axis } = link.picks;
      copyPicked(made, from, expanded(value, own), to, axis);
    } else copyInto(seenOf(made, link), link.frame ? framed(expanded(value, own), link) : value);
  }
  return made;
}

function arrayInput(operand: Operand, blocks: readonly NDArray[]): Strided {
  const input = inputOf(operand, blocks);
  return isValue(input) ? scalarArray(input) : input;
}

/** An operand in row-major order. */
function expanded(value: Strided, shape: Shape): Strided {
  if (sameShape(value.shape, shape) && isContiguous(value)) return value;
  const made = empty(shape, value.dtype);
  copyInto(made, value);
  return made;
}

export function elementOfBlock(block: NDArray, indices: readonly number[]): Value {
  return block.get(...indices) as Value;
}

/** A block with another element. */
export function blockWith(old: NDArray, indices: readonly number[], value: Value): NDArray {
  return writable(old).set(...indices, value as never);
}
