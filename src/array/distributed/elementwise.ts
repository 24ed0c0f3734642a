/** Functions of elements applied to distributed arrays: one pass, one task a block of the result. */

import type { DType } from "../../memory/dtype.ts";
import type { Value } from "../element.ts";
import { elementwiseType } from "../elementwise/apply.ts";
import type { Mode } from "../elementwise/mode.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import type { NDArray } from "../ndarray.ts";
import type { Strided } from "../strided.ts";
import { convertBlock, type MapSpec, mapBlock } from "./block-tasks.ts";
import { type Blocked, blocked } from "./blocked.ts";
import { type AnyArray, commonGrid, OperandCutter } from "./operands.ts";
import { type BlockSource, Operation, operationName } from "./submit.ts";

/** A copy with another dtype. */
export function convertBlocks<D extends DType>(array: Blocked, dtype: D): Blocked<D> {
  using operation = new Operation("astype");
  const chunks = array.chunks.map((chunk) => operation.submit(convertBlock, chunk, dtype));
  return blocked(dtype, array.grid, chunks);
}

/** At least one operand is distributed. `dtype` is the one that the user named, if any. */
export function applyToBlocks(
  name: string,
  fn: ElementFunction,
  operands: readonly (AnyArray | Value)[],
  dtype: DType | undefined,
  mode: Mode,
): Blocked {
  using operation = new Operation(operationName(name, fn));
  const shipped = operation.ship(fn);
  const grid = commonGrid(operands);
  // Of an operand only its dtype is asked, which local and distributed arrays have alike.
  const result = elementwiseType(fn, operands as readonly (Strided | Value)[], dtype, mode);
  const spec = { dtype: result, mode };
  const cutter = new OperandCutter(operation, grid, operands);
  const common = cutter.isAligned
    ? operation.share<MapSpec>({ ...spec, operands: operands.map((_, block) => ({ block })) })
    : undefined;
  const chunks = Array.from({ length: grid.length }, (_, index) => {
    const own = cutter.block(index);
    const blocks = own.blocks as readonly (BlockSource & NDArray)[];
    return operation.submit(
      mapBlock,
      common ?? { ...spec, operands: own.operands },
      shipped,
      ...blocks,
    );
  });
  return blocked(result, grid, chunks);
}
