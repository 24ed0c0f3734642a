/**
 * What the tasks of a region are given and which come before which. Data stays where it is: a task runs on the worker
 * that has what it writes, and gets a copy of what it reads from elsewhere, one for each state of that data, however
 * many tasks read it.
 */

import type { AnyFunction } from "../../closure/codec.ts";
import type { Context } from "../../runtime/context.ts";
import { TAG } from "../../sched/layout.ts";
import { SchedulingError } from "../../wire/errors.ts";
import { ChunkHandle } from "../chunk.ts";
import { ForeignTask } from "../foreign.ts";
import { scope } from "../scope.ts";
import { copyOf } from "../spawn.ts";
import { type Postponed, prepare } from "../submit.ts";
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
  /** The worker that has it, where it cannot be moved. */
  readonly home: number | undefined;
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

  /** `isOwn`: a task is of the region; of all others the result is there. */
  constructor(context: Context, isOwn: (task: TaskHandle<unknown>) => boolean) {
    this.#context = context;
    this.#isOwn = isOwn;
  }

  /** Adds the next task of the program. @throws BodkinError where it cannot be run */
  add(task: Postponed, args: readonly Argument[], after: readonly Task<unknown>[]): void {
    const known = args.map((arg) => ({ ...arg, memory: this.#memoryOf(arg.value) }));
    const homes = (arg: (typeof known)[number]): number[] =>
      arg.memory?.home === undefined ? [] : [arg.memory.home];
    const worker = [...known.filter(writes).flatMap(homes), ...known.flatMap(homes)][0];
    const before = new Set<Task<unknown>>(after);
    const given = known.map((arg) => {
      const { memory, value } = arg;
      if (!memory) return value;
      if (memory.home !== undefined && memory.home !== worker) {
        if (writes(arg)) throw apart(task.handle.name, worker as number, memory.home);
        return this.#copyOf(memory, value);
      }
      for (const { part, writes: isWritten } of arg.uses) {
        const bytes = this.#bytesOf(memory, part ?? arg.view);
        for (const other of this.#order.add(memory.key, task.handle, bytes, isWritten)) {
          before.add(other);
        }
      }
      return value;
    });
    for (const arg of known) if (arg.memory && writes(arg)) this.#copies.delete(arg.memory.key);
    this.launches.push({ task, args: given, before: [...before] });
  }

  #memoryOf(value: unknown): Memory | undefined {
    if (value instanceof ChunkHandle) {
      return value.task
        ? { key: value.task, chunk: undefined, home: undefined }
        : this.#chunk(value.index);
    }
    if (value instanceof TaskHandle && !this.#isOwn(value)) {
      const { outcome } = value;
      return outcome?.tag === TAG.chunk ? this.#chunk(outcome.word) : undefined;
    }
    return value instanceof TaskHandle || value instanceof ForeignTask
      ? { key: value, chunk: undefined, home: undefined }
      : undefined;
  }

  #chunk(chunk: number): Memory {
    const { heap, worker } = this.#context;
    const isPinned = heap.get(chunk, "pinned") === 1 || heap.kindOf(chunk) === "object";
    return { key: chunk, chunk, home: isPinned ? heap.get(chunk, "worker") || worker : undefined };
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
  #copyOf({ key, home }: Memory, source: unknown): TaskHandle<unknown> {
    let copy = this.#copies.get(key);
    if (!copy) {
      const options = { scope: scope({ worker: home as number }) };
      const task = prepare(copyOf as AnyFunction, options, new DisposableStack());
      copy = task.handle;
      const before = this.#order.add(key, copy, "all", false);
      this.launches.push({ task, args: [source], before });
      this.#copies.set(key, copy);
    }
    return copy;
  }
}

const apart = (name: string, worker: number, other: number): SchedulingError =>
  new SchedulingError(
    `task '${name}' writes data pinned to worker ${worker} and data pinned to worker ${other}; make both on one worker, as in mutable(make, { worker: ${worker} })`,
  );
