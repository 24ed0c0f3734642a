/**
 * Running one task on this thread: its function and arguments out of the record, the call, its result back.
 * A call that gives a promise frees the thread for other tasks until the promise settles.
 */

import type { AnyFunction } from "../closure/codec.ts";
import { RECORD, STATUS, TAG } from "../sched/layout.ts";
import type { TaskTable } from "../sched/task-table.ts";
import type { Context } from "./context.ts";
import { extendFailure, type Failure } from "./failure.ts";
import { enterFrame, type Frame, type RunningTask, type ScopedOptions, withFrame } from "./frame.ts";
import type { BuiltFunction } from "./functions.ts";
import { pendingOf } from "./pending.ts";

/** Arguments of a record that are not arguments of the function, in this order. */
export const HIDDEN = {
  /** The function: it captures what may change, so that each task has its own. */
  function: 1,
  /** A `TaskExtras`. */
  extras: 2,
} as const;

/** What few tasks have besides function and arguments. */
export interface TaskExtras {
  readonly name?: string | undefined;
  readonly options?: ScopedOptions | undefined;
}

/** Objects that stand for a value a processor, such as the pieces of a shard. */
export abstract class PerProcessor {
  abstract resolveFor(worker: number, thread: number): unknown;
}

export class Dispatcher {
  /** Tasks of this thread that wait for a promise. */
  suspended = 0;
  /** A task ran that may have left something in the event loop: it is unknown when that is over. */
  isLoose = false;
  readonly #parts: Context;
  /** A task that waited can go on or has ended: the loop must look again. */
  readonly #onResumed: () => void;
  readonly #frame: CallFrame;
  /** Chunks that are arguments of the task being prepared. */
  #chunks: number[] = [];

  constructor(context: Context, onResumed: () => void) {
    this.#context = context;
    this.#onResumed = onResumed;
    this.#frame = new CallFrame(context);
  }

  /** Runs a begun task. `keeps`: the caller asks for the next one right after. */
  run(record: number, keeps: boolean): void {
    const { table, functions, values } = this.#context;
    let extras: TaskExtras | undefined;
    let built: BuiltFunction;
    let args: unknown[];
    try {
      const obstacle = this.#obstacle(record);
      if (obstacle !== undefined) {
        if (typeof obstacle === "number") this.#passOn(record, obstacle, keeps);
        else this.#runAfter(obstacle, record);
        return;
      }
      const hidden = table.byte(record, RECORD.hidden);
      let fn = table.word(record, RECORD.fn);
      let position = 0;
      if (hidden & HIDDEN.function) fn = table.slotWord(record, position++);
      if (hidden & HIDDEN.extras) {
        extras = values.read(table.slotWord(record, position++), true) as TaskExtras;
      }
      built = functions.get(fn);
      args = this.#arguments(record, position);
    } catch (thrown) {
      const pending = pendingOf(thrown);
      if (pending) this.#runAfter(pending, record);
      else this.#fail(record, extras?.name ?? "task", thrown, keeps);
      return;
    }
    const name = extras?.name ?? built.fn.name;
    let result: unknown;
    try {
      result = this.#call(record, name, built, args, extras);
    } catch (thrown) {
      this.#fail(record, name, thrown, keeps);
      return;
    }
    if (isThenable(result)) {
      this.suspended++;
      result.then(
        (value) => this.#resume(() => this.#finish(record, name, value, [], false)),
        (thrown) => this.#resume(() => this.#fail(record, name, thrown, false)),
      );
    } else this.#finish(record, name, result, this.#chunks, keeps);
  }

