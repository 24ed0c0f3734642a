/**
 * The control side of one process: its memories, its compute threads and the context of the control thread.
 * Threads start when the first task comes, are replaced when they die, and never keep the process alive; tasks
 * that are not done do.
 */

import { EventReader } from "../events/event-reader.ts";
import { createHeap, type HeapShare } from "../memory/heap.ts";
import { openSpillFile } from "../memory/spill/spill-file.ts";
import { collectGarbage } from "../platform/garbage.ts";
import { MAX_MEMORY_BYTES } from "../platform/memory.ts";
import { startThread, type ThreadHandle } from "../platform/threads.ts";
import { coreModule } from "../sched/core/module.ts";
import { ARMED, PLACE_LIST, RECORD, SLEEPERS, TAG } from "../sched/layout.ts";
import { BodkinError } from "../wire/errors.ts";
import { Collector } from "./collector.ts";
import { Context, setContext } from "./context.ts";
import {
  DEVICE_TOPIC,
  type DeviceSettings,
  type DeviceSetup,
  Devices,
  type ToDevice,
} from "./devices.ts";
import { type Failure, plainError, toPost } from "./failure.ts";
import { createHoldings, giveBack, holdsReferences } from "./holdings.ts";
import { createLibrary } from "./library.ts";
import { SHARED_SLOT } from "./live-objects.ts";
import type { ThreadSetup, ToControl, ToThread } from "./messages.ts";
import { idOf } from "./task-id.ts";
import { onTopic, setPost } from "./topics.ts";

/** Memory and disk for the data of a process; plain data. */
export interface Room {
  /** Bytes of memory. */
  readonly memory: number;
  /** Folder for what does not fit; undefined: nothing goes to disk. */
  readonly spillDir?: string;
}

export interface ProcessOptions {
  readonly worker: number;
  /** Compute threads. */
  readonly threads: number;
  readonly room: Room;
  /** Module that a compute thread starts with. */
  readonly threadEntry: URL;
  readonly devices: DeviceSettings;
}

/** What the floors above do for the process. */
export interface ProcessHooks {
  /** Tasks that may run in several processes, oldest first. */
  place(records: readonly number[]): void;
  /** Brings the data of a chunk of another worker here. */
  bringRemote(chunk: number): Promise<void>;
  /** The last reference to a remote chunk is gone. */
  forgetRemote(chunk: number): void;
  /** The heap fills: other processes are to give back what nobody reaches there. */
  collectElsewhere(): void;
  /** A thread ended; what it knew is gone. */
  onThreadEnd(slot: number, reason: BodkinError): void;
  /** All threads sleep though tasks are not done: those wait for something. */
  onQuiet(): void;
  /** No thread can be started: all tasks were given up. */
  onBroken(reason: BodkinError): void;
  /** The control thread has no room for more events. */
  takeEvents(): void;
}

interface ThreadSlot {
  handle: ThreadHandle | undefined;
  incarnation: number;
  readonly device?: DeviceSetup;
  readonly holdings: SharedArrayBuffer;
  /** Deaths since it last was ready: a thread that cannot start is not started for ever. */
  deaths: number;
  /** Set when we ended it ourselves. */
  reason: BodkinError | undefined;
}

/** From so many on that are waited for, ends of tasks are looked at from time to time. */
const MANY_WATCHED = 64;
const LOOK_MILLISECONDS = 1;
const MOST_START_DEATHS = 3;
const MOST_BOUND: number = (MAX_MEMORY_BYTES / 8) * 7;
const ANSWER_MILLISECONDS = 100;

export class LocalProcess {
  readonly context: Context;
  /** Compute threads; behind their slots come those of devices. */
  readonly threads: number;
  readonly devices: Devices;
  /** What its threads do, while somebody watches. */
  readonly events: EventReader = new EventReader();
  readonly #options: ProcessOptions;
  readonly #hooks: ProcessHooks;
  readonly #slots: ThreadSlot[];
  readonly #shared = new Map<number, readonly [number, number, object]>();
  /** What was last said to all threads, for those that start later. */
  readonly #topics = new Map<string, unknown>();
  readonly #collector: Collector;
  readonly #keepAlive: NodeJS.Timeout;
  #spillFile: ReturnType<typeof openSpillFile> | undefined;
  #pings: { readonly slot: number; readonly answer: () => void }[] = [];
  #held = 0;
  #started = false;
  #broken: BodkinError | undefined;
  #closed = false;
  #pumping = false;
  #look: NodeJS.Timeout | undefined;
  #alive = false;

