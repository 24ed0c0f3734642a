/**
 * What becomes of tasks that are spawned while a function runs. In a sequence each waits for the one before; a batch
 * is a step of the sequence around it, and its tasks run beside one another; a bulk is a batch of which nothing is
 * launched before its function has ended. They nest in any way.
 */

import { invalidArgument } from "../wire/errors.ts";
import { submitPostponed } from "./postponed.ts";
import type { TaskHandle } from "./task.ts";

type Tasks = readonly TaskHandle<unknown>[];
type Kind = "sequence" | "batch" | "bulk";

/** A call of `spawn` whose task is launched later. */
export interface HeldCall {
  launch(): void;
  /** It is never launched. */
  drop(): void;
}

/** More tasks than these are waited for by one task that the others wait for. */
const MOST_EDGES = 4;

let current: Queue | undefined;

/** Whether what is spawned now takes its turn in a queue. */
export const isQueueing = (): boolean => current !== undefined;

let join: (tasks: Tasks, hold: Turn["hold"]) => TaskHandle<unknown>;

/** Sets how a task is made that ends when others have. @internal */
export function setJoin(how: typeof join): void {
  join = how;
}

class Queue implements Disposable {
  readonly kind: Kind;
  readonly parent: Queue | undefined;
  /** Of the outermost bulk: what it holds. */
  readonly held: HeldCall[] = [];
  /** What the first tasks wait for. */
  readonly #before: Tasks;
  /** What comes after this queue waits for these: of a sequence the last one, of a batch all. */
  #last: TaskHandle<unknown>[] = [];

  constructor(kind: Kind) {
    this.kind = kind;
    this.parent = current;
    this.#before = current?.before() ?? [];
    current = this;
  }

  /** What a task spawned now waits for. */
  before(): Tasks {
    if (this.kind !== "sequence" || this.#last.length === 0) return this.#before;
    if (this.#last.length > MOST_EDGES) this.#last = [this.#joined()];
    return this.#last;
  }

  add(tasks: Tasks): void {
    if (this.kind === "sequence") this.#last = [...tasks];
    else this.#last.push(...tasks);
  }

  /** A task that ends when those of the last step have; launched when they are. */
  #joined(): TaskHandle<unknown> {
    const tasks = this.#last;
    const { holder } = this;
    return join(tasks, holder && ((call) => holder.held.push(call)));
  }

  /** The bulk that holds what is spawned here. */
  get holder(): Queue | undefined {
    return this.parent?.holder ?? (this.kind === "bulk" ? this : undefined);
  }

  [Symbol.dispose](): void {
    current = this.parent;
    if (this.#last.length > 0) this.parent?.add(this.#last);
  }
}

/** Spawns that belong to no queue. */
export function outside<T>(body: () => T): T {
  const queue = current;
  current = undefined;
  try {
    return body();
  } finally {
    current = queue;
  }
}

/** How a call of `spawn` goes on. */
export interface Turn {
  /** Tasks that must be done before. */
  readonly before: Tasks;
  /** Keeps the call for later; absent: it is launched now. */
  readonly hold: ((call: HeldCall) => void) | undefined;
}

/** Takes a new task into the queues it is spawned in; undefined where there are none. */
export function takeTurn(handle: TaskHandle<unknown>): Turn | undefined {
  if (!current) return undefined;
  const before = current.before();
  const { holder } = current;
  current.add([handle]);
  return { before, hold: holder && ((call) => holder.held.push(call)) };
}

/** What is spawned until the batch is disposed of is one step of the sequence around it. */
export const batch = (): Disposable => new Queue("batch");

/**
 * Runs a function; each task spawned in it waits for the one before, and a `spawnBulk` in it is one step. Gives what
 * the function gives, and does not wait for the tasks.
 */
export function spawnSequential<T>(body: () => T): T {
  checkBody(body, "spawnSequential");
  submitPostponed();
  using _queue = new Queue("sequence");
  return body();
}

/**
 * Runs a function and launches what was spawned in it when it has ended; when it throws, nothing is launched. The
 * tasks run beside one another, but for what they get of each other. Gives what the function gives.
 */
export function spawnBulk<T>(body: () => T): T {
  checkBody(body, "spawnBulk");
  submitPostponed();
  const bulk = new Queue("bulk");
  const { held } = bulk;
  try {
    const result = body();
    bulk[Symbol.dispose]();
    outside(() => {
      for (let call = held.shift(); call; call = held.shift()) call.launch();
    });
    return result;
  } catch (error) {
    if (current === bulk) bulk[Symbol.dispose]();
    for (const call of held) call.drop();
    throw error;
  }
}

function checkBody(body: unknown, name: string): void {
  if (typeof body !== "function") {
    throw invalidArgument(`${name} takes a function that spawns tasks: ${name}(() => { … })`);
  }
  if (Object.prototype.toString.call(body) === "[object AsyncFunction]") {
    throw invalidArgument(
      `the function given to ${name} must not be async: what it spawns after an await would be outside of the queue`,
    );
  }
}
