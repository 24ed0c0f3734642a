/**
 * Where the blocks of a distributed array are: in tasks of its own, or in those of the array that it is a view of.
 * The values of blocks never change. A write submits tasks that make new blocks of old ones, and from then on the
 * array has those; what was submitted before keeps the old ones, what comes after gets the new ones.
 */

import type { DType } from "../../memory/dtype.ts";
import { isNamed } from "../../task/foreign.ts";
import { GivenTask } from "../../task/given-task.ts";
import { submitPostponed } from "../../task/postponed.ts";
import type { Task } from "../../task/task.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { type BlockGrid, locate } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";
import { type Blocked, blocked } from "./blocked.ts";
import { DeferredBlocks } from "./deferred.ts";
import { keepForAbsorbed } from "./expression.ts";
import type { BlockSource, Operation } from "./submit.ts";
import { type Operand, valueBlock } from "./writing-tasks.ts";

/** What a block shall be, or the part of it that a view has: an operand, and the blocks to which it refers. */
export interface Write {
  readonly index: number;
  readonly operand: Operand;
  readonly blocks: readonly BlockSource[];
}

/** An element of an array that has blocks of its own. */
export interface Location {
  readonly store: BlockStore;
  readonly block: number;
  readonly indices: readonly number[];
}

export interface BlockStore<D extends DType = DType> extends Blocked<D> {
  /** The blocks as they are now, whatever is written later. */
  readonly current: Blocked<D>;
  /** The tasks of all elements, without asking for any. */
  readonly sources: readonly Task<NDArray>[];
  /** Those of one block. */
  sourcesOf(index: number): readonly Task<NDArray>[];
  /** The task of a block for the last time: as an argument of the task that makes its successor. */
  given(index: number): Task<NDArray>;
  /** @throws where there is no such element */
  locate(indices: readonly number[]): Location;
  /** @throws where the array can only be read */
  checkWritable(): void;
  /** Submits what gives blocks other values. */
  write(operation: Operation, writes: readonly Write[]): void;
  /** Has these tasks in the place of those of the blocks, and takes them over. */
  replace(operation: Operation, made: ReadonlyMap<number, Task<NDArray>>): void;
  dispose(): void;
}

/** Gives a task's result up, unless other threads may ask for it. */
export function giveUp(task: Task<unknown>): void {
  if (!isNamed(task)) task.dispose();
}

/** Blocks that are the array's own. */
export class OwnBlocks<D extends DType> implements BlockStore<D> {
  readonly dtype: D;
  readonly grid: BlockGrid;
  readonly #isReadOnly: boolean;
  #blocks: Blocked<D>;

  /** `isReadOnly`: another thread has the array, this one only its blocks. */
  constructor(blocks: Blocked<D>, isReadOnly: boolean = false) {
    this.dtype = blocks.dtype;
    this.grid = blocks.grid;
    this.#blocks = blocks;
    this.#isReadOnly = isReadOnly;
  }

  get chunks(): Blocked<D>["chunks"] {
    return this.#blocks.chunks;
  }

  get current(): Blocked<D> {
    return this.#blocks;
  }

  get sources(): readonly Task<NDArray>[] {
    return this.chunks as unknown as readonly Task<NDArray>[];
  }

  sourcesOf(index: number): readonly Task<NDArray>[] {
    return [this.sources[index] as Task<NDArray>];
  }

  given(index: number): Task<NDArray> {
    return GivenTask.of(this.sources[index] as Task<NDArray>);
  }

  locate(indices: readonly number[]): Location {
    return { store: this, ...locate(this.grid, indices) };
  }

  checkWritable(): void {
    if (!this.#isReadOnly) {
      this.#finishReaders();
      return;
    }
    throw invalidArgument(
      "this array came into the task from outside and can only be read here: writes would be seen by nobody else. Give back what you computed and assign it outside, or write to a copy, such as array.astype(array.dtype)",
    );
  }

  /** What was called before gets the blocks as they are. */
  #finishReaders(): void {
    submitPostponed();
    keepForAbsorbed(this.sources);
  }

  write(operation: Operation, writes: readonly Write[]): void {
    const made = new Map<number, Task<NDArray>>();
    for (const { index, operand, blocks } of writes) {
      const spec = { dtype: this.dtype, cuts: this.grid.cuts, index, operand };
      made.set(index, operation.submit(valueBlock, spec, ...(blocks as (BlockSource & NDArray)[])));
    }
    this.replace(operation, made);
  }

  replace(_operation: Operation, made: ReadonlyMap<number, Task<NDArray>>): void {
    const old = this.sources;
    const chunks = old.map((task, index) => made.get(index) ?? task);
    this.#blocks = blocked(this.dtype, this.grid, Object.freeze(chunks));
    for (const index of made.keys()) giveUp(old[index] as Task<NDArray>);
  }

  dispose(): void {
    const blocks = this.#blocks;
    if (blocks instanceof DeferredBlocks && !blocks.isSubmitted) blocks.drop();
    else {
      keepForAbsorbed(this.sources);
      for (const chunk of this.chunks) chunk.dispose();
    }
  }
}
