/** Submitting the tasks of blocks under the options that are in force, and data that many of them share. */

import type { AnyFunction } from "../../closure/codec.ts";

import type { Chunk } from "../../task/chunk.ts";
import { here, tochunk } from "../../task/data.ts";
import { mergeOptions, scopedOptions } from "../../task/options.ts";
import { batch } from "../../task/queues.ts";
import { ShippedFunction } from "../../task/shipped-function.ts";
import { submit } from "../../task/submit.ts";
import type { Task } from "../../task/task.ts";
import { describe } from "../../util/describe.ts";
import { invalidArgument } from "../../wire/errors.ts";
import type { NDArray } from "../ndarray.ts";

/** What stands for a block among the arguments of a task. */
export type BlockSource = Task<NDArray> | Chunk<NDArray>;

/**
 * One operation on an array: its tasks have one name, and are one step of a sequence around it. What they share is read once, and let go of when all of
 * them have been submitted.
 */
export class Operation implements Disposable {
  readonly #name: string;
  readonly #shared = new DisposableStack();

  constructor(name: string) {
    this.#name = name;
    this.#shared.use(batch());
  }

  /** Plain data, or a local array, for several tasks. */
  share<T>(value: T): Chunk<T> {
    const chunk = tochunk<T>(value);
    this.#shared.defer(() => chunk.dispose());
    return chunk;
  }

  /** A function for several tasks. @throws BodkinError where it cannot travel */
  ship<F extends AnyFunction | undefined>(fn: F): F {
    if (fn === undefined) return fn;
    if (typeof fn !== "function") {
      throw invalidArgument(`${this.#name} takes a function, not ${describe(fn)}`);
    }
    return this.#shared.use(ShippedFunction.of(here(), fn)) as unknown as F;
  }

  /** Runs a function of blocks as a task. Tasks and shared data among the arguments stand for their values. */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...args: { [K in keyof A]: A[K] | Task<A[K]> | Chunk<A[K]> }
  ): Task<Awaited<R>> {
    const options = mergeOptions({ name: this.#name }, scopedOptions() ?? {});
    return submit(fn as AnyFunction, args, options) as Task<Awaited<R>>;
  }

  [Symbol.dispose](): void {
    this.#shared.dispose();
  }
}

/** What an operation is called in errors and logs: with the name of the user's function, if it has one. */
export const operationName = (name: string, fn?: unknown): string =>
  typeof fn === "function" && fn.name ? `${name}(${fn.name})` : name;
