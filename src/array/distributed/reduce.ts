/**
 * Reductions of distributed arrays. Each block comes to a state where it is; the states of blocks that follow one
 * another are combined in a tree; the last task makes the value. The tree depends on the grid alone.
 */

import type { DType } from "../../memory/dtype.ts";
import type { Chunk } from "../../task/chunk.ts";
import type { Task } from "../../task/task.ts";
import type { Value } from "../element.ts";
import { blockAt, blockIndex, gridOfCuts } from "../grid.ts";
import type { InitOptions, NDArray } from "../ndarray.ts";
import type { ReductionState } from "../reductions/reduction.ts";
import { type FoldFunctions, type ReductionSpec, reductionFrom } from "../reductions/spec.ts";
import { normalizeAxes, sizeOf } from "../shape.ts";
import { type Blocked, blocked } from "./blocked.ts";
import { combineStates, finishBlock, finishValue, stepBlock } from "./reduction-tasks.ts";
import { Operation, operationName } from "./submit.ts";

/** States that one task combines. */
const FAN_IN = 8;

type Init = Value | undefined;

/** A promise of the value, or an array where axes are kept. Wrong calls throw before anything runs. */
export function reduceBlocks(
  array: Blocked,
  spec: ReductionSpec,
  functions: FoldFunctions,
  options: InitOptions<unknown> = {},
): Promise<unknown> | Blocked {
  const { axis, keepdims = false } = options;
  const init = options.init as Init;
  const { shape } = array.grid;
  const axes = normalizeAxes(axis, shape.length);
  using run = new Reducer(array, { ...spec, axes }, functions, init);
  const reduction = reductionFrom(spec, functions);
  const empties = sizeOf(axes.map((each) => shape[each] as number)) === 0;
  // What has no value for no elements says so now.
  if (empties || init !== undefined) reduction.finish(reduction.init(), 1, init);
  return axis === undefined && !keepdims ? run.value() : run.along(axes, keepdims, reduction.dtype);
}

class Reducer implements Disposable {
  readonly #array: Blocked;
  readonly #operation: Operation;
  /** What every task of it begins with. */
  readonly #common: readonly [Chunk<ReductionSpec>, FoldFunctions["join"], FoldFunctions["map"]];
  readonly #init: Init;

  constructor(array: Blocked, spec: ReductionSpec, functions: FoldFunctions, init: Init) {
    this.#array = array;
    const operation = new Operation(
      operationName(spec.name === "fold" ? "reduce" : spec.name, functions.map ?? functions.join),
    );
    this.#operation = operation;
    this.#common = [
      operation.share(spec),
      operation.ship(functions.join),
      operation.ship(functions.map),
    ];
    this.#init = init;
  }

  [Symbol.dispose](): void {
    this.#operation[Symbol.dispose]();
  }

  value(): Promise<unknown> {
    const blocks = Array.from({ length: this.#array.grid.length }, (_, index) => index);
    const states = this.#combined(blocks);
    return this.#operation.submit(finishValue, ...this.#common, this.#init, ...states).fetch();
  }

  /** One block of results for each place in the grid along the axes that are kept. */
  along(axes: readonly number[], keepdims: boolean, dtype: DType): Blocked {
    const { grid } = this.#array;
    const isReduced = (axis: number): boolean => axes.includes(axis);
    const cuts = grid.cuts.flatMap((own, axis) =>
      !isReduced(axis) ? [own] : keepdims ? [[0, 1]] : [],
    );
    const result = gridOfCuts(cuts);
    const chunks = Array.from({ length: result.length }, (_, index) => {
      const block = blockAt(result, index);
      const states = this.#combined(this.#blocksOf(block.position, axes, keepdims));
      return this.#operation.submit(
        finishBlock,
        ...this.#common,
        this.#init,
        block.shape,
        ...states,
      );
    });
    return blocked(dtype, result, chunks);
  }

  /** The blocks that come to one block of the result, in their order. */
  #blocksOf(position: readonly number[], axes: readonly number[], keepdims: boolean): number[] {
    const { grid } = this.#array;
    let places: number[][] = [[]];
    let kept = 0;
    grid.counts.forEach((count, axis) => {
      const isReduced = axes.includes(axis);
      const own = isReduced
        ? Array.from({ length: count }, (_, at) => at)
        : [position[kept] as number];
      if (!isReduced || keepdims) kept++;
      places = places.flatMap((place) => own.map((at) => [...place, at]));
    });
    return places.map((place) => blockIndex(grid, place));
  }

  /** At most `FAN_IN` states that stand for these blocks. */
  #combined(blocks: readonly number[]): Task<ReductionState>[] {
    let states = blocks.map((index) =>
      this.#operation.submit(
        stepBlock,
        ...this.#common,
        this.#array.chunks[index] as Task<NDArray>,
      ),
    );
    while (states.length > FAN_IN) {
      const groups: Task<ReductionState>[] = [];
      for (let at = 0; at < states.length; at += FAN_IN) {
        const group = states.slice(at, at + FAN_IN);
        groups.push(this.#operation.submit(combineStates, ...this.#common, ...group));
      }
      states = groups;
    }
    return states;
  }
}
