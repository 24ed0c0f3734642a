/**
 * Where the smallest or largest of all elements of a distributed array is. Blocks are boxes, so an element is known by its number
 * in row-major order of the whole array, and of equal ones the smallest number counts.
 */

import type { Task } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { blocksOf, oneBlock, type Region } from "../grid.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { wins } from "../reductions/argument.ts";
import { checkOrdered } from "../reductions/extrema.ts";
import { reductionOf } from "../reductions/named.ts";
import { positionIn } from "../reductions/sequence.ts";
import { checkPositions, rowMajorStrides, type Shape } from "../shape.ts";
import { rowMajor } from "../strided.ts";
import { BlockArray } from "./block-array.ts";
import { type Blocked, blocked } from "./blocked.ts";
import { Operation } from "./submit.ts";

export type ArgumentName = "argmin" | "argmax";

/** The best number of some blocks, and the number of its element. */
type Best = readonly [x: number, element: number];

/** Numbers that one task compares. */
const FAN_IN = 8;

/** A promise of the position; with `keepdims` an array of one. Wrong calls throw before anything runs. */
export function positionInBlocks(
  array: Blocked,
  name: ArgumentName,
  keepdims: boolean = false,
  signal?: AbortSignal,
): Promise<number> | BlockArray<"i32"> {
  const { grid, dtype, chunks } = array;
  checkOrdered(name, dtype);
  if (grid.length === 0) throw invalidArgument(`${name} of no elements has no value`);
  using operation = new Operation(name);
  let best: Task<Best>[] = blocksOf(grid).map(({ index, start, shape }) =>
    operation.submit(
      bestOfBlock,
      name,
      { start, shape },
      grid.shape,
      chunks[index] as Task<NDArray>,
    ),
  );
  while (best.length > FAN_IN) {
    const groups: Task<Best>[] = [];
    for (let at = 0; at < best.length; at += FAN_IN) {
      groups.push(operation.submit(bestOf, name, ...best.slice(at, at + FAN_IN)));
    }
    best = groups;
  }
  if (!keepdims) return operation.submit(positionOfBest, name, ...best).fetch({ signal });
  checkPositions(
    name,
    array.grid.shape.reduce((size, length) => size * length, 1),
  );
  const shape = grid.shape.map(() => 1);
  const chunk = operation.submit(arrayOfBest, name, shape, ...best);
  return new BlockArray(blocked("i32", oneBlock(shape), [chunk]));
}

export function bestOfBlock(
  name: ArgumentName,
  { start, shape }: Region,
  whole: Shape,
  block: NDArray,
): Best {
  const { states } = reductionOf(name, block.dtype).step(block);
  const [x, place] = states as Float64Array;
  const strides = rowMajorStrides(whole);
  const first = start.reduce((sum, index, axis) => sum + index * (strides[axis] as number), 0);
  return [x as number, first + positionIn({ shape, strides: [strides] }, place as number)];
}

export function bestOf(name: ArgumentName, ...found: Best[]): Best {
  return found.reduce((best, other) => {
    const isEqual = other[0] === best[0] || (Number.isNaN(other[0]) && Number.isNaN(best[0]));
    return wins(name, other[0], best[0]) || (isEqual && other[1] < best[1]) ? other : best;
  });
}

export const positionOfBest = (name: ArgumentName, ...found: Best[]): number =>
  bestOf(name, ...found)[1];

export const arrayOfBest = (name: ArgumentName, shape: Shape, ...found: Best[]): NDArray =>
  arrayOf(rowMajor(Int32Array.of(bestOf(name, ...found)[1]), shape, "i32"));
