/**
 * Tasks that were placed: on another worker, or here. The submitting side takes a ready record, describes it,
 * and ends it when the answer comes; the running side makes a record of its own. What is placed here goes the
 * same way without the description, so that its end is heard and timed too.
 */

import type { Context } from "../runtime/context.ts";
import { HIDDEN } from "../runtime/extras.ts";
import type { Settler, Ticket } from "../runtime/home.ts";
import { idOf } from "../runtime/task-id.ts";
import { RECORD, RECORD_SLOTS, STATUS, TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";
import type { BodkinError } from "../wire/errors.ts";
import type { Message, SlotDescription, TaskMessage } from "../wire/messages.ts";
import type { Exchange } from "./exchange.ts";
import type { Link } from "./transport.ts";

/** A task of ours that was placed. */
interface Away {
  readonly record: number;
  readonly serial: number;
  /** Where it runs; undefined: here, as `local`. */
  readonly link: Link | undefined;
  readonly local?: LocalRun;
  readonly onEnd: (seconds: number | undefined) => void;
}

/** A placed task that we run ourselves. */
class LocalRun implements Settler {
  watched = false;
  ticket: Ticket | undefined;
  readonly #onSettled: (tag: Tag, number: number, word: number, seconds: number) => void;

  constructor(onSettled: (tag: Tag, number: number, word: number, seconds: number) => void) {
    this.#onSettled = onSettled;
  }

  settle(tag: Tag, number: number, word: number, seconds: number): void {
    this.#onSettled(tag, number, word, seconds);
  }
}

/** A task of another worker that we run. */
class Guest implements Settler {
  watched = false;
  ticket: Ticket | undefined;
  readonly from: Link;
  readonly task: number;
  readonly #owner: RemoteTasks;

  constructor(owner: RemoteTasks, from: Link, task: number) {
    this.#owner = owner;
    this.from = from;
    this.task = task;
  }

  settle(tag: Tag, number: number, word: number, seconds: number): void {
    this.#owner.answer(this, tag, number, word, seconds);
  }
}

export interface RemoteTaskHooks {
  /** Submits a filled record here; starts threads if need be. */
  submit(record: number, settler: Settler): Ticket;
  /** Looks at what is done. */
  pump(): void;
  /** The result of a record that runs here is not wanted; `force` ends its thread if need be. */
  stopRun(record: number, serial: number, force: boolean): void;
}

export class RemoteTasks {
  readonly #context: Context;
  readonly #exchange: Exchange;
  readonly #hooks: RemoteTaskHooks;
  readonly #away = new Map<number, Away>();
  readonly #awayByRecord = new Map<number, number>();
  readonly #guests = new Map<Link, Map<number, Guest>>();
  #idleWaits: { readonly link: Link; readonly resolve: () => void }[] = [];
  #number = 0;

  constructor(context: Context, exchange: Exchange, hooks: RemoteTaskHooks) {
    this.#context = context;
    this.#exchange = exchange;
    this.#hooks = hooks;
  }

  // --- The submitting side -------------------------------------------------------------------------

  /**
   * Sends a begun record to a worker; `onEnd` hears how long it ran, or undefined where that is unknown.
   * @param threads those that may run it, or undefined for all
   */
  send(
    record: number,
    link: Link,
    threads: readonly number[] | undefined,
    onEnd: (seconds: number | undefined) => void,
  ): void {
    const { table } = this.#context;
    const task = ++this.#number;
    const fn = table.word(record, RECORD.fn);
    if (fn !== 0) this.#exchange.sendFunction(fn, link);
    const slots: SlotDescription[] = [];
    for (const part of table.parts(record)) {
      const count = table.countOf(part);
      for (let at = 0; at < count; at++) {
        const tag = table.tagOf(part, at);
        if (tag === TAG.none) continue;
        slots.push(this.describe(tag, table.slotNumber(part, at), table.slotWord(part, at), link));
      }
    }
    const serial = table.word(record, RECORD.serial);
    this.#away.set(task, { record, serial, link, onEnd });
    this.#awayByRecord.set(record, task);
    link.send({
      type: "task",
      task,
      fn,
      hidden: table.byte(record, RECORD.hidden),
      class: table.byte(record, RECORD.class),
      slots,
      ...(threads && { threads }),
    });
  }

  /** Runs a begun record in this process. */
  runHere(
    record: number,
    threads: readonly number[] | undefined,
    onEnd: (seconds: number | undefined) => void,
  ): void {
    const { table, heap } = this.#context;
    const task = ++this.#number;
    const slots: Accepted[] = [];
    for (const part of table.parts(record)) {
      const count = table.countOf(part);
      for (let at = 0; at < count; at++) {
        const tag = table.tagOf(part, at);
        if (tag === TAG.none) continue;
        const word = table.slotWord(part, at);
        if (isReference(tag)) heap.retain(word);
        slots.push({ tag, number: table.slotNumber(part, at), word });
      }
    }
    const local = new LocalRun((tag, number, word, seconds) => {
      this.#end(task, away);
      onEnd(seconds);
      this.#finish(away.record, tag, number, word);
    });
    const serial = table.word(record, RECORD.serial);
    const away: Away = { record, serial, link: undefined, local, onEnd };
    this.#away.set(task, away);
    this.#awayByRecord.set(record, task);
    const copy = this.#record(
      table.word(record, RECORD.fn),
      table.byte(record, RECORD.hidden),
      table.byte(record, RECORD.class),
      threads,
      slots,
    );
    this.#run(copy, local);
  }

  /** What a slot holds, in words for another worker. */
  describe(tag: number, number: number, word: number, link: Link): SlotDescription {
    switch (tag) {
      case TAG.number:
        return { tag, number };
      case TAG.pieces:
        return { tag, number: word };
      case TAG.chunk:
      case TAG.error:
      case TAG.functionChunk:
        return { tag, chunk: this.#exchange.describe(word, link) };
      case TAG.function:
        this.#exchange.sendFunction(word, link);
        return { tag, function: word };
      default:
        return { tag };
    }
  }

  #onDone(message: Message & { type: "done" }, from: Link): void {
    const away = this.#away.get(message.task);
    if (!away || away.link !== from) return;
    this.#end(message.task, away);
    away.onEnd(message.seconds);
    const { tag, number, word } = this.accept(message.result, from);
    this.#finish(away.record, tag, number, word);
  }

  /** Ends a record of ours with a result; a reference in it passes to the record. */
  #finish(record: number, tag: number, number: number, word: number): void {
    const { table } = this.#context;
    if (tag === TAG.number) table.leaveNumber(number);
    else table.leaveWord(word);
    const accepted = table.core.finish(0, record, tag, 0) === 1;
    if (!accepted && isReference(tag)) this.#context.release(word);
  }

  #end(task: number, away: Away): void {
    this.#away.delete(task);
    if (this.#awayByRecord.get(away.record) === task) this.#awayByRecord.delete(away.record);
    const { link } = away;
    if (!link || this.#idleWaits.length === 0 || this.#runsAny(link)) return;
    this.#idleWaits = this.#idleWaits.filter((wait) => {
      if (wait.link === link) wait.resolve();
      return wait.link !== link;
    });
  }

  /** The task of a record was cancelled: its worker need not go on. */
  cancel(record: number, serial: number, force: boolean): void {
    const task = this.#awayByRecord.get(record);
    const away = task === undefined ? undefined : this.#away.get(task);
    if (task === undefined || away?.serial !== serial) return;
    if (away.link) away.link.send({ type: "cancel", task, force });
    else if (away.local) this.#stop(away.local, force);
  }

  // --- The running side --------------------------------------------------------------------------------

  async #onTask(message: TaskMessage, from: Link): Promise<void> {
    const guest = new Guest(this, from, message.task);
    let guests = this.#guests.get(from);
    if (!guests) this.#guests.set(from, (guests = new Map()));
    guests.set(message.task, guest);
    const slots = message.slots.map((slot) => this.accept(slot, from));
    try {
      const fn = message.fn === 0 ? 0 : this.#exchange.functionOf(message.fn, from);
      await this.#bringAll(slots);
      if (guests.get(message.task) !== guest) {
        this.#drop(slots); // cancelled, or its submitter is gone
        return;
      }
      const record = this.#record(fn, message.hidden, message.class, message.threads, slots);
      this.#run(record, guest);
    } catch (error) {
      this.#drop(slots);
      this.#refuse(guest, error);
    }
  }

  /** Data comes before the task is queued, so that no thread waits for it. */
  async #bringAll(slots: readonly { tag: number; word: number }[]): Promise<void> {
    const { heap, bring } = this.#context;
    const absent = slots.filter(
      ({ tag, word }) =>
        tag === TAG.chunk &&
        heap.get(word, "worker") !== 0 &&
        !heap.hasData(word) &&
        heap.get(word, "pinned") === 0, // a piece of a shard that is not ours
    );
    if (absent.length > 0) await Promise.all(absent.map(({ word }) => bring(word)));
  }

  #record(
    fn: number,
    hidden: number,
    cls: number,
    threads: readonly number[] | undefined,
    slots: readonly Accepted[],
  ): number {
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

  #drop(slots: readonly Accepted[]): void {
    for (const { tag, word } of slots) {
      if (isReference(tag)) this.#context.release(word);
    }
  }

  #refuse(guest: Guest, thrown: unknown): void {
    const { payloads, worker } = this.#context;
    const failure = { thrown, path: [{ id: `${worker}.${guest.task}`, name: "task" }] };
    const chunk = payloads.writeFailure(failure, 0);
    this.answer(guest, TAG.error, 0, chunk, 0);
  }

  /** A guest is done: its submitter gets the result, and the reference to it. */
  answer(guest: Guest, tag: Tag, number: number, word: number, seconds: number): void {
    const guests = this.#guests.get(guest.from);
    if (guests?.get(guest.task) === guest) {
      guests.delete(guest.task);
      const result = this.describe(tag, number, word, guest.from);
      guest.from.send({ type: "done", task: guest.task, result, seconds });
    }
    if (isReference(tag)) this.#context.release(word);
  }

  #onCancel(message: Message & { type: "cancel" }, from: Link): void {
    const guest = this.#guests.get(from)?.get(message.task);
    if (!guest) return;
    this.#guests.get(from)?.delete(message.task);
    this.#stop(guest, message.force);
  }

  /** Submits a record here, and asks to hear of its end at once. */
  #run(record: number, run: Guest | LocalRun): void {
    const ticket = this.#hooks.submit(record, run);
    run.ticket = ticket;
    if (this.#context.home.watch(ticket, run)) queueMicrotask(() => this.#hooks.pump());
  }

  /** Cancels what runs here: its result is not wanted. */
  #stop(run: Guest | LocalRun, force: boolean): void {
    const { ticket } = run;
    if (!ticket) return;
    const { table, payloads, home } = this.#context;
    if (!home.isCurrent(ticket, run)) return;
    const failure = { thrown: "cancelled", path: [] };
    table.leaveWord(payloads.writeFailure(failure, 0));
    const was = table.core.decide(0, ticket.record, TAG.error);
    if (was === STATUS.running) this.#hooks.stopRun(ticket.record, ticket.serial, force);
  }

  // --- Both ------------------------------------------------------------------------------------------------

  /** The reverse of `describe`; chunks come with a reference for the caller. */
  accept(slot: SlotDescription, from: Link): Accepted {
    if ("chunk" in slot) {
      return { tag: slot.tag, number: 0, word: this.#exchange.accept(slot.chunk, from) };
    }
    if ("function" in slot) {
      return { tag: slot.tag, number: 0, word: this.#exchange.functionOf(slot.function, from) };
    }
    const number = slot.number ?? 0;
    return { tag: slot.tag, number, word: slot.tag === TAG.pieces ? number : 0 };
  }

  /** Handles the messages that are about tasks; false for others. */
  onMessage(message: Message, from: Link): boolean {
    switch (message.type) {
      case "task":
        void this.#onTask(message, from);
        return true;
      case "done":
        this.#onDone(message, from);
        return true;
      case "cancel":
        this.#onCancel(message, from);
        return true;
      default:
        return false;
    }
  }

  /** A worker is gone: what it ran for us fails, what we run for it is stopped. */
  onDown(link: Link, reason: BodkinError): void {
    const { payloads } = this.#context;
    for (const [task, away] of [...this.#away]) {
      if (away.link !== link) continue;
      this.#end(task, away);
      away.onEnd(undefined);
      const id = idOf(this.#context, away.record);
      const failure = { thrown: reason, path: [{ id, name: "task" }] };
      this.#finish(away.record, TAG.error, 0, payloads.writeFailure(failure, 0));
    }
    const guests = this.#guests.get(link);
    this.#guests.delete(link);
    for (const guest of guests?.values() ?? []) this.#stop(guest, false);
  }

  /** Resolves when a worker runs no task of ours. */
  whenIdle(link: Link): Promise<void> {
    if (!this.#runsAny(link)) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#idleWaits.push({ link, resolve });
    return promise;
  }

  #runsAny(link: Link): boolean {
    for (const away of this.#away.values()) if (away.link === link) return true;
    return false;
  }
}

const isReference = (tag: number): boolean =>
  tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk;

interface Accepted {
  readonly tag: number;
  readonly number: number;
  readonly word: number;
}
