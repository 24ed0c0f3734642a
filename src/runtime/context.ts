/**
 * What every thread of the library has: its view of the heap and of the task table, and its ways to write and
 * read values and functions. One a thread; `context()` gives it to the floors above.
 */

import { EventWriter } from "../events/event-writer.ts";
import { Heap, type HeapShare } from "../memory/heap.ts";
import { TaskTable } from "../sched/task-table.ts";
import { BodkinError } from "../wire/errors.ts";
import { Functions } from "./functions.ts";
import { Holdings } from "./holdings.ts";
import { Home } from "./home.ts";
import { type LibraryShare, ThreadLibrary } from "./library.ts";
import { type Announce, LiveObjects } from "./live-objects.ts";
import { Payloads } from "./payload.ts";
import { Shelf } from "./shelf.ts";
import { Values } from "./values.ts";

/** What a thread needs to take part; structured-clonable. */
export interface Seat {
  /** Number of the process, from 1. */
  readonly worker: number;
  /** 0 is the control thread, compute threads count from 1. */
  readonly slot: number;
  /** How many threads had this slot before. */
  readonly incarnation: number;
  readonly heap: HeapShare;
  readonly core: WebAssembly.Module;
  readonly library: LibraryShare;
  /** Number of the device that the thread is for. */
  readonly device?: number;
  /** The list of what the slot's thread holds, from one thread to the next. */
  readonly holdings: SharedArrayBuffer;
  /** Where the slot's thread writes down what it does, while somebody watches. */
  readonly events: SharedArrayBuffer;
  /** The failure for when there is no room for one; the control thread makes it. */
  readonly lastFailure?: number;
}

/** What differs between the control thread and compute threads. */
export interface ContextHooks {
  readonly wakeControl: () => undefined;
  readonly announce: Announce;
  /** Brings the data of a chunk here that another worker has; resolves when it may be read. */
  readonly bring: (chunk: number) => Promise<void>;
  /** Takes the events of this thread, where it can. */
  readonly takeEvents?: () => void;
}

export class Context {
  readonly seat: Seat;
  readonly heap: Heap;
  readonly table: TaskTable;
  readonly holdings: Holdings;
  readonly shelf: Shelf;
  readonly objects: LiveObjects;
  readonly payloads: Payloads;
  readonly functions: Functions;
  readonly values: Values;
  readonly home: Home;
  readonly library: ThreadLibrary;
  readonly events: EventWriter;
  readonly bring: (chunk: number) => Promise<void>;

  constructor(seat: Seat, hooks: ContextHooks) {
    this.seat = seat;
    this.heap = new Heap(seat.heap, seat.slot);
    this.heap.onReclaim = hooks.wakeControl;
    this.table = new TaskTable(seat.core, this.heap, { wakeControl: hooks.wakeControl });
    this.holdings = new Holdings(seat.holdings, (chunk, pin) => {
      this.heap.unpin(pin);
      this.release(chunk);
    });
    this.shelf = new Shelf(this.heap, this.holdings);
    this.heap.nameOf = (label) => (label === 0 ? "data of callers" : `'${this.shelf.text(label)}'`);
    this.objects = new LiveObjects(this.heap, hooks.announce);
    this.payloads = new Payloads(
      this.heap,
      this.objects,
      this.shelf,
      this.holdings,
      seat.lastFailure,
    );
    this.functions = new Functions(this.heap, this.payloads, this.holdings);
    this.values = new Values(this.heap, this.payloads, this.functions, this.objects);
    this.home = new Home(this.table, this.heap, seat.incarnation);
    this.library = new ThreadLibrary(seat.library, seat.slot);
    this.events = new EventWriter(seat.events, hooks.takeEvents);
    this.bring = hooks.bring;
  }

  get worker(): number {
    return this.seat.worker;
  }

  /** Gives a reference back. */
  release(chunk: number): void {
    this.heap.release(chunk);
  }
}

let own: Context | undefined;

export function setContext(context: Context | undefined): void {
  own = context;
}

/** The context of this thread, if the library runs here. */
export function findContext(): Context | undefined {
  return own;
}

/** @throws BodkinError where nothing was started */
export function context(): Context {
  if (!own)
    throw new BodkinError("CLOSED", "nothing is started: call start() or spawn a task first");
  return own;
}
