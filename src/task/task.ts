/**
 * The handle of a task. It settles once, when its home takes the result out of the record; then it owns the
 * result and needs the scheduler no more.
 */

import { pendingOf } from "../closure/pending.ts";
import { printAsString } from "../platform/inspect.ts";
import type { Context } from "../runtime/context.ts";
import type { Failure } from "../runtime/failure.ts";
import type { Settler, Ticket } from "../runtime/home.ts";
import { PinnedMemory } from "../runtime/pinned.ts";
import { taskId } from "../runtime/task-id.ts";
import { RECORD, STATUS, TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";
import { BodkinError, TaskFailedError } from "../wire/errors.ts";
import { cancelRun } from "./cancel.ts";
import { releaseByHand, releaseWith } from "./references.ts";

export interface FetchOptions {
  /** Stops waiting; the task goes on. */
  readonly signal?: AbortSignal;
  /** False gives arrays as views of the heap, valid until `dispose()` of the view. */
  readonly copy?: boolean;
}

export interface CancelOptions {
  /** Ends the thread that runs the task, if its function does not return by itself. */
  readonly force?: boolean;
  readonly reason?: unknown;
}

/**
 * A task that was spawned. Not thenable, so that returning one from an async function does not pull its value:
 * ask for it with `fetch()`.
 */
export interface Task<out T> {
  /** Unique in the cluster. */
  readonly id: string;
  readonly name: string;
  /** Whether it is done: with a result, failed or cancelled. */
  readonly isReady: boolean;
  /**
   * The result; arrays are your own copy.
   * @throws TaskFailedError if the task, or one it depends on, failed or was cancelled
   */
  fetch(options?: FetchOptions): Promise<T>;
  /** Waits until the task is done. Never throws the task's error. */
  wait(options?: Pick<FetchOptions, "signal">): Promise<void>;
  /**
   * Makes the task fail with an `AbortError` now, unless it is done. A function that runs already is not
   * interrupted, unless `force`; it may ask with `throwIfCancelled()`.
   */
  cancel(options?: CancelOptions): void;
  /** Gives the result up; tasks that got it as an argument keep it. Otherwise that happens when it is collected. */
  dispose(): void;
}

/** What a settled task holds. */
export interface Outcome {
  readonly tag: Tag;
  readonly number: number;
  /** A chunk that the task owns a reference of, or a function. */
  readonly word: number;
}

export class TaskHandle<T> implements Task<T>, Settler, Disposable {
  readonly context: Context;
  readonly name: string;
  readonly site: string | undefined;
  watched = false;
  /** Where its record is; until it is settled. */
  ticket: Ticket | undefined;
  outcome: Outcome | undefined;
  #serial = 0;
  #abandoned: BodkinError | undefined;
  #isDisposed = false;
  #done: PromiseWithResolvers<void> | undefined;
  #onSettled: (() => void) | undefined;

  constructor(context: Context, name: string, site: string | undefined) {
    this.context = context;
    this.name = name;
    this.site = site;
  }

  /** Why there is no result and never will be one. */
  get gone(): BodkinError | undefined {
    return this.#abandoned;
  }

  /** Number of the task at its home. */
  get serial(): number {
    return this.#serial;
  }

  get id(): string {
    return taskId(this.context.worker, this.context.seat.slot, this.#serial);
  }

  /** The record was submitted. */
  submitted(ticket: Ticket): void {
    this.#serial = ticket.serial;
    if (!this.outcome) this.ticket = ticket;
  }

  settle(tag: Tag, number: number, word: number): void {
    this.outcome = { tag, number, word };
    this.ticket = undefined;
    if (this.#isDisposed) this.#giveUp();
    else if (ownsReference(tag)) releaseWith(this, this.context, word);
    this.#done?.resolve();
    this.#onSettled?.();
  }

  /** Settles a task that is never submitted. */
  failWith(failure: Failure): void {
    const { payloads, shelf } = this.context;
    this.settle(TAG.error, 0, payloads.writeFailure(failure, shelf.put("errors")));
  }

  abandon(reason: BodkinError): void {
    this.#abandoned = reason;
    this.ticket = undefined;
    this.#done?.resolve();
    this.#onSettled?.();
  }

  /** Calls back once, when the task is settled. */
  onSettled(callback: () => void): void {
    this.#onSettled = callback;
  }

  get isReady(): boolean {
    if (this.outcome || this.#abandoned) return true;
    this.context.home.drain();
    return this.outcome !== undefined;
  }

  async wait(options: Pick<FetchOptions, "signal"> = {}): Promise<void> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.outcome || this.#abandoned) return;
    this.#done ??= Promise.withResolvers<void>();
    const { promise } = this.#done;
    if (this.ticket && this.context.home.watch(this.ticket, this)) {
      // Done, but its notice may be on the way still: it wakes us.
      this.context.home.drain();
    }
    if (!signal) return promise;
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await Promise.race([promise, aborted.promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async fetch(options: FetchOptions = {}): Promise<T> {
    if (!this.outcome) await this.wait(options);
    if (this.#abandoned) throw this.#failed({ thrown: this.#abandoned, path: [] });
    const { tag, number, word } = this.outcome as Outcome;
    if (tag === TAG.error) throw this.#failed((await this.#read(word, true)) as Failure);
    if (tag === TAG.chunk) return (await this.#read(word, options.copy !== false)) as T;
    return (await retried(() => this.context.values.decode(tag, number, word, true))) as T;
  }

  async #read(chunk: number, copy: boolean): Promise<unknown> {
    return readChunk(this.context, chunk, copy);
  }

  #failed(failure: Failure): TaskFailedError {
    const own = { id: this.id, name: this.name };
    const path = failure.path.length === 0 ? [own] : [...failure.path.slice(0, -1), own];
    return new TaskFailedError(failure.thrown, path, this.site);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (!this.outcome) return;
    if (ownsReference(this.outcome.tag)) releaseByHand(this, this.context);
    this.#giveUp();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Puts an error in the place of the result. */
  #giveUp(): void {
    const { tag, word } = this.outcome as Outcome;
    if (ownsReference(tag)) this.context.release(word);
    this.outcome = undefined;
    this.#abandoned = new BodkinError(
      "CLOSED",
      `the result of task '${this.name}' was disposed of`,
    );
  }

  cancel({ force = false, reason }: CancelOptions = {}): void {
    if (this.isReady || !this.ticket) return;
    cancelRun(this.context, this.ticket, this, force, this.#abortError(reason));
    this.context.home.drain();
  }

  #abortError(reason: unknown): Failure {
    const thrown = new DOMException(`task '${this.name}' was cancelled`, "AbortError");
    if (reason !== undefined)
      Object.defineProperty(thrown, "cause", { value: reason, configurable: true });
    return { thrown, path: [{ id: this.id, name: this.name }] };
  }

  /** Whether the function has been begun. */
  get isRunning(): boolean {
    if (!this.ticket) return false;
    return this.context.table.word(this.ticket.record, RECORD.status) === STATUS.running;
  }

  toString(): string {
    const { outcome } = this;
    const state = !outcome
      ? this.isRunning
        ? "running"
        : "waiting"
      : outcome.tag === TAG.error
        ? "failed"
        : "done";
    return `Task(${this.name || "anonymous"} ${this.id}: ${state})`;
  }
}

/** Whether a word is a chunk of which the handle has a reference. */
const ownsReference = (tag: Tag): boolean =>
  tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk;

printAsString(TaskHandle);

/** The value of a chunk of which the caller holds a reference; brought here first where it is elsewhere. */
export async function readChunk(context: Context, chunk: number, copy: boolean): Promise<unknown> {
  const { heap, values } = context;
  heap.retain(chunk); // its owner may be collected while we wait
  try {
    if (heap.kindOf(chunk) !== "object" && !heap.hasData(chunk)) await context.bring(chunk);
    const kind = heap.kindOf(chunk);
    if (!copy && (kind === "typed" || kind === "array")) {
      heap.retain(chunk);
      return values.pin(chunk, new PinnedMemory(context, chunk));
    }
    return await retried(() => values.read(chunk, true));
  } finally {
    context.release(chunk);
  }
}

/** Calls again after what a value waits for has come. */
async function retried<T>(make: () => T): Promise<T> {
  for (;;) {
    try {
      return make();
    } catch (thrown) {
      const pending = pendingOf(thrown);
      if (!pending) throw thrown;
      await pending;
    }
  }
}
