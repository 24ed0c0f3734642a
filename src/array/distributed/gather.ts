/** Bringing the blocks of a distributed array together in local memory. */

import type { DType } from "../../memory/dtype.ts";
import { TaskHandle } from "../../task/task.ts";
import { copyInto } from "../copy.ts";
import { type Block, blocksOf } from "../grid.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { empty, part } from "../strided.ts";
import type { Blocked } from "./blocked.ts";
import type { WaitOptions } from "./darray.ts";

/** Blocks that are on their way at a time: each is in the heap until it was copied. */
const AT_A_TIME = 8;

/** @throws TaskFailedError if making a block failed */
export async function gather<D extends DType>(
  { dtype, grid, chunks }: Blocked<D>,
  options: WaitOptions = {},
): Promise<NDArray<D>> {
  // Writes that come before all blocks are here replace their tasks.
  using keepers = new DisposableStack();
  for (const chunk of chunks) if (chunk instanceof TaskHandle) keepers.use(chunk.keep());
  const whole = empty(grid.shape, dtype);
  const waiting = blocksOf(grid);
  const bring = async ({ index, start, shape }: Block): Promise<void> => {
    const block = await chunks[index]?.fetch({ ...options, copy: false });
    copyInto(part(whole, start, shape), block as NDArray<D>);
    (block as Partial<Disposable>)[Symbol.dispose]?.();
  };
  const carry = async (): Promise<void> => {
    for (let block = waiting.shift(); block; block = waiting.shift()) await bring(block);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, carry));
  return arrayOf(whole);
}
