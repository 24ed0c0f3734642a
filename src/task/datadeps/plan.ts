/**
 * What the tasks of a region are given and which come before which. Data stays where it is: a task runs on the worker
 * that has what it writes, and gets a copy of what it reads from elsewhere, one for each state of that data, however
 * many tasks read it. What a task writes on several workers moves to the one that has most of it, and stays there until
 * a task writes it together with data of another, or the region ends: then it goes home.
 */

import type { AnyFunction } from "../../closure/codec.ts";
import type { Context } from "../../runtime/context.ts";
import { TAG } from "../../sched/layout.ts";
import { SchedulingError } from "../../wire/errors.ts";
import { ChunkHandle } from "../chunk.ts";
import { ForeignTask } from "../foreign.ts";
import { scope } from "../scope.ts";
import { assignTo, copyOf } from "../spawn.ts";
import { type InternalOptions, type Postponed, prepare } from "../submit.ts";
import { type Task, TaskHandle } from "../task.ts";
import type { Use } from "./accesses.ts";
import { AccessOrder, type Bytes } from "./order.ts";
import { type Part, spansOf } from "./parts.ts";

/** An argument of a recorded task. */
export interface Argument {
  /** What stands for it in the call. */
  readonly value: unknown;
  /** The part that the function gets. */
  readonly view: Part | undefined;
  readonly uses: readonly Use[];
}

export interface Launch {
  readonly task: Postponed;
  readonly args: readonly unknown[];
  readonly before: readonly Task<unknown>[];
}

/** Data that several tasks may use. */
interface Memory {
  /** Equal for the same data. */
  readonly key: unknown;
  /** Its chunk, where it is there already. */
  readonly chunk: number | undefined;
  /** The worker that has it, where tasks must come to it. */
  readonly home: number | undefined;
  /** What stands for it in calls on that worker. */
  readonly value: unknown;
}

interface Moved {
  readonly origin: Memory;
  /** Where it is. */
  readonly memory: Memory;
}

const writes = ({ uses }: Argument): boolean => uses.some((use) => use.writes);

export class Planner {
  /** In the order of the program; copies before the first task that needs them. */
  readonly launches: Launch[] = [];
  readonly #context: Context;
  readonly #isOwn: (task: TaskHandle<unknown>) => boolean;
  readonly #order = new AccessOrder<TaskHandle<unknown>>();
  /** Copies of data as it is at this point of the program. */
  readonly #copies = new Map<unknown, TaskHandle<unknown>>();
  /** Data that is not where the program has it, by its key. */
  readonly #moved = new Map<unknown, Moved>();

  /** `isOwn`: a task is of the region; of all others the result is there. */
  constructor(context: Context, isOwn: (task: TaskHandle<unknown>) => boolean) {
    this.#context = context;
    this.#isOwn = isOwn;
  }

