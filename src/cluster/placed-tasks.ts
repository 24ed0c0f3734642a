/**
 * The submitting side of placed tasks. It takes a begun record, describes it to the worker that was chosen,
 * and ends it when the answer comes. What is placed here goes the same way without the description, so that its
 * end is heard and timed too.
 */

import type { Context } from "../runtime/context.ts";
import { HIDDEN } from "../runtime/extras.ts";
import { idOf } from "../runtime/task-id.ts";
import { isReference, RECORD, TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";
import type { BodkinError } from "../wire/errors.ts";
import type { Message } from "../wire/messages.ts";
import type { Exchange } from "./exchange.ts";
import { LocalRun, type LocalRuns } from "./local-runs.ts";
import { acceptSlot, describeSlot, type Slot, slotsOf } from "./slots.ts";
import type { Link } from "./transport.ts";

interface Placed {
  readonly record: number;
  readonly serial: number;
  /** Where it runs. */
  readonly at: Link | LocalRun;
  readonly onEnd: OnEnd;
}

/** Hears how long a task ran; undefined where that is unknown. */
export type OnEnd = (seconds: number | undefined) => void;

export class PlacedTasks {
  readonly #context: Context;
  readonly #exchange: Exchange;
  readonly #runs: LocalRuns;
  readonly #placed = new Map<number, Placed>();
  readonly #numbers = new Map<number, number>();
  #idleWaits: { readonly link: Link; readonly resolve: () => void }[] = [];
  #number = 0;

  constructor(context: Context, exchange: Exchange, runs: LocalRuns) {
    this.#context = context;
    this.#exchange = exchange;
    this.#runs = runs;
  }

  /** Sends a begun record to a worker, for some of its threads or (undefined) any. */
  send(record: number, link: Link, threads: readonly number[] | undefined, onEnd: OnEnd): void {
    const { table } = this.#context;
    const fn = table.word(record, RECORD.fn);
    if (fn !== 0) this.#exchange.sendFunction(fn, link);
    const slots = slotsOf(this.#context, record).map((slot) =>
      describeSlot(this.#exchange, slot, link),
    );
    link.send({
      type: "task",
      task: this.#note(record, link, onEnd),
      fn,
      hidden: table.byte(record, RECORD.hidden) | HIDDEN.origin,
      class: table.byte(record, RECORD.class),
      slots,
      ...(threads && { threads }),
    });
  }

  /** Runs a begun record in this process. */
  runHere(record: number, threads: readonly number[] | undefined, onEnd: OnEnd): void {
    const { table, heap } = this.#context;
    const slots = slotsOf(this.#context, record);
    for (const { tag, word } of slots) if (isReference(tag)) heap.retain(word);
    const run = new LocalRun((result, seconds) => this.#end(task, result, seconds));
    const task = this.#note(record, run, onEnd);
    this.#runs.start(run, {
      fn: table.word(record, RECORD.fn),
      hidden: table.byte(record, RECORD.hidden) | HIDDEN.origin,
      class: table.byte(record, RECORD.class),
      threads,
      slots,
    });
  }

  #note(record: number, at: Link | LocalRun, onEnd: OnEnd): number {
    const task = ++this.#number;
    const serial = this.#context.table.word(record, RECORD.serial);
    this.#placed.set(task, { record, serial, at, onEnd });
    this.#numbers.set(record, task);
    return task;
  }

  #onDone({ task, result, seconds }: Message & { type: "done" }, from: Link): void {
    if (this.#placed.get(task)?.at !== from) return;
    let slot: Slot;
    try {
      slot = acceptSlot(this.#exchange, result, from);
    } catch (error) {
      slot = this.#failure(task, error); // there is no room for it here
    }
    this.#end(task, slot, seconds);
  }

  #failure(task: number, thrown: unknown): Slot {
    const { record } = this.#placed.get(task) as Placed;
    const path = [{ id: idOf(this.#context, record), name: "task" }];
    const word = this.#context.payloads.writeFailure({ thrown, path }, 0);
    return { tag: TAG.error, number: 0, word };
  }

  /** Ends a record of ours with a result; a reference in it passes to the record. */
  #end(task: number, { tag, number, word }: Slot, seconds: number | undefined): void {
    const { record, at, onEnd } = this.#placed.get(task) as Placed;
    this.#placed.delete(task);
    this.#numbers.delete(record);
    onEnd(seconds);
    const { table } = this.#context;
    if (tag === TAG.number) table.leaveNumber(number);
    else table.leaveWord(tag as Tag, word);
    table.core.finish(0, record, tag, 0);
    if (this.#idleWaits.length > 0) this.#tellIdle(at);
  }

  /** The task of a record was cancelled: its worker need not go on. */
  cancel(record: number, serial: number, force: boolean): void {
    const task = this.#numbers.get(record);
    const placed = task === undefined ? undefined : this.#placed.get(task);
    if (task === undefined || placed?.serial !== serial) return;
    if (placed.at instanceof LocalRun) this.#runs.stop(placed.at, force);
    else placed.at.send({ type: "cancel", task, force });
  }

  /** Handles the messages that are about tasks of ours; false for others. */
  onMessage(message: Message, from: Link): boolean {
    if (message.type !== "done") return false;
    this.#onDone(message, from);
    return true;
  }

  /** A worker is gone: what it ran for us fails. */
  onDown(link: Link, reason: BodkinError): void {
    for (const [task, { at }] of [...this.#placed]) {
      if (at === link) this.#end(task, this.#failure(task, reason), undefined);
    }
  }

  /** Resolves when a worker runs no task of ours. */
  whenIdle(link: Link): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idleWaits.push({ link, resolve });
    this.#tellIdle(link);
    return promise;
  }

  #tellIdle(at: Link | LocalRun): void {
    for (const placed of this.#placed.values()) if (placed.at === at) return;
    this.#idleWaits = this.#idleWaits.filter(({ link, resolve }) => {
      if (link === at) resolve();
      return link !== at;
    });
  }
}