  /** Why the task cannot be called: an argument that failed (its chunk), or data on its way. */
  #obstacle(record: number): number | Promise<unknown> | undefined {
    const { table, heap, bring } = this.#context;
    this.#chunks = [];
    let absent: Promise<unknown>[] | undefined;
    for (let part = record; part !== 0; part = table.word(part, RECORD.extension)) {
      const count = table.countOf(part);
      for (let at = 0; at < count; at++) {
        const tag = table.tagOf(part, at);
        if (tag === TAG.error) return table.slotWord(part, at);
        if (tag !== TAG.chunk) continue;
        const chunk = table.slotWord(part, at);
        this.#chunks.push(chunk);
        if (!heap.hasData(chunk) && heap.kindOf(chunk) !== "object") {
          (absent ??= []).push(bring(chunk));
        }
      }
    }
    return absent && Promise.all(absent);
  }

  #arguments(record: number, first: number): unknown[] {
    const { table, values, worker } = this.#context;
    const args: unknown[] = [];
    let skip = first;
    for (let part = record; part !== 0; part = table.word(part, RECORD.extension)) {
      const count = table.countOf(part);
      for (let at = skip; at < count; at++) {
        const tag = table.tagOf(part, at);
        if (tag === TAG.number) args.push(table.slotNumber(part, at));
        else if (tag !== TAG.none) {
          const value = values.decode(tag, 0, table.slotWord(part, at), false);
          args.push(
            value instanceof PerProcessor ? value.resolveFor(worker, table.slot) : value,
          );
        }
      }
      skip = 0;
    }
    return args;
  }

  #call(
    record: number,
    name: string,
    built: BuiltFunction,
    args: unknown[],
    extras: TaskExtras | undefined,
  ): unknown {
    if (built.continues) {
      this.isLoose = true;
      const task = taskOf(this.#context, record, name);
      return withFrame({ task, options: extras?.options }, () => apply(built.fn, args));
    }
    this.#frame.set(record, name, extras?.options);
    const outer = enterFrame(this.#frame);
    try {
      return apply(built.fn, args);
    } finally {
      enterFrame(outer);
    }
  }

  /** Goes on with a task that waited. */
  #resume(step: () => void): void {
    this.suspended--;
    step();
    this.#onResumed();
  }

  #runAfter(promise: Promise<unknown>, record: number): void {
    this.suspended++;
    promise.then(
      () => this.#resume(() => this.run(record, false)),
      (thrown) => this.#resume(() => this.#fail(record, "task", thrown, false)),
    );
  }

  /** `sources`: the chunks that the result may be a view of. */
  #finish(
    record: number,
    name: string,
    result: unknown,
    sources: readonly number[],
    keeps: boolean,
  ): void {
    const { table, values, shelf } = this.#context;
    if (typeof result === "number") {
      table.leaveNumber(result);
      table.core.finish(table.slot, record, TAG.number, +keeps);
      return;
    }
    try {
      const label = typeof result === "object" ? shelf.put(name) : 0;
      const tag = values.encode(result, label, sources);
      table.leaveWord(values.word);
      if (table.core.finish(table.slot, record, tag, +keeps) === 0) this.#discard(tag, values.word);
    } catch (thrown) {
      this.#fail(record, name, thrown, keeps);
    }
  }

  #fail(record: number, name: string, thrown: unknown, keeps: boolean): void {
    const id = idOf(this.#context.worker, this.#context.table, record);
    this.#finishFailed(record, { thrown, path: [{ id, name }] }, keeps);
  }

  /** An argument failed: so does this task, with the same cause. */
  #passOn(record: number, chunk: number, keeps: boolean): void {
    const { payloads, table, worker } = this.#context;
    const failure = payloads.read(chunk) as Failure;
    const id = idOf(worker, table, record);
    this.#finishFailed(record, extendFailure(failure, { id, name: this.#nameOf(record) }), keeps);
  }

  #nameOf(record: number): string {
    const { table, functions, values } = this.#context;
    try {
      const hidden = table.byte(record, RECORD.hidden);
      const own = hidden & HIDDEN.function;
      if (hidden & HIDDEN.extras) {
        const extras = values.read(table.slotWord(record, own ? 1 : 0), true) as TaskExtras;
        if (extras.name !== undefined) return extras.name;
      }
      const fn = own ? table.slotWord(record, 0) : table.word(record, RECORD.fn);
      return functions.get(fn).fn.name;
    } catch {
      return "task"; // its function cannot be built here; the path names it by its id
    }
  }

  #finishFailed(record: number, failure: Failure, keeps: boolean): void {
    const { table, payloads, shelf } = this.#context;
    const chunk = payloads.writeFailure(failure, shelf.put("errors"));
    table.leaveWord(chunk);
    if (table.core.finish(table.slot, record, TAG.error, +keeps) === 0) {
      this.#discard(TAG.error, chunk);
    }
  }

  /** A result that came too late. */
  #discard(tag: number, word: number): void {
    if (tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk) {
      this.#context.heap.release(word);
    }
  }
}

/** The frame of one synchronous call after the other. */
class CallFrame implements Frame {
  options: ScopedOptions | undefined;
  readonly #parts: Context;
  #record = 0;
  #name = "";

  constructor(parts: Context) {
    this.#context = parts;
  }

  set(record: number, name: string, options: ScopedOptions | undefined): void {
    this.#record = record;
    this.#name = name;
    this.options = options;
  }

  get task(): RunningTask {
    return taskOf(this.#context, this.#record, this.#name);
  }
}

function taskOf({ table, worker }: Context, record: number, name: string): RunningTask {
  const serial = table.word(record, RECORD.serial);
  return {
    id: idOf(worker, table, record),
    name,
    isCancelled: () =>
      table.word(record, RECORD.serial) !== serial ||
      table.word(record, RECORD.status) !== STATUS.running,
  };
}

function idOf(worker: number, table: TaskTable, record: number): string {
  return `${worker}.${table.byte(record, RECORD.home)}.${table.word(record, RECORD.serial) >>> 0}`;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/** Calls with few arguments need no array spread. */
function apply(fn: AnyFunction, args: unknown[]): unknown {
  const call = fn as (...values: unknown[]) => unknown;
  switch (args.length) {
    case 0:
      return call();
    case 1:
      return call(args[0]);
    case 2:
      return call(args[0], args[1]);
    case 3:
      return call(args[0], args[1], args[2]);
    default:
      return call(...args);
  }
}
