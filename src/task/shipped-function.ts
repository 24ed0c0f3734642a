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
  /** Where its reference is noted. */
  readonly #place: number;
  #isDisposed = false;

  private constructor(context: Context, tag: Tag, chunk: number) {
    this.#context = context;
    this.tag = tag;
    this.chunk = chunk;
    this.#place = tag === TAG.functionChunk ? context.holdings.hold(this, chunk) : 0;
  }

  /** @throws BodkinError where the function cannot travel */
  static of(context: Context, fn: AnyFunction): ShippedFunction {
    const { chunk, stable } = context.functions.ship(fn);
    return new ShippedFunction(context, stable ? TAG.function : TAG.functionChunk, chunk);
  }

  /** The same function, with a reference of its own. */
  copy(): ShippedFunction {
    this.retain();
    return new ShippedFunction(this.#context, this.tag, this.chunk);
  }

  /** A reference for a task. */
  retain(): void {
    if (this.tag === TAG.functionChunk) this.#context.heap.retain(this.chunk);
  }

  /** After it went to all its tasks. Otherwise that happens when it is collected. */
  [Symbol.dispose](): void {
    if (this.#isDisposed || this.tag !== TAG.functionChunk) return;
    this.#isDisposed = true;
    this.#context.release(this.#context.holdings.letGo(this.#place));
  }
}
