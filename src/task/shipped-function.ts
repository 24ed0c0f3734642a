/** Functions that are read once and go to many tasks, such as those that tasks of an array's blocks apply. */

import type { AnyFunction } from "../closure/codec.ts";
import type { Context } from "../runtime/context.ts";
import { TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";

/** A function as it was when it was shipped. As an argument of a task it is the function. */
export class ShippedFunction implements Disposable {
  readonly tag: Tag;
  readonly chunk: number;
  readonly #context: Context;

  /** @throws BodkinError where the function cannot travel */
  constructor(context: Context, fn: AnyFunction) {
    const { chunk, stable } = context.functions.ship(fn);
    this.tag = stable ? TAG.function : TAG.functionChunk;
    this.chunk = chunk;
    this.#context = context;
  }

  /** A reference for a task. */
  retain(): void {
    if (this.tag === TAG.functionChunk) this.#context.heap.retain(this.chunk);
  }

  /** After it went to all its tasks. */
  [Symbol.dispose](): void {
    if (this.tag === TAG.functionChunk) this.#context.release(this.chunk);
  }
}
