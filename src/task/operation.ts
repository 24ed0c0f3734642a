/** Operations of many tasks: submitted under the options that are in force, with data that many of them share. */

import type { AnyFunction } from "../closure/codec.ts";
import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";
import { type Chunk, ChunkHandle } from "./chunk.ts";
import { here, tochunk } from "./data.ts";
import { scopedOptions, type TaskOptions } from "./options.ts";
import { batch } from "./queues.ts";
import type { Scope } from "./scope.ts";
import { ShippedFunction } from "./shipped-function.ts";
import { callSite, spawnSite } from "./site.ts";
import { type InternalOptions, submit } from "./submit.ts";
import type { Task, TaskHandle } from "./task.ts";

type Sources<A extends readonly unknown[]> = { [K in keyof A]: A[K] | Task<A[K]> | Chunk<A[K]> };

/** What the tasks of an operation share, as it is at the call: read once, and let go of when all of them have it. */
export class Shared implements Disposable {
  readonly #name: string;
  readonly #held = new DisposableStack();
  #site: string | undefined;

  /** The name of the operation, and where it was called for, if that was before. */
  constructor(name: string, site?: string) {
    this.#name = name;
    this.#site = site;
  }

  /** Where the operation was called for: known once it is asked for, or since it got a function. */
  get site(): string | undefined {
    this.#site ??= callSite();
    return this.#site;
  }

  /** Plain data, or a local array, for several tasks. */
  share<T>(value: T): Chunk<T> {
    const chunk = tochunk<T>(value);
    this.#held.defer(() => chunk.dispose());
    return chunk;
  }

  /** A function for several tasks. @throws BodkinError where it cannot travel */
  ship<F extends AnyFunction | undefined>(fn: F): F {
    if (fn === undefined) return fn;
    checkFunction(this.#name, fn);
    this.#site ??= spawnSite(fn);
    return this.#held.use(ShippedFunction.of(here(), fn)) as unknown as F;
  }

  [Symbol.dispose](): void {
    this.#held.dispose();
  }
}

/** One operation: its tasks have one name, and are one step of a sequence around it. */
export class Operation extends Shared {
  readonly #name: string;
  readonly #step = new DisposableStack();

  constructor(name: string, site?: string) {
    super(name, site);
    this.#name = name;
    this.#step.use(batch());
  }

  /** What is submitted from now on, after other code has run, is no part of a sequence around it. */
  leaveQueue(): void {
    this.#step.dispose();
  }

  /** Runs a function as a task. Tasks and shared data among the arguments stand for their values. */
  submit<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...args: Sources<A>
  ): Task<Awaited<R>> {
    return this.#submit(fn as AnyFunction, args, {}) as Task<Awaited<R>>;
  }

  /** Runs a function as a task in a scope of its own; undefined: in that of the operation. */
  submitIn<A extends readonly unknown[], R>(
    scope: Scope | undefined,
    fn: (...args: A) => R,
    ...args: Sources<A>
  ): Task<Awaited<R>> {
    return this.#submit(fn as AnyFunction, args, scope ? { computeScope: scope } : {}) as Task<
      Awaited<R>
    >;
  }

  /** Runs a function as a task when others have ended, whose values it does not need. */
  submitAfter<A extends readonly unknown[], R>(
    before: readonly Task<unknown>[],
    fn: (...args: A) => R,
    ...args: Sources<A>
  ): Task<Awaited<R>> {
    return this.#submit(fn as AnyFunction, args, { syncdeps: before }) as Task<Awaited<R>>;
  }

  /** What a task makes stays where it is made, and tasks that use it come there. */
  pinned<A extends readonly unknown[], R>(
    fn: (...args: A) => R,
    ...args: Sources<A>
  ): Chunk<Awaited<R>> {
    const task = this.#submit(fn as AnyFunction, args, {}, { pin: true });
    return new ChunkHandle<Awaited<R>>(task.context, task);
  }

  #submit(
    fn: AnyFunction,
    args: readonly unknown[],
    own: TaskOptions,
    internal: InternalOptions = {},
  ): TaskHandle<unknown> {
    const options = { name: this.#name, ...scopedOptions(), ...own };
    return submit(fn, args, options, { ...internal, site: this.site });
  }

  override [Symbol.dispose](): void {
    this.leaveQueue();
    super[Symbol.dispose]();
  }
}

/** @throws BodkinError for what is no function */
export function checkFunction(name: string, fn: unknown): asserts fn is AnyFunction {
  if (typeof fn !== "function") {
    throw invalidArgument(`${name} takes a function, not ${describe(fn)}`);
  }
}

/** What an operation is called in errors and logs: with the name of the user's function, if it has one. */
export const operationName = (name: string, fn?: unknown): string =>
  typeof fn === "function" && fn.name ? `${name}(${fn.name})` : name;