  constructor(options: ProcessOptions, hooks: ProcessHooks) {
    this.#options = options;
    this.#hooks = hooks;
    this.threads = options.threads;
    const seat = {
      worker: options.worker,
      slot: 0,
      incarnation: 0,
      holdings: createHoldings(),
      events: this.events.bufferOf(0),
      heap: this.#createHeap(options.room),
      core: new WebAssembly.Module(coreModule()),
      library: createLibrary(),
    };
    this.context = new Context(seat, {
      wakeControl: () => void queueMicrotask(() => this.pump()),
      announce: (chunk, generation, value) => this.#share(chunk, generation, value),
      bring: (chunk) => this.hold(this.#bring(chunk)),
      takeEvents: () => hooks.takeEvents(),
    });
    this.#collector = new Collector(this.context.heap);
    this.context.table.initialise(options.threads + 1);
    this.context.table.arm(ARMED.all);
    this.#slots = Array.from({ length: options.threads + 1 }, () => emptySlot());
    this.devices = new Devices(
      this.context.heap,
      options.devices,
      (setups) => this.#startDevices(setups),
      (slot) => this.#slots[slot]?.handle !== undefined,
    );
    this.#keepAlive = setInterval(() => {}, 2 ** 31 - 1);
    this.#keepAlive.unref();
    setContext(this.context);
    setPost((topic, body, to) => {
      if (to === 0) onTopic(topic, body, 0);
      else this.#post(to, { type: "topic", topic, body });
    });
  }

  #createHeap({ memory, spillDir }: Room): HeapShare {
    if (spillDir === undefined) return createHeap(memory);
    this.#spillFile = openSpillFile(spillDir);
    const { descriptor, folder } = this.#spillFile;
    // Beyond the bound there is room for what is in use at once.
    const bound = Math.min(memory, MOST_BOUND);
    return createHeap(MAX_MEMORY_BYTES, { bound, file: { descriptor, folder } });
  }

  /** Starts the threads unless they run; before the first task. @throws BodkinError where that never works */
  start(): void {
    if (this.#broken) throw this.#broken;
    if (this.#started) return;
    this.#started = true;
    for (let slot = 1; slot <= this.threads; slot++) this.#startThread(slot);
  }

  /** Starts the threads of devices, which take only what is scoped to them. */
  #startDevices(setups: readonly DeviceSetup[]): void {
    if (this.#closed) return;
    const { table } = this.context;
    const first = this.#slots.length;
    for (const device of setups) {
      table.makeNarrow(this.#slots.length);
      this.#slots.push(emptySlot(device));
    }
    table.setSlotCount(this.#slots.length);
    for (let slot = first; slot < this.#slots.length; slot++) this.#startThread(slot);
  }

  /** Data that is not in the heap is on a device, or with another worker. */
  #bring(chunk: number): Promise<void> {
    const { heap } = this.context;
    return heap.get(chunk, "worker") === 0
      ? this.devices.download(chunk)
      : this.#hooks.bringRemote(chunk);
  }

  #startThread(slot: number): void {
    const state = this.#slots[slot] as ThreadSlot;
    const { context } = this;
    const setup: ThreadSetup = {
      seat: {
        ...context.seat,
        holdings: state.holdings,
        events: this.events.bufferOf(slot),
        slot,
        incarnation: state.incarnation,
        lastFailure: context.payloads.lastFailure,
        ...(state.device && { device: state.device.number }),
      },
      ...(state.device && { device: state.device }),
      shared: [...this.#shared.values()],
      topics: [...this.#topics],
    };
    state.reason = undefined;
    state.handle = startThread(
      this.#options.threadEntry,
      `bodkin ${this.#options.worker}.${slot}`,
      setup,
      {
        onMessage: (message) => this.#hear(slot, message as ToControl),
        onEnd: (error) => this.#bury(slot, error),
      },
    );
  }

  #hear(slot: number, say: ToControl): void {
    if (say === "wake") this.pump();
    else if (say.type === "ready") (this.#slots[slot] as ThreadSlot).deaths = 0;
    else if (say.type === "pong") {
      for (const ping of this.#pings) if (ping.slot === slot) ping.answer();
      this.#pings = this.#pings.filter((ping) => ping.slot !== slot);
    } else if (say.type === "share") {
      this.context.objects.learn(say.chunk, say.generation, say.value);
      this.#share(say.chunk, say.generation, say.value, slot);
    } else if (say.type === "bring") {
      const { chunk } = say;
      this.context.bring(chunk).then(
        () => this.#post(slot, { type: "brought", chunk }),
        (error) => this.#post(slot, { type: "brought", chunk, error: toPost(error) }),
      );
    } else onTopic(say.topic, say.body, slot);
  }

  #share(chunk: number, generation: number, value: object, from = 0): void {
    this.#shared.set(chunk, [chunk, generation, value]);
    for (let slot = 1; slot < this.#slots.length; slot++) {
      if (slot !== from) this.#post(slot, { type: "share", chunk, generation, value });
    }
  }

  /** Says something to all threads, also to those that start later. */
  broadcast(topic: string, body: unknown): void {
    this.#topics.set(topic, body);
    for (let slot = 1; slot < this.#slots.length; slot++)
      this.#post(slot, { type: "topic", topic, body });
  }

  #post(slot: number, message: ToThread): void {
    const { handle } = this.#slots[slot] as ThreadSlot;
    if (!handle) return;
    handle.post(message);
    this.context.table.core.sendMail(slot);
  }

  /** Does what waits for the control thread. Called whenever something may. */
  pump(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    const isDue = this.#collector.check(() => {
      this.collect();
      this.#hooks.collectElsewhere();
    });
    if (isDue) {
      // What was collected is given back in turns of the event loop; whoever makes more waits for that.
      setImmediate(() => setImmediate(() => this.#goOn()));
    } else this.#goOn();
  }

  /** Has the engine collect the handles that nobody reaches, here and on threads that have any. */
  collect(): void {
    collectGarbage();
    this.#slots.forEach(({ holdings }, slot) => {
      if (slot !== 0 && holdsReferences(holdings)) this.#post(slot, { type: "collect" });
    });
  }

  #goOn(): void {
    try {
      if (this.#closed) return;
      const { table, home } = this.context;
      do {
        table.arm(ARMED.nothing);
        home.drain();
        this.#placeAll();
        this.#reclaimAll();
        table.arm(home.watched > MANY_WATCHED ? ARMED.urgent : ARMED.all);
      } while (this.#hasWork);
      if (home.watched > MANY_WATCHED) this.#lookSoon();
      this.updateKeepAlive();
      this.#watchForQuiet();
    } finally {
      this.#pumping = false;
    }
  }

  /**
   * Many tasks are waited for: their threads have enough to do, and waking this one for each that ends would take from
   * them what it costs. When they have nothing left they say so (`#watchForQuiet`).
   */
  #lookSoon(): void {
    this.#look ??= setTimeout(() => {
      this.#look = undefined;
      this.pump();
    }, LOOK_MILLISECONDS);
  }

  /** What may have come before `arm`, and then tells nobody. */
  get #hasWork(): boolean {
    const { home, heap, table } = this.context;
    if (heap.hasReclaimed || (home.hasNotices && home.watched <= MANY_WATCHED)) return true;
    return Atomics.load(table.words, PLACE_LIST >>> 2) !== 0;
  }

