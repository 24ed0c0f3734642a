/**
 * Regions whose tasks are ordered by what they do with their data. The region's function only records; when it has
 * ended its tasks are launched. Arrays of the program that they write are put into the heap for the region, and
 * written back at its end.
 */

import type { AnyFunction } from "../../closure/codec.ts";
import type { Context } from "../../runtime/context.ts";
import { assignArray, isArrayValue } from "../../runtime/values.ts";
import { TAG } from "../../sched/layout.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { ChunkHandle } from "../chunk.ts";
import { here } from "../data.ts";
import { isTask } from "../foreign.ts";
import { mergeOptions, type TaskOptions } from "../options.ts";
import { type Recorder, recording } from "../recorder.ts";
import { boxesOf, scope } from "../scope.ts";
import { keepArgument, type Postponed, prepare } from "../submit.ts";
import type { TaskHandle } from "../task.ts";
import { accessOf } from "./accesses.ts";
import { ChunkView, callWithParts } from "./chunk-view.ts";
import { type Argument, Planner } from "./plan.ts";

/**
 * Runs a function that spawns tasks, and waits for them. What they do with their arguments (`In`, `Out`, `InOut`;
 * without: they read) orders them; tasks that do not meet run side by side. Gives what the function gives.
 * @throws TaskFailedError of the first task that failed, in the order of the program
 */
export async function spawnDatadeps<T>(body: () => T): Promise<T> {
  if (typeof body !== "function") {
    throw invalidArgument(
      "spawnDatadeps takes a function that spawns tasks: spawnDatadeps(() => { … })",
    );
  }
  if (Object.prototype.toString.call(body) === "[object AsyncFunction]") {
    throw invalidArgument(
      "the function given to spawnDatadeps must not be async: nothing in it can be waited for",
    );
  }
  const region = new Region(here());
  try {
    const result = recording(region, body);
    await region.launch();
    await region.end();
    return result;
  } finally {
    region[Symbol.dispose]();
  }
}

interface RecordedCall {
  readonly task: Postponed;
  readonly args: readonly Argument[];
  readonly options: TaskOptions | undefined;
}

class Region implements Recorder, Disposable {
  readonly #context: Context;
  readonly #calls: RecordedCall[] = [];
  readonly #tasks = new Set<unknown>();
  /** Arrays of the program that tasks write, and the chunks that stand for them. */
  readonly #borrowed = new Map<object, ChunkHandle<unknown>>();
  /** What is needed until the tasks have been launched. */
  readonly #kept = new DisposableStack();
  readonly #planner: Planner;
  /** Tasks that bring data home at the end. */
  #returns: readonly TaskHandle<unknown>[] = [];
  #isLaunched = false;

  constructor(context: Context) {
    this.#context = context;
    this.#planner = new Planner(context, (task) => this.#tasks.has(task));
  }

  record(
    fn: AnyFunction,
    given: readonly unknown[],
    options: TaskOptions | undefined,
  ): TaskHandle<unknown> {
    const args = given.map(accessOf).map(({ value, uses }): Argument => {
      const isView = value instanceof ChunkView;
      return {
        value: this.#keep(isView ? value.whole : value),
        view: isView ? value.part : undefined,
        uses,
      };
    });
    const views = args.map(({ view }) => view);
    const hasViews = views.some((view) => view !== undefined);
    // A function of views comes as an argument of one that takes them.
    const front = hasViews ? [this.#plain(fn), this.#plain(views)] : [];
    const own = hasViews ? (callWithParts as AnyFunction) : fn;
    const named = hasViews ? mergeOptions({ name: fn.name }, options ?? {}) : options;
    const task = prepare(own, named, new DisposableStack());
    this.#calls.push({ task, args: [...front, ...args], options });
    this.#tasks.add(task.handle);
    return task.handle;
  }

  /** An argument that is no data of the program. */
  #plain(value: unknown): Argument {
    return { value: this.#keep(value), view: undefined, uses: [] };
  }

  /** An argument as it is now; arrays of the program are looked at when the region has been recorded. */
  #keep(value: unknown): unknown {
    if (typeof value === "object" && value !== null && "chunks" in value && "grid" in value) {
      throw invalidArgument(
        "a distributed array cannot be an argument in spawnDatadeps; pass its blocks, such as In(array.chunks[0])",
      );
    }
    return isArrayValue(value) ? value : keepArgument(this.#context, value, this.#kept);
  }

  /** Plans all, then launches all: what cannot be run is found before anything runs. */
  async launch(): Promise<void> {
    const values = this.#calls.flatMap(({ args }) => args.map(({ value }) => value));
    // Data that is being made: it must be known which data is the same.
    for (const value of values) {
      if (value instanceof ChunkHandle) await value.task?.wait();
      else if (isTask(value) && !this.#tasks.has(value)) await value.wait();
    }
    for (const { args } of this.#calls) for (const arg of args) this.#borrow(arg);
    const planner = this.#planner;
    for (const { task, args, options } of this.#calls) {
      const own = args.map((arg) => ({ ...arg, value: this.#standIn(arg.value) }));
      planner.add(task, own, options?.syncdeps ?? []);
    }
    this.#returns = planner.end();
    this.#isLaunched = true;
    for (const { task, args, before } of planner.launches) task.launch(args, before);
  }

  #standIn(value: unknown): unknown {
    return this.#borrowed.get(value as object) ?? value;
  }

  /** Gives an array of the program that is written a place in the heap. */
  #borrow({ value, uses }: Argument): void {
    if (!isArrayValue(value) || this.#borrowed.has(value) || !uses.some((use) => use.writes))
      return;
    const { values, worker } = this.#context;
    const chunk = values.toPinned(value, 0);
    const boxes = boxesOf(scope({ worker, threads: "all" }));
    this.#borrowed.set(
      value,
      this.#kept.use(new ChunkHandle<unknown>(this.#context, chunk, boxes)),
    );
  }

  /** Waits for the tasks and gives the program its arrays back. @throws TaskFailedError */
  async end(): Promise<void> {
    const calls = this.#calls.map(({ task }) => task.handle);
    const all = [...calls, ...this.#returns];
    for (const task of all) await task.wait();
    for (const [array, chunk] of this.#borrowed)
      assignArray(array, (await chunk.fetch()) as object);
    await all.find(({ outcome }) => outcome?.tag === TAG.error)?.fetch();
  }

  [Symbol.dispose](): void {
    if (!this.#isLaunched) {
      for (const { task } of [...this.#calls, ...this.#planner.launches]) task.drop();
    }
    this.#kept.dispose();
  }
}
