/** Sorting distributed arrays: the tasks that are submitted. What they run is in `blocks.ts`. */

import type { DType } from "../../memory/dtype.ts";
import type { Task } from "../../task/task.ts";
import { BlockArray } from "../distributed/block-array.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import { Operation } from "../distributed/submit.ts";
import { gridOfCuts } from "../grid.ts";
import { rearrangeBlocks } from "../manipulation/rearrange.ts";
import { allOf } from "../manipulation/rearrangement.ts";
import type { NDArray } from "../ndarray.ts";
import { cutsWithWholeAxis } from "../whole-axis.ts";
import {
  argsortBlock,
  boundsOf,
  cutRun,
  mergeBlock,
  mergePositions,
  orderedPositions,
  sharesOf,
  sortBlock,
  sortedRun,
  takeAt,
} from "./blocks.ts";
import { submitSelection } from "./selection.ts";

type Kind = "sort" | "argsort";

/** The result is cut as the array is. */
export function sortBlocks(kind: Kind, array: Blocked, axis: number, descending: boolean): Blocked {
  const { grid } = array;
  using operation = new Operation(kind);
  using spare = new Spare();
  if ((grid.counts[axis] as number) <= 1)
    return sortLines(operation, kind, array, axis, descending);
  if (grid.cuts.length === 1) return sortLine(operation, spare, kind, array, descending);
  const whole = spare.all(withWholeAxis(operation, array, axis));
  const sorted = spare.all(sortLines(operation, kind, whole, axis, descending));
  return recut(operation, sorted, grid.cuts);
}

/** Tasks that are not needed any more when all of an operation's have been submitted. */
export class Spare implements Disposable {
  readonly #tasks = new DisposableStack();

  one<T>(task: Task<T>): Task<T> {
    this.#tasks.defer(() => task.dispose());
    return task;
  }

  all<B extends { readonly chunks: readonly Task<NDArray>[] }>(array: B): B {
    for (const chunk of array.chunks) this.one(chunk);
    return array;
  }

  [Symbol.dispose](): void {
    this.#tasks.dispose();
  }
}

/** A copy that is cut otherwise. */
export function recut(
  operation: Operation,
  array: Blocked,
  cuts: readonly (readonly number[])[],
): Blocked {
  const { shape } = array.grid;
  const layer = {
    source: 0,
    axes: shape.map((_, axis) => axis),
    runs: shape.map((length) => [allOf(length)]),
    at: shape.map(() => 0),
  };
  const plan = { shape, dtype: array.dtype, layers: [layer] };
  return rearrangeBlocks(operation, plan, [new BlockArray(array)], () => cuts);
}

/** A copy of which an axis is not cut; others are cut more finely, so that blocks stay about as large. */
export const withWholeAxis = (operation: Operation, array: Blocked, axis: number): Blocked =>
  recut(operation, array, cutsWithWholeAxis(array.grid, axis));

function sortLines(
  operation: Operation,
  kind: Kind,
  array: Blocked,
  axis: number,
  descending: boolean,
): Blocked {
  const dtype: DType = kind === "sort" ? array.dtype : "i32";
  const run = kind === "sort" ? sortBlock : argsortBlock;
  const chunks = (array.chunks as readonly Task<NDArray>[]).map((chunk) =>
    operation.submit(run, chunk, axis, descending),
  );
  return blocked(dtype, array.grid, chunks);
}

/** A vector of several blocks. */
function sortLine(
  operation: Operation,
  spare: Spare,
  kind: Kind,
  { dtype, grid, chunks }: Blocked,
  descending: boolean,
): Blocked {
  const cuts = grid.cuts[0] as readonly number[];
  const source = chunks as readonly Task<NDArray>[];
  const positions =
    kind === "sort"
      ? undefined
      : source.map((chunk, at) =>
          spare.one(operation.submit(orderedPositions, chunk, descending, cuts[at] as number)),
        );
  const runs = source.map((chunk, at) =>
    spare.one(
      positions
        ? operation.submit(takeAt, chunk, positions[at] as Task<NDArray>, cuts[at] as number)
        : operation.submit(sortedRun, chunk, descending),
    ),
  );
  const merged = mergeAt(operation, spare, cuts.slice(1, -1), descending, dtype, runs, positions);
  return blocked(positions ? "i32" : dtype, grid, merged);
}

/** Blocks that begin and end at these ranks, of what sorted runs merge to; with `positions`, of what belongs to their elements. */
function mergeAt(
  operation: Operation,
  spare: Spare,
  ranks: readonly number[],
  descending: boolean,
  dtype: DType,
  runs: readonly Task<NDArray>[],
  positions: readonly Task<NDArray>[] | undefined,
): Task<NDArray>[] {
  const spec = { dtype, descending };
  const search = spare.one(submitSelection(operation, spec, runs, ranks));
  const bounds = runs.map((run) => spare.one(operation.submit(boundsOf, spec, search, run)));
  const lengths = runs.map((run) => spare.one(operation.submit(lengthOf, run)));
  const all = spare.one(operation.submit(listOf, ...lengths));
  const shares = spare.one(operation.submit(sharesOf, all, search, ...bounds));
  const blocks = Array.from({ length: ranks.length + 1 }, (_, block) => block);
  // One run after the other, so that one that is on disk is read once.
  const cut = (list: readonly Task<NDArray>[]): Task<NDArray>[][] =>
    list.map((run, at) =>
      blocks.map((block) => spare.one(operation.submit(cutRun, shares, at, block, run))),
    );
  const own = cut(runs);
  const places = positions && cut(positions);
  const shareOf = (all: readonly Task<NDArray>[][], block: number): Task<NDArray>[] =>
    all.map((shares) => shares[block] as Task<NDArray>);
  return blocks.map((block) =>
    places
      ? operation.submit(
          mergePositions,
          descending,
          ...shareOf(own, block),
          ...shareOf(places, block),
        )
      : operation.submit(mergeBlock, descending, ...shareOf(own, block)),
  );
}

export const lengthOf = (run: NDArray): number => run.size;
export const listOf = (...numbers: number[]): number[] => numbers;

/** All elements of an array in their order, whatever its shape; a vector whose blocks are about as long as the array's. */
export function sortedElements(operation: Operation, array: Blocked): Blocked {
  using spare = new Spare();
  const { grid, dtype, chunks } = array;
  const runs = (chunks as readonly Task<NDArray>[]).map((chunk) =>
    operation.submit(sortedRun, chunk, false),
  );
  let end = 0;
  const cuts = [0];
  for (let index = 0; index < grid.length; index++) cuts.push((end += blockSize(grid, index)));
  const result = gridOfCuts([cuts]);
  if (runs.length <= 1) return blocked(dtype, result, runs);
  for (const run of runs) spare.one(run);
  const merged = mergeAt(operation, spare, cuts.slice(1, -1), false, dtype, runs, undefined);
  return blocked(dtype, result, merged);
}

function blockSize({ cuts, counts }: Blocked["grid"], index: number): number {
  let [size, rest] = [1, index];
  for (let axis = counts.length - 1; axis >= 0; axis--) {
    const at = rest % (counts[axis] as number);
    rest = Math.floor(rest / (counts[axis] as number));
    size *= (cuts[axis]?.[at + 1] as number) - (cuts[axis]?.[at] as number);
  }
  return size;
}