  #placeAll(): void {
    const { table } = this.context;
    let record = Atomics.exchange(table.words, PLACE_LIST >>> 2, 0);
    if (record === 0) return;
    const records: number[] = [];
    for (; record !== 0; record = table.word(record, RECORD.queueNext)) records.push(record);
    this.#hooks.place(records.reverse());
  }

  #reclaimAll(): void {
    const { heap, payloads, objects } = this.context;
    for (const chunk of heap.takeReclaimed()) {
      const kind = heap.kindOf(chunk);
      if (heap.get(chunk, "worker") !== 0) this.#hooks.forgetRemote(chunk);
      if (kind === "compound" && heap.hasData(chunk)) payloads.releaseReferences(chunk);
      if (kind === "object") {
        const slot = heap.get(chunk, "slot");
        this.#shared.delete(chunk);
        objects.forget(chunk);
        for (let other = 1; other < this.#slots.length; other++) {
          if (slot === SHARED_SLOT || slot === other) this.#post(other, { type: "forget", chunk });
        }
      }
      if (kind === "typed" || kind === "array") this.#forgetOnDevices(chunk);
      heap.free(chunk);
    }
  }

  #forgetOnDevices(chunk: number): void {
    const generation = this.context.heap.generationOf(chunk);
    const body: ToDevice = { type: "forget", chunk, generation };
    for (let slot = this.threads + 1; slot < this.#slots.length; slot++) {
      this.#post(slot, { type: "topic", topic: DEVICE_TOPIC, body });
    }
  }

  /** Keeps the process alive until a promise is settled. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    this.#held++;
    this.updateKeepAlive();
    try {
      return await promise;
    } finally {
      this.#held--;
      this.updateKeepAlive();
    }
  }

  /** Keeps the process alive exactly while something is not done: tasks of the control thread, transfers. */
  updateKeepAlive(): void {
    const isBusy = this.context.home.outstanding > 0 || this.#held > 0;
    if (isBusy === this.#alive) return;
    this.#alive = isBusy;
    if (isBusy) {
      this.#keepAlive.ref();
      this.#watchForQuiet();
    } else this.#keepAlive.unref();
  }

  /** Asks to be told when all threads sleep: then what is done is done, though nobody waits for it. */
  #watchForQuiet(): void {
    const { home, table } = this.context;
    if (home.outstanding === 0) return;
    table.wantQuiet(true);
    // They may have gone to sleep just before.
    const isQuiet = Atomics.load(table.words, SLEEPERS >>> 2) >= this.#slots.length - 1;
    if (home.hasNotices && (isQuiet || home.watched <= MANY_WATCHED)) {
      queueMicrotask(() => this.pump());
    } else if (isQuiet) this.#hooks.onQuiet();
  }

  /**
   * Stops the run of a record whose result is decided already, by ending its thread; another takes its place,
   * and what else it ran fails with `reason`. A thread that only waits for a promise of that task is let be.
   */
  async stopRun(slot: number, record: number, serial: number, reason: BodkinError): Promise<void> {
    const { table } = this.context;
    const state = this.#slots[slot];
    const isThere = (): boolean =>
      table.byte(record, RECORD.runner) === slot && table.word(record, RECORD.serial) === serial;
    // What a device does cannot be stopped.
    if (!state?.handle || state.device || !isThere()) return;
    const { handle } = state;
    if (table.callingOf(slot) !== record && (await this.#answers(slot))) return;
    if (state.handle !== handle || !isThere()) return;
    state.reason = reason;
    await handle.terminate();
  }

  /** Whether a thread comes to its event loop within a tenth of a second. */
  #answers(slot: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), ANSWER_MILLISECONDS);
    this.#pings.push({ slot, answer: () => resolve(true) });
    this.#post(slot, { type: "ping" });
    return promise.finally(() => clearTimeout(timer));
  }

  /** A thread is gone: fails what it ran, ends what it left undone, starts another. */
  #bury(slot: number, error: unknown): void {
    const state = this.#slots[slot] as ThreadSlot;
    state.handle = undefined;
    if (this.#closed) return;
    const { context } = this;
    const { core } = context.table;
    const reason =
      state.reason ??
      new BodkinError("THREAD_DIED", describeDeath(context.worker, slot, error), causeOf(error));
    context.heap.unpinAll(slot);
    let wasAtWork = false;
    for (const { record, what } of context.table.orphans(slot)) {
      if (what === "toFree") core.free(0, record);
      else {
        const failure: Failure = {
          thrown: reason,
          path: [{ id: idOf(context, record), name: "task" }],
        };
        context.table.leaveWord(TAG.error, context.payloads.writeFailure(failure, 0));
        if (what === "running") core.finish(0, record, TAG.error, 0);
        else core.abort(0, record, TAG.error);
        wasAtWork = true;
      }
    }
    // Nobody else hears of what a task left behind.
    if (!wasAtWork && error !== undefined && !state.reason) console.error(reason);
    giveBack(state.holdings, context.heap);
    this.#reclaimAll();
    context.heap.repair(slot);
    this.devices.onThreadEnd(slot);
    this.#reclaimAll();
    this.#hooks.onThreadEnd(slot, reason);
    state.incarnation++;
    if (++state.deaths < MOST_START_DEATHS) this.#startThread(slot);
    else this.#break(slot, error);
    this.pump();
  }

  /** A thread dies whenever it is started: nothing more will be done here. */
  #break(slot: number, cause: unknown): void {
    this.#broken = new BodkinError(
      "THREAD_DIED",
      `thread ${slot} of worker ${this.context.worker} cannot be started: it ended ${MOST_START_DEATHS} times before it was ready. ${messageOf(cause)}`,
      { cause },
    );
    this.context.home.abandon(this.#broken);
    this.#hooks.onBroken(this.#broken);
  }

  /** Ends all threads. Nothing of the process can be used after that. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#keepAlive);
    clearTimeout(this.#look);
    setContext(undefined);
    this.context.library.close();
    this.context.home.abandon(
      new BodkinError("CLOSED", "the cluster was closed before this task was done"),
    );
    await this.devices.drain();
    await Promise.all(this.#slots.map((state) => state.handle?.terminate()));
    this.context.heap.closeFile(); // who still has results must not write to another file of that number
    this.#spillFile?.close();
  }
}

const emptySlot = (device?: DeviceSetup): ThreadSlot => ({
  handle: undefined,
  incarnation: 0,
  ...(device && { device }),
  holdings: createHoldings(),
  deaths: 0,
  reason: undefined,
});

/** Errors of other threads may be of kinds that cannot travel further. */
const causeOf = (error: unknown): ErrorOptions =>
  error === undefined ? {} : { cause: plainError(error) };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function describeDeath(worker: number, slot: number, error: unknown): string {
  const thread = `thread ${slot} of worker ${worker} ended while it ran this task`;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return `${thread}: its JavaScript heap was full. Work on smaller pieces, or keep numbers in typed arrays, which are not in it.`;
  }
  if (error === undefined)
    return `${thread}: the task called process.exit(). Return a value instead.`;
  return `${thread}: an error was thrown outside of any task: ${messageOf(error)}`;
}
