/**
 * Chunks in the hands of users: data with a place. A chunk that a task is still making names that task; as an
 * argument it is a dependency like the task itself.
 */

import { currentMembers } from "../cluster/members.ts";
import { printAsString } from "../platform/inspect.ts";
import type { Context } from "../runtime/context.ts";
import { SHARED_SLOT } from "../runtime/live-objects.ts";
import { TAG } from "../sched/layout.ts";
import type { ScopeBoxes } from "../sched/scope.ts";
import { BodkinError } from "../wire/errors.ts";
import { type Processor, type Scope, scopeOf } from "./scope.ts";
import { checkWaiting, type FetchOptions, readChunk, type TaskHandle } from "./task.ts";

/** Data that stays where it is: its tasks come to it. */
export interface Chunk<out T> {
  /** What the data is: the shape of an array, undefined for other values. */
  readonly domain: readonly number[] | undefined;
  /** Where the data is; undefined until it is known. */
  readonly processor: Processor | undefined;
  /** Where tasks that use it may run; undefined: anywhere. */
  readonly scope: Scope | undefined;
  /** Bytes of the data; undefined until they are known. */
  readonly size: number | undefined;
  /** The value; arrays are your own copy. @throws TaskFailedError where making it failed */
  fetch(options?: FetchOptions): Promise<T>;
  /** Gives the data up; the chunk cannot be used any more. Otherwise that happens when it is collected. */
  dispose(): void;
}

export class ChunkHandle<T> implements Chunk<T>, Disposable {
  readonly context: Context;
  /** Where users of it must run; undefined where it may be copied. */
  readonly boxes: ScopeBoxes | undefined;
  /** The task that makes it, until it is known to be done. */
  #task: TaskHandle<unknown> | undefined;
  #index = 0;
  /** Where the reference is noted. */
  #place = 0;
  #isDisposed = false;

  /** Spawns the task that makes it, when it is needed first. */
  #make: (() => TaskHandle<unknown>) | undefined;

  /** Stands for what a task makes, or will make when it is needed; or takes over a reference to a chunk. */
  constructor(
    context: Context,
    source: TaskHandle<unknown> | (() => TaskHandle<unknown>) | number,
    boxes?: ScopeBoxes,
  ) {
    this.context = context;
    this.boxes = boxes;
    if (typeof source === "number") {
      this.#index = source;
      this.#place = context.holdings.hold(this, source);
    } else if (typeof source === "function") this.#make = source;
    else this.#task = source;
  }

  /** The task to wait for, while there is one. */
  get task(): TaskHandle<unknown> | undefined {
    this.#checkHeld();
    if (this.#make) {
      this.#task = this.#make();
      this.#make = undefined;
    }
    const outcome = this.#task?.outcome;
    if (outcome?.tag === TAG.chunk) {
      this.context.heap.retain(outcome.word);
      this.#index = outcome.word;
      this.#place = this.context.holdings.hold(this, outcome.word);
      this.#task?.dispose(); // the reference is ours now
      this.#task = undefined;
    }
    return this.#task;
  }

  /** The entry of the chunk, when no task makes it any more. */
  get index(): number {
    this.#checkHeld();
    return this.#index;
  }

  #checkHeld(): void {
    if (this.#isDisposed) throw new BodkinError("CLOSED", "this chunk was disposed of");
  }

  /** The entry, if it is known; asking makes nothing. */
  get #known(): number {
    if (this.#make) {
      this.#checkHeld();
      return 0;
    }
    return this.task ? 0 : this.index;
  }

  get domain(): readonly number[] | undefined {
    const index = this.#known;
    const { heap } = this.context;
    if (index === 0) return undefined;
    const kind = heap.kindOf(index);
    if (kind === "array") return heap.shapeOf(index);
    if (kind !== "typed") return undefined;
    return [heap.bytesOf(index) / heap.elementSizeOf(index)];
  }

  get processor(): Processor | undefined {
    const index = this.#known;
    if (index === 0) return undefined;
    const { heap, worker } = this.context;
    const home = heap.get(index, "worker") || worker;
    if (heap.isOnDevice(index)) {
      const own = currentMembers().find((member) => member.worker === worker);
      return { kind: "gpu", worker, device: heap.get(index, "device") - (own?.threads ?? 0) };
    }
    const slot = heap.get(index, "slot");
    return { kind: "thread", worker: home, thread: slot === SHARED_SLOT ? 1 : Math.max(1, slot) };
  }

  get scope(): Scope | undefined {
    return this.boxes && scopeOf(this.boxes);
  }

  get size(): number | undefined {
    const index = this.#known;
    return index === 0 ? undefined : this.context.heap.bytesOf(index);
  }

  async fetch(options: FetchOptions = {}): Promise<T> {
    checkWaiting(options);
    await this.task?.wait(options);
    const { task } = this;
    if (task) return (await task.fetch(options)) as T; // it failed
    if (this.#isElsewhere) return (await takeCopy(this).fetch(options)) as T;
    return (await readChunk(this.context, this.index, options.copy !== false)) as T;
  }

  /** The value cannot be read here, nor moved here: it is pinned to another thread or worker. */
  get #isElsewhere(): boolean {
    const { heap, seat } = this.context;
    if (heap.kindOf(this.index) === "object") {
      const slot = heap.get(this.index, "slot");
      return heap.get(this.index, "worker") !== 0 || (slot !== seat.slot && slot !== SHARED_SLOT);
    }
    return heap.get(this.index, "pinned") === 1 && heap.get(this.index, "worker") !== 0;
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#make = undefined;
    this.#task?.dispose();
    if (this.#index === 0) return;
    this.context.release(this.context.holdings.letGo(this.#place));
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    if (this.#isDisposed) return "Chunk(disposed)";
    const { task } = this;
    if (task) return `Chunk(of ${task})`;
    const { domain, size, processor } = this;
    const isObject = this.context.heap.kindOf(this.index) === "object";
    const what = isObject
      ? "an object"
      : domain
        ? `${domain.join("×")}, ${size} bytes`
        : `${size} bytes`;
    const thread = isObject ? `thread ${processor?.thread} of ` : "";
    const device = processor?.kind === "gpu" ? `GPU ${processor.device} of ` : "";
    return `Chunk(${what} on ${thread}${device}worker ${processor?.worker})`;
  }
}

printAsString(ChunkHandle);

let takeCopy: (chunk: ChunkHandle<unknown>) => TaskHandle<unknown>;

/** Sets how a copy of a pinned value is made where it is. @internal */
export function setCopyTaker(how: typeof takeCopy): void {
  takeCopy = how;
}
