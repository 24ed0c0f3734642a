/** The tasks of a reduction while they are submitted: blocks to states, and states to fewer of them. */

import type { Chunk } from "../../task/chunk.ts";
import type { Task } from "../../task/task.ts";
import type { NDArray } from "../ndarray.ts";
import type { ReductionState } from "../reductions/reduction.ts";
import type { FoldFunctions, ReductionSpec } from "../reductions/spec.ts";
import type { Blocked } from "./blocked.ts";
import { Expression } from "./expression.ts";
import { Fused } from "./fused.ts";
import { combineStates, stepBlock, stepPass } from "./reduction-tasks.ts";
import { Operation } from "./submit.ts";

/** States that one task combines. */
const FAN_IN = 8;

/** What every task of a reduction begins with. */
export type Common = readonly [Chunk<ReductionSpec>, FoldFunctions["join"], FoldFunctions["map"]];

export const isAbsorbed = (array: Blocked): array is Expression =>
  array instanceof Expression && array.isAbsorbed;

/** Tasks that combine so many states to at most `FAN_IN`. */
export function combiningTasks(states: number): number {
  let tasks = 0;
  for (let left = states; left > FAN_IN; tasks += left) left = Math.ceil(left / FAN_IN);
  return tasks;
}

/** Tasks while they are submitted. */
export class ReductionRun extends Operation {
  readonly #array: Blocked;
  readonly #common: Common;
  readonly #fused: Fused | undefined;

  constructor(name: string, array: Blocked, common: Common, place: string | undefined) {
    const fused = isAbsorbed(array) ? new Fused(array) : undefined;
    if (isAbsorbed(array)) array.noteAbsorbed();
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
