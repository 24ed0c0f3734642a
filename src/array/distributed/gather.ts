/** Bringing the blocks of a distributed array together in local memory. */

import type { DType } from "../../memory/dtype.ts";
import { type Task, TaskHandle } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { PinnedArray } from "../adapter.ts";
import { copyInto } from "../copy.ts";
import { type Block, blocksOf } from "../grid.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { empty, part } from "../strided.ts";
import type { Blocked } from "./blocked.ts";
import type { WaitOptions } from "./darray.ts";

/** Blocks that are on their way at a time: each is in the heap until it was copied. */
const AT_A_TIME = 8;

/** @throws BodkinError for options that there are not; what is collected is always the caller's own */
export function checkCollecting(options: WaitOptions): void {
  if (typeof options === "object" && options !== null && "copy" in options) {
    throw invalidArgument(
      "collect() puts the blocks together in memory of your own and has no option 'copy'; for a view of one block: await array.chunks[i].fetch({ copy: false })",
    );
  }
  checkNames(options, ["signal"], "collect()");
}

/** @throws TaskFailedError if making a block failed */
export async function gather<D extends DType>(
  { dtype, grid, chunks }: Blocked<D>,
  options: WaitOptions = {},
): Promise<NDArray<D>> {
  // Writes that come before all blocks are here replace their tasks.
  using keepers = new DisposableStack();
  for (const chunk of chunks) {
    if (!(chunk instanceof TaskHandle)) continue;
    if (chunk.gone) throw chunk.gone;
    keepers.use(chunk.keep());
  }
  const whole = empty(grid.shape, dtype);
  const waiting = blocksOf(grid);
  const bring = async ({ index, start, shape }: Block): Promise<void> => {
    const task = chunks[index] as Task<unknown> as Task<PinnedArray>;
    using block = await task.fetch({ ...options, copy: false });
    block.read((elements) => copyInto(part(whole, start, shape), elements));
  };
  const carry = async (): Promise<void> => {
    for (let block = waiting.shift(); block; block = waiting.shift()) await bring(block);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, carry));
  return arrayOf(whole);
}
