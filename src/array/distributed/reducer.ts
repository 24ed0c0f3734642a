/**
 * The tasks of a reduction. Each block comes to a state where it is; the states of blocks that follow one another are
 * combined in a tree; the last task makes the value. The tree depends on the grid alone.
 */

import type { Task } from "../../task/task.ts";
import type { Value } from "../element.ts";
import { type BlockGrid, blockAt, blockIndex, blockShape, gridOfCuts } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";
import { FEWEST_ON_HEAP } from "../reductions/on-heap.ts";
import type { Reduction } from "../reductions/reduction.ts";
import { type FoldFunctions, type ReductionSpec, reductionFrom } from "../reductions/spec.ts";
import { sizeOf } from "../shape.ts";
import { type Blocked, blocksNow } from "./blocked.ts";
import { CallSite, mayPostpone } from "./deferred.ts";
import { Expression } from "./expression.ts";
import { type BlockReduction, type Making, passOf, taskCount } from "./making.ts";
import { type Common, combiningTasks, isAbsorbed, ReductionRun } from "./reduction-run.ts";
import { finishBlock, finishValue } from "./reduction-tasks.ts";
import { operationName, Shared } from "./submit.ts";

export class Reducer implements Disposable {
  /** Its tasks are submitted when those of the array are, of which they may do the work. */
  readonly isDeferred: boolean;
  readonly reduction: Reduction;
  readonly #array: Blocked;
  readonly #site = new CallSite();
  readonly #name: string;
  readonly #shared: Shared;
  readonly #common: Common;
  readonly #init: Value | undefined;
  readonly #place: string | undefined;

  /** @throws BodkinError where functions cannot travel or blocks are gone */
  constructor(
    array: Blocked,
    spec: ReductionSpec,
    functions: FoldFunctions,
    init: Value | undefined,
  ) {
    this.#array = blocksNow(array);
    const { name } = spec;
    this.#name = operationName(name === "fold" ? "reduce" : name, functions.map ?? functions.join);
    this.#shared = new Shared(this.#name);
    this.#common = [
      this.#shared.share(spec),
      this.#shared.ship(functions.join),
      this.#shared.ship(functions.map),
    ];
    this.#init = init;
    this.reduction = reductionFrom(spec, functions);
    this.#place = this.#shared.site;
    const own = this.#array;
    this.isDeferred = own instanceof Expression && !own.isSubmitted && mayPostpone();
    if (own instanceof Expression) own.use({ site: this.#site, grid: own.grid });
  }

  [Symbol.dispose](): void {
    this.#shared[Symbol.dispose]();
  }

  value(signal: AbortSignal | undefined): Promise<unknown> {
    return this.#site.run(() => {
      using run = new ReductionRun(this.#name, this.#array, this.#common, this.#place);
      const blocks = Array.from({ length: this.#array.grid.length }, (_, index) => index);
      const states = run.states(blocks);
      const value = run.submit(finishValue, ...this.#common, this.#init, ...states);
      return value.fetch({ signal });
    });
  }

  /** The grid of the blocks that are left. */
  gridAlong(axes: readonly number[], keepdims: boolean): BlockGrid {
    const { cuts } = this.#array.grid;
    return gridOfCuts(
      cuts.flatMap((own, axis) => (!axes.includes(axis) ? [own] : keepdims ? [[0, 1]] : [])),
    );
  }

  /** How `along` makes its blocks. */
  making(axes: readonly number[], keepdims: boolean): Making {
    const array = this.#array;
    const result = this.gridAlong(axes, keepdims);
    const each = array.grid.length / Math.max(1, result.length);
    const reduction = { name: this.#name, reason: this.#whyNotCompiled(axes) };
    const scope = this.#site.scope;
    const tasks = taskCount(array.grid.length, result.length * (1 + combiningTasks(each)));
    if (!isAbsorbed(array)) return { name: this.#name, tasks, scope, reduction };
    const { name, ...pass } = passOf(array);
    return { name: `${name} → ${this.#name}`, tasks, scope, pass, reduction };
  }

  #whyNotCompiled(axes: readonly number[]): BlockReduction["reason"] {
    const { grid } = this.#array;
    if (this.reduction.onHeap === undefined) return `there is no other loop of it`;
    if (axes.length < grid.shape.length) return "some axes are kept";
    if (sizeOf(blockShape(grid).shape) >= FEWEST_ON_HEAP) return undefined;
    return `blocks have fewer than ${FEWEST_ON_HEAP} elements`;
  }

  /** One block of results for each place in the grid along the axes that are kept. */
  along(axes: readonly number[], keepdims: boolean): Task<NDArray>[] {
    using run = new ReductionRun(this.#name, this.#array, this.#common, this.#place);
    const result = this.gridAlong(axes, keepdims);
    return Array.from({ length: result.length }, (_, index) => {
      const { position, shape } = blockAt(result, index);
      const states = run.states(this.#blocksOf(position, axes, keepdims));
      return run.submit(finishBlock, ...this.#common, this.#init, shape, ...states);
    });
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
}