  /** Adds the next task of the program. @throws BodkinError where it cannot be run */
  add(task: Postponed, args: readonly Argument[], after: readonly Task<unknown>[]): void {
    const known = args.map((arg) => ({ ...arg, memory: this.#memoryOf(arg.value) }));
    const worker = this.#workerFor(known);
    for (const arg of known) {
      if (writes(arg)) this.#bringTo(worker as number, arg.value, task);
    }
    const before = new Set<Task<unknown>>(after);
    const given = args.map((arg) => {
      const memory = this.#memoryOf(arg.value);
      if (!memory) return arg.value;
      if (memory.home !== undefined && memory.home !== worker) return this.#copyOf(memory);
      for (const { part, writes: isWritten } of arg.uses) {
        const bytes = this.#bytesOf(memory, part ?? arg.view);
        for (const other of this.#order.add(memory.key, task.handle, bytes, isWritten)) {
          before.add(other);
        }
      }
      return memory.value;
    });
    for (const arg of known) if (arg.memory && writes(arg)) this.#copies.delete(arg.memory.key);
    this.launches.push({ task, args: given, before: [...before] });
  }

  /** The region ends: brings home what moved. Gives the tasks that do. */
  end(): TaskHandle<unknown>[] {
    return [...this.#moved.values()].map((moved) => this.#bringHome(moved));
  }

  /** The worker that has most of what a task writes; else of what it reads. */
  #workerFor(
    known: readonly (Argument & { readonly memory: Memory | undefined })[],
  ): number | undefined {
    const bytes = new Map<number, number>();
    const written = known.filter((arg) => arg.memory?.home !== undefined && writes(arg));
    for (const { memory } of written.length > 0 ? written : known) {
      if (memory?.home === undefined) continue;
      const own = memory.chunk === undefined ? 0 : this.#context.heap.bytesOf(memory.chunk);
      // Without writing the first that it reads decides, so that what tasks share is copied once.
      if (written.length === 0) return memory.home;
      bytes.set(memory.home, (bytes.get(memory.home) ?? 0) + own);
    }
    const most = Math.max(...bytes.values());
    return [...bytes].find(([, own]) => own === most)?.[0];
  }

  #memoryOf(value: unknown): Memory | undefined {
    const memory = this.#originOf(value);
    return memory && (this.#moved.get(memory.key)?.memory ?? memory);
  }

  /** Data where the program has it. */
  #originOf(value: unknown): Memory | undefined {
    if (value instanceof ChunkHandle) {
      return value.task
        ? { key: value.task, chunk: undefined, home: undefined, value }
        : this.#chunk(value.index, value);
    }
    if (value instanceof TaskHandle && !this.#isOwn(value)) {
      const { outcome } = value;
      return outcome?.tag === TAG.chunk ? this.#chunk(outcome.word, value) : undefined;
    }
    return value instanceof TaskHandle || value instanceof ForeignTask
      ? { key: value, chunk: undefined, home: undefined, value }
      : undefined;
  }

  #chunk(chunk: number, value: unknown): Memory {
    const { heap, worker } = this.#context;
    const isPinned = heap.get(chunk, "pinned") === 1 || heap.kindOf(chunk) === "object";
    const home = isPinned ? heap.get(chunk, "worker") || worker : undefined;
    return { key: chunk, chunk, home, value };
  }

  #bytesOf({ chunk }: Memory, part: Part | undefined): Bytes {
    const { heap } = this.#context;
    const kind = chunk === undefined ? undefined : heap.kindOf(chunk);
    if (!part || chunk === undefined || (kind !== "array" && kind !== "typed")) return "all";
    const size = heap.elementSizeOf(chunk);
    const shape = kind === "array" ? heap.shapeOf(chunk) : [heap.bytesOf(chunk) / size];
    return spansOf(part, { shape, size });
  }

  /** A copy of the present state of data, made where the data is. */
  #copyOf({ key, home, value }: Memory): TaskHandle<unknown> {
    let copy = this.#copies.get(key);
    if (!copy) {
      copy = this.#launch(copyOf, home as number, [value], key, false);
      this.#copies.set(key, copy);
    }
    return copy;
  }

  /** Moves data to a worker that is about to write it, unless it has it. */
  #bringTo(worker: number, value: unknown, { handle }: Postponed): void {
    const memory = this.#memoryOf(value);
    if (memory?.home === undefined || memory.home === worker) return;
    const moved = this.#moved.get(memory.key);
    const origin = moved?.origin ?? memory;
    const { heap } = this.#context;
    const kind = heap.kindOf(origin.chunk as number);
    if (kind !== "array" && kind !== "typed") {
      throw apart(handle.name, worker, memory.home as number);
    }
    if (moved) this.#bringHome(moved);
    if (origin.home === worker) return;
    const copy = this.#copyOf(origin);
    const there = this.#launch(copyOf, worker, [copy], memory.key, false, { pin: true });
    const own = { ...origin, home: worker, value: there };
    this.#moved.set(memory.key, { origin, memory: own });
  }

  #bringHome({ origin, memory }: Moved): TaskHandle<unknown> {
    const copy = this.#copyOf(memory);
    const back = this.#launch(
      assignTo,
      origin.home as number,
      [origin.value, copy],
      origin.key,
      true,
    );
    this.#moved.delete(origin.key);
    return back;
  }

  /** A task of the region's own, which reads or writes all of some data. */
  #launch(
    fn: (...args: never[]) => unknown,
    worker: number,
    args: readonly unknown[],
    key: unknown,
    isWriting: boolean,
    internal?: InternalOptions,
  ): TaskHandle<unknown> {
    const options = { scope: scope({ worker }) };
    const task = prepare(fn as AnyFunction, options, new DisposableStack(), internal);
    const before = this.#order.add(key, task.handle, "all", isWriting);
    this.launches.push({ task, args, before });
    return task.handle;
  }
}

const apart = (name: string, worker: number, other: number): SchedulingError =>
  new SchedulingError(
    `task '${name}' writes data pinned to worker ${worker} and data pinned to worker ${other}, which is no array and cannot move; make both on one worker, as in mutable(make, { worker: ${worker} })`,
  );
