/** Elements taken where a mask is true; how many that are is known when the mask is. */

import type { Task } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { copyInto } from "../copy.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { output } from "../distributed/block-tasks.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import { distributeOver, regrid } from "../distributed/creation.ts";
import type { DArray } from "../distributed/darray.ts";
import { Operation } from "../distributed/submit.ts";
import { gridOfRuns } from "../flat.ts";
import { blockShape, gridOfCuts } from "../grid.ts";
import { type Answer, type AnyArray, checkArray, type Like } from "../kinds.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { sameShape, shapeText, sizeOf } from "../shape.ts";

/**
 * The elements of `x` where `mask` is true, in row-major order, as a vector; the mask has the shape of `x`. If one of
 * them is distributed, so is the result, with a block for each block that has such elements.
 */
export function compress<M extends AnyArray, A extends AnyArray>(
  mask: M,
  x: A,
): Answer<M | A, Like<M | A, A["dtype"]>>;
export function compress(mask: AnyArray, x: AnyArray): NDArray | Promise<DArray> {
  checkArray("compress", mask);
  checkArray("compress", x);
  if (mask.dtype !== "bool" || !sameShape(mask.shape, x.shape)) {
    throw invalidArgument(
      `compress takes a mask of dtype bool and the array's shape ${shapeText(x.shape)}, not ${mask.dtype} of shape ${shapeText(mask.shape)}; such as compress(map((v) => v > 0, x), x)`,
    );
  }
  if (!isDArray(mask) && !isDArray(x)) return selected(mask, x);
  return compressBlocks(mask, x);
}

async function compressBlocks(mask: AnyArray, x: AnyArray): Promise<DArray> {
  const [first] = [x, mask].filter(isDArray) as unknown as readonly [DArray];
  const most = Math.max(1, sizeOf(blockShape(first.grid).shape));
  const grid = gridOfRuns(x.shape, most);
  using kept = new DisposableStack();
  const inRuns = (array: AnyArray): Blocked => {
    const own = isDArray(array) ? regrid(array, grid) : distributeOver(array, grid);
    for (const chunk of own.chunks) kept.defer(() => chunk.dispose());
    return own;
  };
  const [masks, values] = [inRuns(mask), inRuns(x)];
  const { chunks, counts } = submitSelection(masks, values);
  const lengths = await Promise.all(counts.map((count) => count.fetch()));
  const filled = chunks.filter((chunk, index) => lengths[index] !== 0 || chunk.dispose());
  const cuts = [0];
  for (const length of lengths) if (length > 0) cuts.push((cuts.at(-1) as number) + length);
  return new BlockArray(blocked(x.dtype, gridOfCuts([cuts]), filled));
}

function submitSelection(masks: Blocked, values: Blocked) {
  using operation = new Operation("compress");
  const chunks = values.chunks.map((value, index) =>
    operation.submit(selectBlock, masks.chunks[index] as Task<NDArray>, value as Task<NDArray>),
  );
  return { chunks, counts: chunks.map((chunk) => operation.submit(lengthOfBlock, chunk)) };
}

/** Run as tasks. */
export function selectBlock(mask: NDArray, block: NDArray): NDArray {
  const found = selected(mask, block);
  const made = output(found.shape, found.dtype);
  copyInto(made, found);
  return arrayOf(made);
}

export const lengthOfBlock = (block: NDArray): number => block.size;

const selected = (mask: NDArray, x: NDArray): NDArray => arrayOf(x.slice(mask).reshape([-1]));
