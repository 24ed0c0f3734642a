/** Blocks whose tasks are submitted later, as if that had been done by the call that asked for them. */

import type { DType } from "../../memory/dtype.ts";
import { findContext } from "../../runtime/context.ts";
import { currentFrame, isSynchronous, withFrame } from "../../runtime/frame.ts";
import { isCollecting } from "../../task/collect.ts";
import { here } from "../../task/data.ts";
import { scopedOptions } from "../../task/options.ts";
import { type PostponedCall, postpone } from "../../task/postponed.ts";
import { isQueueing, outside } from "../../task/queues.ts";
import { recorder } from "../../task/recorder.ts";
import type { Scope } from "../../task/scope.ts";
import type { Task } from "../../task/task.ts";
import { BodkinError } from "../../wire/errors.ts";
import type { BlockGrid } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";
import { type Blocked, blocked } from "./blocked.ts";
import type { Making } from "./making.ts";

/**
 * Whether nobody notices that tasks are submitted later: the order of calls has no meaning here, and the thread comes
 * to it. (A plain function on a compute thread keeps the thread until it has returned, and perhaps longer.)
 */
export const mayPostpone = (): boolean =>
  !isSynchronous() && !isQueueing() && !isCollecting() && recorder() === undefined;

/** Where a call was made: under which options, by which task. */
export class CallSite {
  readonly #frame = currentFrame();
  readonly #context = here();

  /** Whether tasks of both calls are submitted under the same options by the same task. */
  equals(other: CallSite): boolean {
    const [a, b] = [this.#frame, other.#frame];
    return a?.options === b?.options && a?.task === b?.task && this.#context === other.#context;
  }

  /** Where its tasks may run, if options say so. */
  get scope(): Scope | undefined {
    const { computeScope, scope } = withFrame(this.#frame, scopedOptions) ?? {};
    return computeScope ?? scope;
  }

  get isOpen(): boolean {
    return findContext() === this.#context;
  }

  /** Runs what belongs to the call. @throws BodkinError where the cluster of the call is gone */
  run<T>(body: () => T): T {
    if (!this.isOpen) {
      throw new BodkinError("CLOSED", "the cluster was closed before the tasks were submitted");
    }
    return currentFrame() === this.#frame ? body() : withFrame(this.#frame, () => outside(body));
  }
}

export abstract class DeferredBlocks<D extends DType> implements Blocked<D>, PostponedCall {
  readonly dtype: D;
  readonly grid: BlockGrid;
  readonly site: CallSite = new CallSite();
  #chunks: Blocked<D>["chunks"] | undefined;
  /** Why there are none. */
  #failure: unknown;
  #making: Making | undefined;

  constructor(dtype: D, grid: BlockGrid) {
    this.dtype = dtype;
    this.grid = grid;
  }

  /** Submits the tasks; called once. */
  protected abstract submit(): readonly Task<NDArray>[];

  /** How they are to be made; asked before that is let go of. */
  protected abstract describe(): Making;

  /** Lets go of what the tasks were to be given. */
  protected abstract release(): void;

  /** There is something to wait for, if that may be. */
  protected get isLater(): boolean {
    return true;
  }

  /** Submits the tasks when the caller gives the thread back, or now where that would be noticed. */
  begin(): this {
    if (this.isLater && mayPostpone()) postpone(this);
    else void this.chunks;
    return this;
  }

  settle(): void {
    try {
      void this.chunks;
    } catch {
      // Whoever asks for the blocks gets it.
    }
  }

  /** How its tasks make the blocks, or would. */
  get making(): Making {
    return this.#making ?? this.describe();
  }

  get isSubmitted(): boolean {
    return this.#chunks !== undefined;
  }

  get chunks(): Blocked<D>["chunks"] {
    this.checkHeld();
    this.#chunks ??= this.#submitted();
    return this.#chunks;
  }

  /** @throws where the blocks cannot be had */
  checkHeld(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #submitted(): Blocked<D>["chunks"] {
    this.#making = this.describe();
    try {
      const tasks = this.site.run(() => this.submit());
      return Object.freeze(blocked(this.dtype, this.grid, tasks).chunks);
    } catch (thrown) {
      this.#failure = thrown;
      throw thrown;
    } finally {
      this.release();
    }
  }

  /** They are not to be made any more. */
  drop(): void {
    this.#making = this.making;
    this.#failure ??= new BodkinError("CLOSED", "this array was disposed of");
    this.release();
  }
}
