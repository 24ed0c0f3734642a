/**
 * The handle of a task. It settles once, when its home takes the result out of the record; then it owns the
 * result and needs the scheduler no more.
 */

import { pendingOf } from "../closure/pending.ts";
import type { RecordName } from "../cluster/node.ts";
import { printAsString } from "../platform/inspect.ts";
import type { Context } from "../runtime/context.ts";
import type { Failure } from "../runtime/failure.ts";
import type { Settler, Ticket } from "../runtime/home.ts";
import { PinnedMemory } from "../runtime/pinned.ts";
import { packId, taskId } from "../runtime/task-id.ts";
import { RECORD, STATUS, TAG } from "../sched/layout.ts";
import type { ScopeBoxes } from "../sched/scope.ts";
import type { Tag } from "../sched/task-table.ts";
import { BodkinError, invalidArgument, TaskFailedError } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { cancelRun, forceRun } from "./cancel.ts";
import { isHeard, tellDone } from "./channels.ts";

export interface FetchOptions {
  /** Stops waiting; the task goes on. */
  readonly signal?: AbortSignal | undefined;
  /** False gives arrays as views of the heap, valid until `dispose()` of the view. */
  readonly copy?: boolean | undefined;
}

export interface CancelOptions {
  /** Ends the thread that runs the task, if its function does not return by itself. */
  readonly force?: boolean | undefined;
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
   * interrupted, unless `force`, now or in a later call; it may ask with `throwIfCancelled()`. What the task
   * spawned and is not done is cancelled with it.
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
  /** Where users of the result must run; undefined: anywhere. */
  boxes: ScopeBoxes | undefined;
  /** It is launched when the function of a `spawnBulk` or `spawnDatadeps` has ended. */
  isHeld = false;
  /** The unfinished tasks of the task that spawned this one, and it among them. */
  siblings: Set<TaskHandle<unknown>> | undefined;
  readonly #foreignId: string | undefined;
  #serial = 0;
  /** Where the reference of the outcome is noted. */
  #place = 0;
  /** Errors cost more than tasks: that of what was disposed of is made when somebody asks. */
  #abandoned: BodkinError | "disposed" | undefined;
  #isDisposed = false;
  /** Readers that go on with the result when its owner has given it up. */
  #keepers = 0;
  #done: PromiseWithResolvers<void> | undefined;
  #onSettled: (() => void) | undefined;
  /** The run that went on when the task was cancelled. */
  #cancelled: RecordName | undefined;

  /** `foreignId`: this handle stands for a task of another thread. */
  constructor(context: Context, name: string, site: string | undefined, foreignId?: string) {
    this.context = context;
    this.name = name;
    this.site = site;
    this.#foreignId = foreignId;
  }

