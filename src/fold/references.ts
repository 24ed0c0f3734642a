/**
 * References to elements, through which a loop can change them: `referenceable(xs)`. Of a distributed collection the
 * chunks are made anew where they are; local data is changed when all calls have ended.
 */

import type { AnyFunction } from "../closure/codec.ts";
import { Operation } from "../task/operation.ts";
import type { Task } from "../task/task.ts";
import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";
import { assignAll, type Chunked, elementsOf, indexed, kindOf } from "./chunked.ts";
import { succeeded } from "./run.ts";
import { partsOf } from "./source.ts";

/** Throws for what can be no element of the collection. */
export type CheckValue = (value: unknown) => unknown;

/** An element: reads and writes go through. */
export class Reference<T> {
  readonly #values: T[];
  readonly #at: number;
  readonly #check: CheckValue | undefined;

  constructor(values: T[], at: number, check?: CheckValue) {
    this.#values = values;
    this.#at = at;
    this.#check = check;
  }

  get value(): T {
    return this.#values[this.#at] as T;
  }

  set value(value: T) {
    this.#check?.(value);
    this.#values[this.#at] = value;
  }
}

/** The references of a collection, for `parallelFor`. */
export class References<T> {
  readonly target: object;
  /** For the compiler: what it gives. */
  declare readonly element?: T;

  constructor(target: object) {
    this.target = target;
  }
}

/** An array whose elements are set by their index. */
interface Settable<T> extends Iterable<T> {
  iset(index: number, value: never): unknown;
}

/** References to the elements of an array, local or distributed, or to the values of a map, beside their keys. */
export function referenceable<K, V>(map: Map<K, V>): References<[key: K, value: Reference<V>]>;
export function referenceable<T>(
  xs: Chunked<T, unknown> | (ArrayLike<T> & Iterable<T>) | Settable<T>,
): References<Reference<T>>;
export function referenceable(xs: unknown): References<unknown> {
  const isKnown = typeof xs === "object" && xs !== null;
  if (isKnown && (kindOf(xs) || xs instanceof Map || indexed(xs))) return new References(xs);
  throw invalidArgument(
    `referenceable takes an array, a distributed array or a Map, not ${describe(xs)}`,
  );
}

/** Calls with references to all of these. */
export function changeElements(
  values: unknown[],
  fn: (reference: never, scratch: never) => unknown,
  scratch: (() => unknown) | undefined,
  check?: CheckValue,
): void {
  const own = scratch?.() as never;
  for (let at = 0; at < values.length; at++) fn(new Reference(values, at, check) as never, own);
}

/** Run as a task: what elements are after calls with references to them. */
export function changePart(
  fn: (reference: never, scratch: never) => unknown,
  scratch: (() => unknown) | undefined,
  part: object,
): unknown {
  const values = (elementsOf(part) as unknown[]).slice();
  changeElements(values, fn, scratch);
  return values;
}

/** Run as a task: what the values of entries are after calls with their keys and references to them. */
export function changeEntries(
  fn: (entry: never, scratch: never) => unknown,
  scratch: (() => unknown) | undefined,
  entries: readonly [unknown, unknown][],
): unknown[] {
  const values = entries.map(([, value]) => value);
  const own = scratch?.() as never;
  entries.forEach(([key], at) => {
    fn([key, new Reference(values, at)] as never, own);
  });
  return values;
}

/** @throws TaskFailedError of the first part that failed; local data is as it was then */
export async function changeAll(
  { target }: References<unknown>,
  fn: AnyFunction,
  scratch: (() => unknown) | undefined,
  { basesize, signal }: { basesize?: number | undefined; signal?: AbortSignal | undefined },
): Promise<undefined> {
  signal?.throwIfAborted();
  const kind = kindOf(target);
  if (kind) {
    // None is cancelled when another fails: it has elements of the collection.
    for (const task of kind.rewrite(target, { fn, scratch })) await succeeded(task, signal);
    return;
  }
  const isMap = target instanceof Map;
  const entries = isMap ? [...target] : target;
  const tasks: Task<unknown>[] = [];
  {
    using operation = new Operation("parallelFor");
    const functions = [operation.ship(fn), operation.ship(scratch)];
    for (const { of } of partsOf(entries, true, basesize)) {
      const change = (isMap ? changeEntries : changePart) as AnyFunction;
      tasks.push(operation.submit(change, ...([...functions, of] as never[])));
    }
  }
  await ended(tasks, signal);
  const changed: unknown[] = [];
  for (const task of tasks) {
    const values = (await task.fetch()) as ArrayLike<unknown>;
    for (let at = 0; at < values.length; at++) changed.push(values[at]);
    task.dispose();
  }
  if (!isMap) assignAll(target, changed);
  else {
    [...target.keys()].forEach((key, at) => {
      target.set(key, changed[at]);
    });
  }
}

/** Waits for tasks, and cancels those that are left when one fails or the loop is ended. */
async function ended(
  tasks: readonly Task<unknown>[],
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    for (const task of tasks) await succeeded(task, signal);
  } catch (error) {
    for (const task of tasks) if (!task.isReady) task.cancel();
    throw error;
  }
}
