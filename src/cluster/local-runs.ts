/** Runs of placed tasks in this process: each has a record of its own, whose end is heard and timed. */

import type { Context } from "../runtime/context.ts";
import { HIDDEN } from "../runtime/extras.ts";
import type { Settler, Ticket } from "../runtime/home.ts";
import { RECORD_SLOTS, STATUS, TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";
import type { Slot } from "./slots.ts";

/** What to run. */
export interface RunSpec {
  /** The chunk of a function that stays, or 0. */
  readonly fn: number;
  readonly hidden: number;
  readonly class: number;
  /** Threads that may run it; undefined: all. */
  readonly threads: readonly number[] | undefined;
  /** Their references pass to the run. */
  readonly slots: readonly Slot[];
}

/** Who hears the end; a reference in the result is the listener's. */
export type OnSettled = (result: Slot, seconds: number) => void;

export class LocalRun implements Settler {
  watched = false;
  /** Set while it runs. */
  ticket: Ticket | undefined;
  readonly #onSettled: OnSettled;

  constructor(onSettled: OnSettled) {
    this.#onSettled = onSettled;
  }

  settle(tag: Tag, number: number, word: number, seconds: number): void {
    this.#onSettled({ tag, number, word }, seconds);
  }
}

export interface LocalRunHooks {
  /** Submits a filled record here; starts threads if need be. */
  submit(record: number, settler: Settler): Ticket;
  /** Looks at what is done. */
  pump(): void;
  /** The result of a record that runs here is not wanted; `force` ends its thread if need be. */
  stopRun(record: number, serial: number, force: boolean): void;
}

export class LocalRuns {
  readonly #context: Context;
  readonly #hooks: LocalRunHooks;

  constructor(context: Context, hooks: LocalRunHooks) {
    this.#context = context;
    this.#hooks = hooks;
  }

  start(run: LocalRun, spec: RunSpec): void {
    const { home } = this.#context;
    const ticket = this.#hooks.submit(this.#record(spec), run);
    run.ticket = ticket;
    // Asks to hear of its end at once.
    if (home.watch(ticket, run)) queueMicrotask(() => this.#hooks.pump());
  }

  #record({ fn, hidden, class: cls, threads, slots }: RunSpec): number {
    const { table } = this.#context;
    const record = table.take();
    table.useClass(cls);
    table.describe(record, fn, threads ? table.setOf(threads) : 0, cls);
    table.setHidden(record, hidden | HIDDEN.timed);
    let part = record;
    let at = 0;
    for (const { tag, number, word } of slots) {
      if (at === RECORD_SLOTS) {
        part = table.extend(record, part);
        at = 0;
      }
      if (tag === TAG.number) table.setNumber(part, at, number);
      else table.setWord(part, at, tag as Tag, word);
      table.setCount(part, ++at);
    }
    return record;
  }

  /** Cancels a run: its result is not wanted. */
  stop(run: LocalRun, force: boolean): void {
    const { ticket } = run;
    if (!ticket) return;
    const { table, payloads, home } = this.#context;
    if (!home.isCurrent(ticket, run)) return;
    table.leaveWord(TAG.error, payloads.writeFailure({ thrown: "cancelled", path: [] }, 0));
    const was = table.core.decide(0, ticket.record, TAG.error);
    if (was === STATUS.running) this.#hooks.stopRun(ticket.record, ticket.serial, force);
  }
}
