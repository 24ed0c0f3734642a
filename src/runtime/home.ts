/**
 * Where tasks are submitted and where their results come back: one home a thread. A record lives until its
 * home has taken the result, so nothing about memory depends on what the garbage collector does.
 */

import type { Heap } from "../memory/heap.ts";
import { RECORD, SLOT, slotAddress, TAG } from "../sched/layout.ts";
import type { Tag, TaskTable } from "../sched/task-table.ts";
import type { BodkinError } from "../wire/errors.ts";

/** Who gets the result of a task: once, on the thread that submitted it. */
export interface Settler {
  /** Somebody waits; set by `watch`. */
  watched: boolean;
  /** What people call the task. */
  readonly name?: string;
  /**
   * `word` is a chunk with a reference, or a function; `number` is the value of a number. A task that was to be
   * timed ran for `seconds`.
   */
  settle(tag: Tag, number: number, word: number, seconds: number): void;
  /** The scheduler ended before the task. */
  abandon?(reason: BodkinError): void;
}

/** Names a task to its home while it is not settled. */
export interface Ticket {
  readonly record: number;
  readonly serial: number;
}

const HANDLE_BITS = 24;
const RELEASED_BIT = 0x80000000 | 0;
/** Submissions between looks at what came back, when the event loop gets no turn. */
const SUBMISSIONS_PER_DRAIN = 256;

export class Home {
  readonly #table: TaskTable;
  readonly #heap: Heap;
  readonly #settlers: (Settler | undefined)[] = [];
  readonly #free: number[] = [];
  /** In the upper bits of handles, so that a new thread does not take up those of the dead one it replaces. */
  readonly #incarnation: number;
  readonly #noticesWord: number;
  readonly #inboxWord: number;
  #serial = 0;
  #outstanding = 0;
  #untilDrain = SUBMISSIONS_PER_DRAIN;
  #watched = 0;

  constructor(table: TaskTable, heap: Heap, incarnation: number) {
    this.#table = table;
    this.#heap = heap;
    this.#incarnation = (incarnation & 0x7f) << HANDLE_BITS;
    this.#noticesWord = (slotAddress(table.slot) + SLOT.notices) >>> 2;
    this.#inboxWord = (slotAddress(table.slot) + SLOT.inbox) >>> 2;
  }

  /** Tasks submitted here and not settled. */
  get outstanding(): number {
    return this.#outstanding;
  }

  /** Tasks of these that somebody waits for. */
  get watched(): number {
    return this.#watched;
  }

  /** Something is done that `drain` has not seen. */
  get hasNotices(): boolean {
    const { words } = this.#table;
    return words[this.#inboxWord] !== 0 || Atomics.load(words, this.#noticesWord) !== 0;
  }

  /** The number of the next task, for one that is never submitted. */
  number(): number {
    return ++this.#serial;
  }

  /** What people call a task that was submitted here and is not settled. */
  nameOf(record: number): string | undefined {
    const handle = this.#table.word(record, RECORD.handle) ^ this.#incarnation;
    return handle >>> HANDLE_BITS === 0 ? this.#settlers[handle]?.name : undefined;
  }

  /** Submits a filled record. */
  submit(record: number, settler: Settler): Ticket {
    const handle = this.#free.pop() ?? this.#settlers.length;
    this.#settlers[handle] = settler;
    this.#outstanding++;
    const serial = this.number();
    const table = this.#table;
    table.setHandle(record, this.#incarnation | handle);
    table.setSerial(record, serial);
    table.core.submit(table.slot, record);
    // Not earlier: the record names others by their numbers, which draining may free.
    if (--this.#untilDrain === 0) this.drain();
    return { record, serial };
  }

  /** Settles what is done. Gives how many. */
  drain(): number {
    this.#untilDrain = SUBMISSIONS_PER_DRAIN;
    const table = this.#table;
    if (!this.hasNotices) return 0;
    const { core, slot } = table;
    let settled = 0;
    for (;;) {
      const notice = core.nextNotice(slot);
      if (notice === 0) break;
      const record = notice & ~RELEASED_BIT;
      if (this.#settle(record)) settled++;
      if (notice < 0) core.free(slot, record);
    }
    // A wake may be on its way for what was freed, but the event loop may get no turn for long.
    if (slot === 0 && this.#heap.hasReclaimed) this.#heap.onReclaim();
    return settled;
  }

  #settle(record: number): boolean {
    const table = this.#table;
    const handle = table.word(record, RECORD.handle) ^ this.#incarnation;
    const settler = handle >>> HANDLE_BITS === 0 ? this.#settlers[handle] : undefined;
    if (!settler) return false; // settled before, or submitted by the thread that was here before
    this.#settlers[handle] = undefined;
    table.setHandle(record, -1);
    this.#free.push(handle);
    this.#outstanding--;
    if (settler.watched) this.#watched--;
    const tag = table.resultTag(record);
    const word = tag >= TAG.chunk ? table.resultWord(record) : 0;
    if (tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk)
      this.#heap.retain(word);
    const number = tag === TAG.number ? table.resultNumber(record) : 0;
    settler.settle(tag, number, word, table.secondsOf(record));
    return true;
  }

  /** Gives up what is not settled; when the scheduler ends. */
  abandon(reason: BodkinError): void {
    this.drain();
    for (const settler of this.#settlers) settler?.abandon?.(reason);
    this.#settlers.length = 0;
    this.#outstanding = 0;
  }

  /** Whether the record of a ticket is still this task's. */
  isCurrent(ticket: Ticket, settler: Settler): boolean {
    const handle = this.#table.word(ticket.record, RECORD.handle) ^ this.#incarnation;
    return this.#settlers[handle] === settler;
  }

  /** Asks to be woken when the task is done; true where that is so already, and `drain` will settle it. */
  watch(ticket: Ticket, settler: Settler): boolean {
    if (!settler.watched) {
      settler.watched = true;
      this.#watched++;
    }
    return this.#table.core.wantNotice(ticket.record) === 1;
  }
}
