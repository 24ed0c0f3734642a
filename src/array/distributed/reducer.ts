/**
 * The tasks of a reduction. Each block comes to a state where it is; the states of blocks that follow one another are
 * combined in a tree; the last task makes the value. The tree depends on the grid alone.
 */

import type { Chunk } from "../../task/chunk.ts";
import type { Task } from "../../task/task.ts";
import type { Value } from "../element.ts";
import { type BlockGrid, blockAt, blockIndex, gridOfCuts } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";
import type { ReductionState } from "../reductions/reduction.ts";
import type { FoldFunctions, ReductionSpec } from "../reductions/spec.ts";
import { type Blocked, blocksNow } from "./blocked.ts";
import { CallSite, mayPostpone } from "./deferred.ts";
import { Expression } from "./expression.ts";
import { Fused } from "./fused.ts";
import { combineStates, finishBlock, finishValue, stepBlock, stepPass } from "./reduction-tasks.ts";
import { Operation, operationName, Shared } from "./submit.ts";

/** States that one task combines. */
const FAN_IN = 8;

/** What every task of a reduction begins with. */
type Common = readonly [Chunk<ReductionSpec>, FoldFunctions["join"], FoldFunctions["map"]];

export class Reducer implements Disposable {
  /** Its tasks are submitted when those of the array are, of which they may do the work. */
  readonly isDeferred: boolean;
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
    this.#place = this.#shared.site;
    const own = this.#array;
    this.isDeferred = own instanceof Expression && !own.isSubmitted && mayPostpone();
    if (own instanceof Expression) own.use({ site: this.#site, grid: own.grid });
  }

  [Symbol.dispose](): void {
    this.#shared[Symbol.dispose]();
  }

  value(): Promise<unknown> {
    return this.#site.run(() => {
      using run = new Run(this.#name, this.#array, this.#common, this.#place);
      const blocks = Array.from({ length: this.#array.grid.length }, (_, index) => index);
      return run.submit(finishValue, ...this.#common, this.#init, ...run.states(blocks)).fetch();
    });
  }

  /** The grid of the blocks that are left. */
  gridAlong(axes: readonly number[], keepdims: boolean): BlockGrid {
    const { cuts } = this.#array.grid;
    return gridOfCuts(
      cuts.flatMap((own, axis) => (!axes.includes(axis) ? [own] : keepdims ? [[0, 1]] : [])),
    );
  }

  /** One block of results for each place in the grid along the axes that are kept. */
  along(axes: readonly number[], keepdims: boolean): Task<NDArray>[] {
    using run = new Run(this.#name, this.#array, this.#common, this.#place);
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

/** Tasks while they are submitted. */
class Run extends Operation {
  readonly #array: Blocked;
  readonly #common: Common;
  readonly #fused: Fused | undefined;

  constructor(name: string, array: Blocked, common: Common, place: string | undefined) {
    const isAbsorbed = array instanceof Expression && array.isAbsorbed;
    const fused = isAbsorbed ? new Fused(array) : undefined;
    if (isAbsorbed) array.noteAbsorbed();
    super(fused ? `${fused.name} → ${name}` : name, place);
    this.#array = array;
    this.#common = common;
    this.#fused = fused;
  }

  /** At most `FAN_IN` states that stand for these blocks. */
  states(blocks: readonly number[]): Task<ReductionState>[] {
    let states = blocks.map((index) => this.#state(index));
    while (states.length > FAN_IN) {
      const groups: Task<ReductionState>[] = [];
      for (let at = 0; at < states.length; at += FAN_IN) {
        const group = states.slice(at, at + FAN_IN);
        groups.push(this.submit(combineStates, ...this.#common, ...group));
      }
      states = groups;
    }
    return states;
  }

  #state(index: number): Task<ReductionState> {
    if (this.#fused) {
      return this.submit(stepPass, ...this.#common, ...this.#fused.arguments(this, index));
    }
    return this.submit(stepBlock, ...this.#common, this.#array.chunks[index] as Task<NDArray>);
  }
}