  /** Why there is no result and never will be one. */
  get gone(): BodkinError | undefined {
    if (this.#abandoned === "disposed") {
      this.#abandoned = new BodkinError(
        "CLOSED",
        `the result of task '${this.name}' was disposed of`,
      );
    }
    return this.#abandoned;
  }

  /** Number of the task at its home. */
  get serial(): number {
    return this.#serial;
  }

  /** The id of a task of this thread as a number; 0 for another's. */
  get number(): number {
    const { worker, seat } = this.context;
    return this.#foreignId ? 0 : packId(worker, seat.slot, this.#serial);
  }

  get id(): string {
    return this.#foreignId ?? taskId(this.context.worker, this.context.seat.slot, this.#serial);
  }

  /** The record was submitted. */
  submitted(ticket: Ticket): void {
    this.#serial = ticket.serial;
    if (!this.outcome) this.ticket = ticket;
  }

  settle(tag: Tag, number: number, word: number): void {
    this.outcome = { tag, number, word };
    this.ticket = undefined;
    if (this.#isDisposed && this.#keepers === 0) this.#giveUp();
    else if (ownsReference(tag)) this.#place = this.context.holdings.hold(this, word);
    this.#over();
  }

  #over(): void {
    this.siblings?.delete(this);
    if (isHeard()) tellDone(this, this.#error());
    this.#done?.resolve();
    this.#onSettled?.();
  }

  /** Settles a task that is never submitted. */
  endUnsubmitted(thrown: unknown): void {
    const { home, payloads, shelf } = this.context;
    this.#serial = home.number();
    const failure = this.#failure(thrown);
    this.settle(TAG.error, 0, payloads.writeFailure(failure, shelf.put("errors")));
  }

  #failure(thrown: unknown): Failure {
    return { thrown, path: [{ id: this.id, name: this.name }] };
  }

  abandon(reason: BodkinError): void {
    this.#abandoned = reason;
    this.ticket = undefined;
    this.#over();
  }

  /** Calls back once, when the task is settled. */
  onSettled(callback: () => void): void {
    if (this.outcome || this.#abandoned) callback();
    else this.#onSettled = callback;
  }

  get isReady(): boolean {
    if (this.outcome || this.#abandoned) return true;
    this.context.home.drain();
    return this.outcome !== undefined;
  }

  async wait(options: Pick<FetchOptions, "signal"> = {}): Promise<void> {
    const { signal } = checkWaiting(options);
    signal?.throwIfAborted();
    if (this.outcome || this.#abandoned) return;
    if (this.isHeld) {
      throw invalidArgument(
        `task '${this.name}' is launched when the function given to spawnBulk or spawnDatadeps has ended; wait for it after that`,
      );
    }
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

  /** Waits until the task is done, whatever its owner does meanwhile. @throws TaskFailedError if it failed */
  async done(): Promise<void> {
    using _keeper = this.keep();
    await this.wait();
    if (!this.outcome || this.outcome.tag === TAG.error) await this.fetch();
  }

  async fetch(options: FetchOptions = {}): Promise<T> {
    checkWaiting(options).signal?.throwIfAborted();
    if (!this.outcome) await this.wait(options);
    if (this.#abandoned) throw this.#failed({ thrown: this.gone, path: [] });
    const { tag, number, word } = this.outcome as Outcome;
    if (tag === TAG.error) throw this.#failed((await this.#read(word, true)) as Failure);
    if (tag === TAG.chunk) return (await this.#read(word, options.copy !== false)) as T;
    if (tag === TAG.functionChunk && !this.context.heap.hasData(word))
      await this.context.bring(word);
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

  /** What it failed with, if it did; errors are always here. */
  #error(): TaskFailedError | undefined {
    if (this.#abandoned === "disposed") return undefined;
    if (this.#abandoned) return this.#failed({ thrown: this.#abandoned, path: [] });
    if (this.outcome?.tag !== TAG.error) return undefined;
    return this.#failed(this.context.payloads.read(this.outcome.word) as Failure);
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    if (this.#keepers === 0) this.#letGo();
  }

  /** Until the keeper is disposed of, the result stays here although its owner gives it up. */
  keep(): Disposable {
    this.#keepers++;
    const keeper = new DisposableStack();
    keeper.defer(() => {
      if (--this.#keepers === 0 && this.#isDisposed) this.#letGo();
    });
    return keeper;
  }

  #letGo(): void {
    if (!this.outcome) return;
    if (ownsReference(this.outcome.tag)) this.context.holdings.letGo(this.#place);
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
    this.#abandoned = "disposed";
  }

  cancel(options: CancelOptions = {}): void {
    checkNames(options, ["force", "reason"], "cancel()");
    const { force = false, reason } = options;
    const { context, isReady, ticket } = this;
    if (this.isHeld) this.endUnsubmitted(this.abortError(reason));
    else if (!isReady && ticket) {
      const failure = this.#failure(this.abortError(reason));
      this.#cancelled = cancelRun(context, ticket, this, force, failure);
      context.home.drain();
    } else if (force && this.#cancelled) forceRun(context, this.#cancelled);
  }

  /** What a task that was cancelled fails with. */
  abortError(reason: unknown): DOMException {
    const error = new DOMException(`task '${this.name}' was cancelled`, "AbortError");
    if (reason !== undefined)
      Object.defineProperty(error, "cause", { value: reason, configurable: true });
    return error;
  }

  /** Whether the function has been begun. */
  get isRunning(): boolean {
    if (!this.ticket) return false;
    return this.context.table.word(this.ticket.record, RECORD.status) === STATUS.running;
  }

  toString(): string {
    return `Task(${this.name} ${this.id}: ${this.#state})`;
  }

  get #state(): string {
    if (this.outcome) return this.outcome.tag === TAG.error ? "failed" : "done";
    if (this.#abandoned) return this.#isDisposed ? "disposed" : "lost";
    return this.isRunning ? "running" : "waiting";
  }
}

/** @throws BodkinError for unknown or wrong options */
export function checkWaiting<T extends FetchOptions>(options: T): T {
  checkNames(options, ["signal", "copy"], "waiting for a task");
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw invalidArgument("signal must be an AbortSignal");
  }
  return options;
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
      return values.pin(chunk, pinnedMemory(context, chunk));
    }
    return await retried(() => values.read(chunk, true));
  } finally {
    context.release(chunk);
  }
}

function pinnedMemory(context: Context, chunk: number): PinnedMemory {
  context.heap.retain(chunk);
  try {
    return new PinnedMemory(context, chunk);
  } catch (error) {
    context.release(chunk);
    throw error;
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
