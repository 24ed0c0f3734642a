/** Binary search of many values in a sorted vector. Of one in blocks each block says how many of its elements come before. */

import type { Task } from "../../task/task.ts";
import { output } from "../distributed/block-tasks.ts";
import { type Blocked, blocked, isBlocked } from "../distributed/blocked.ts";
import type { BlockSource, Operation } from "../distributed/submit.ts";
import { gridOfCuts, oneBlock } from "../grid.ts";
import type { AnyArray } from "../kinds.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import type { Strided } from "../strided.ts";

export type Side = "left" | "right";

/** Sets `target` to how many elements of a sorted vector come before each value. */
export function searchInto(target: Strided, sorted: NDArray, values: NDArray, side: Side): void {
  const { data, offset, size: n } = sorted;
  const stride = sorted.strides[0] as number;
  let to = target.offset;
  for (const each of values) {
    const value = Number(each);
    let [low, high] = [0, n];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const x = data[offset + middle * stride] as number;
      if (side === "left" ? isBefore(x, value) : !isBefore(value, x)) low = middle + 1;
      else high = middle;
    }
    target.data[to++] = low;
  }
}

const isBefore = (a: number, b: number): boolean => a < b || (Number.isNaN(b) && !Number.isNaN(a));

/** The positions, cut as the values are; of local values cut as the vector is. */
export function searchBlocks(
  operation: Operation,
  line: AnyArray,
  values: AnyArray,
  side: Side,
): Blocked {
  const grid = isBlocked(values) ? values.grid : oneBlock(values.shape);
  const runs = blocksOfArray(operation, line);
  const chunks = blocksOfArray(operation, values).map((block) => {
    let found: Task<NDArray> | undefined;
    for (const run of runs) {
      const next = operation.submit(
        searchBlock,
        side,
        found,
        block as Task<NDArray>,
        run as Task<NDArray>,
      );
      found?.dispose();
      found = next;
    }
    return (
      found ?? operation.submit(searchBlock, side, undefined, block as Task<NDArray>, undefined)
    );
  });
  return blocked("i32", gridOfCuts(grid.cuts), chunks);
}

function blocksOfArray(operation: Operation, array: AnyArray): readonly BlockSource[] {
  if (isBlocked(array)) return array.chunks as unknown as readonly BlockSource[];
  return (array as NDArray).size === 0 ? [] : [operation.share(array as NDArray)];
}

/** The positions of the values in one more block of the vector, which follows those before. */
export function searchBlock(
  side: Side,
  before: NDArray | undefined,
  values: NDArray,
  sorted: NDArray | undefined,
): NDArray {
  const made = output(values.shape, "i32");
  if (sorted) searchInto(made, sorted, values, side);
  else made.data.fill(0);
  for (let at = 0; before && at < made.data.length; at++) {
    made.data[at] = (made.data[at] as number) + (before.data[before.offset + at] as number);
  }
  return arrayOf(made);
}
