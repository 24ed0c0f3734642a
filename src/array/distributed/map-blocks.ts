/** Functions of whole blocks applied to distributed arrays: one task a block, which sees its arrays and its place. */

import type { DType } from "../../memory/dtype.ts";
import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { Value } from "../element.ts";
import { type Block, blockAt } from "../grid.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { sameShape, shapeText } from "../shape.ts";
import { inputOf, type Operand } from "./block-tasks.ts";
import { type Blocked, blocked } from "./blocked.ts";
import { type AnyArray, commonGrid, OperandCutter } from "./operands.ts";
import { type BlockSource, Operation, operationName } from "./submit.ts";

/** Takes arrays and single values, then where the block lies; may be async. */
export type BlockFunction = (...operandsAndPlace: never[]) => NDArray | Promise<NDArray>;

/** At least one operand is distributed. */
export function mapOverBlocks(
  fn: BlockFunction,
  operands: readonly (AnyArray | Value)[],
  dtype: DType,
): Blocked {
  using operation = new Operation(operationName("mapBlocks", fn));
  const shipped = operation.ship(fn);
  const grid = commonGrid(operands);
  const cutter = new OperandCutter(operation, grid, operands);
  const chunks = Array.from({ length: grid.length }, (_, index) => {
    const own = cutter.block(index);
    const blocks = own.blocks as readonly (BlockSource & NDArray)[];
    const spec = { place: blockAt(grid, index), dtype, operands: own.operands };
    return operation.submit(mapWholeBlock, spec, shipped, ...blocks);
  });
  return blocked(dtype, grid, chunks);
}

interface BlockSpec {
  readonly place: Block;
  readonly dtype: DType;
  readonly operands: readonly Operand[];
}

/** The task of one block. Where the function does not wait, nor does the task: one that waits holds its blocks in memory. */
export function mapWholeBlock(
  { place, dtype, operands }: BlockSpec,
  fn: BlockFunction,
  ...blocks: NDArray[]
): NDArray | Promise<NDArray> {
  const inputs = operands.map((operand) =>
    "value" in operand ? operand.value : arrayOf(inputOf(operand, blocks)),
  );
  const made = fn(...([...inputs, place] as never[]));
  if (!(made instanceof Promise)) return checkedBlock(made, place, dtype);
  return made.then((block) => checkedBlock(block, place, dtype));
}

/** @throws where the function gave something else than a block of this place */
export function checkedBlock(made: unknown, { shape, start }: Block, dtype: DType): NDArray {
  if (!isNDArray(made)) {
    throw invalidArgument(
      `the function of mapBlocks gives the array of its block, not ${describe(made)}`,
    );
  }
  if (!sameShape(made.shape, shape)) {
    throw invalidArgument(
      `the function of mapBlocks gave shape ${shapeText(made.shape)} for the block at ${shapeText(start)}, whose shape is ${shapeText(shape)}`,
    );
  }
  return made.dtype === dtype ? made : made.astype(dtype);
}
