/** Spawning: what users call to run a function as a task. */

import { type AnyFunction, withCaptures } from "../closure/codec.ts";
import { leavesArguments } from "../runtime/dispatch.ts";
import { assignArray, copyArray } from "../runtime/values.ts";
import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { type Chunk, ChunkHandle, setCopyTaker } from "./chunk.ts";
import { isView, viewCall } from "./datadeps/chunk-view.ts";
import { isTask } from "./foreign.ts";
import { Kernel } from "./kernel.ts";
import { type KernelSpec, runKernel } from "./kernel-call.ts";
import { checkKernelCall } from "./kernel-check.ts";
import { checkOptions, mergeOptions, scopedOptions, type TaskOptions } from "./options.ts";
import { submitPostponed } from "./postponed.ts";
import { recorder } from "./recorder.ts";
import { boxesOf } from "./scope.ts";
import { type Shard, setPieceSpawner } from "./shard.ts";
import { submit } from "./submit.ts";
import type { Task, TaskHandle } from "./task.ts";

/** What may stand for an argument of type `T`: a value, or something that will have one. */
export type Argument<T> = T | Task<T> | Chunk<T> | Shard<T>;
export type Arguments<A extends readonly unknown[]> = { [K in keyof A]: Argument<A[K]> };

/** What a task may run: a function, or something that will be one. */
export type TaskFunction<A extends readonly unknown[], R> =
  | ((...args: A) => R)
  | Task<(...args: A) => R>
  | Chunk<(...args: A) => R>;

/** Runs a function as a task. Tasks among the arguments come first, and the function gets their results. */
export function spawn<A extends readonly unknown[], R>(
  fn: TaskFunction<A, R>,
  ...args: Arguments<A>
): Task<Awaited<R>>;
/** Runs a kernel as a task, over all items of its range. */
export function spawn(kernel: Kernel, ...args: readonly unknown[]): Task<undefined>;
export function spawn(fn: unknown, ...args: readonly unknown[]): Task<unknown> {
  return submitCall(fn, args, scopedOptions());
}

/** Runs a function as a task with options of its own. */
export function spawnWith<A extends readonly unknown[], R>(
  options: TaskOptions,
  fn: TaskFunction<A, R>,
  ...args: Arguments<A>
): Task<Awaited<R>>;
/** Runs a kernel as a task with options of its own. */
export function spawnWith(
  options: TaskOptions,
  kernel: Kernel,
  ...args: readonly unknown[]
): Task<undefined>;
export function spawnWith(
  options: TaskOptions,
  fn: unknown,
  ...args: readonly unknown[]
): Task<unknown> {
  checkOptions(options);
  return submitCall(fn, args, mergeOptions(scopedOptions(), options));
}

function submitCall(
  fn: unknown,
  args: readonly unknown[],
  options: TaskOptions | undefined,
): TaskHandle<unknown> {
  if (fn instanceof ChunkHandle || isTask(fn)) {
    return submitCall(callIt, [fn, ...args], options);
  }
  if (fn instanceof Kernel) return submitKernel(fn, args, options);
  submitPostponed();
  const own = fn as AnyFunction;
  const by = recorder();
  if (by) return by.record(own, args, options);
  if (!args.some(isView)) return submit(own, args, options);
  const call = viewCall(own, args);
  return submit(call.fn, call.args, mergeOptions({ name: own.name }, options ?? {}));
}

/** A kernel is a task of the library that gets the kernel's function. */
function submitKernel(
  { fn, name, launch, isFast }: Kernel,
  args: readonly unknown[],
  options: TaskOptions | undefined,
): TaskHandle<unknown> {
  const written = checkKernelCall(fn, launch, args);
  const asked = options?.computeScope ?? options?.scope;
  const spec: KernelSpec | undefined =
    launch || asked || isFast || written.length > 0
      ? {
          ...(launch && { launch }),
          ...(asked && { boxes: boxesOf(asked) }),
          ...(isFast && { isFast }),
          ...(written.length > 0 && { written }),
        }
      : undefined;
  const named = name === "" ? options : mergeOptions({ name }, options ?? {});
  return submitCall(runKernel, [fn, spec, ...args], named);
}

/** Run as a task whose function is the value of a chunk or task. */
export function callIt<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): R {
  if (typeof fn !== "function") {
    throw invalidArgument(`a task needs a function to run; its chunk holds ${describe(fn)}`);
  }
  return fn(...args);
}

/**
 * A function that carries what it captures, for engines whose functions cannot be read. Stated captures win
 * over those that were read.
 */
export function task<F extends AnyFunction>(
  fn: F,
  options: { readonly captures?: Readonly<Record<string, unknown>> } = {},
): F {
  if (typeof fn !== "function") {
    throw invalidArgument(`task(fn) takes a function, not ${describe(fn)}`);
  }
  checkNames(options, ["captures"], "task()");
  const { captures = {} } = options;
  if (typeof captures !== "object" || captures === null) {
    throw invalidArgument("captures must be an object: task(fn, { captures: { k } })");
  }
  return withCaptures(fn, captures);
}

setPieceSpawner((fn, piece, options) =>
  submit(fn, [piece], mergeOptions(scopedOptions(), options)),
);

/** Run as a task where a pinned value is: what it gives is a value of its own. */
export function copyOf<T>(value: T): T {
  return copyArray(value);
}

leavesArguments(copyOf);

/** Run as a task where an array is: gives it the elements of another. */
export function assignTo(target: object, source: object): void {
  assignArray(target, source);
}

setCopyTaker((chunk) => submit(copyOf as AnyFunction, [chunk], undefined));
