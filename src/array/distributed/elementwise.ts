/** Functions of elements applied to distributed arrays: one pass, one task a block of the result. */

import type { DType } from "../../memory/dtype.ts";
import { checkConversion } from "../copy.ts";
import type { Value } from "../element.ts";
import { elementwiseType } from "../elementwise/apply.ts";
import type { Mode } from "../elementwise/mode.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import type { Strided } from "../strided.ts";
import { convertBlock } from "./block-tasks.ts";
import { type Blocked, blocked, blocksNow, isBlocked } from "./blocked.ts";
import { Expression } from "./expression.ts";
import { type AnyArray, commonGrid } from "./operands.ts";
import { checkFunction, Operation, operationName } from "./submit.ts";

/** A copy with another dtype. */
export function convertBlocks<D extends DType>(array: Blocked, dtype: D): Blocked<D> {
  checkConversion(array.dtype, dtype);
  using operation = new Operation("astype");
  const chunks = array.chunks.map((chunk) => operation.submit(convertBlock, chunk, dtype));
  return blocked(dtype, array.grid, chunks);
}

/** At least one operand is distributed. `dtype` is the one that the user named, if any. */
export function applyToBlocks(
  name: string,
  fn: ElementFunction,
  given: readonly (AnyArray | Value)[],
  dtype: DType | undefined,
  mode: Mode,
): Blocked {
  checkFunction(name, fn);
  const operands = given.map((each) => (isBlocked(each) ? blocksNow(each) : each));
  return new Expression({
    name: operationName(name, fn),
    fn,
    operands,
    grid: commonGrid(operands),
    // Of an operand only its dtype is asked, which local and distributed arrays have alike.
    dtype: elementwiseType(fn, operands as readonly (Strided | Value)[], dtype, mode),
    mode,
  }).begin();
}
