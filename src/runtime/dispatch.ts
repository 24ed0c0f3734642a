/**
 * Running one task on this thread: its function and arguments out of the record, the call, its result back.
 * A call that gives a promise frees the thread for other tasks until the promise settles.
 */

import type { AnyFunction } from "../closure/codec.ts";
import { pendingOf } from "../closure/pending.ts";
import { EVENT_KIND } from "../events/layout.ts";
import { RECORD, TAG } from "../sched/layout.ts";
import type { Tag } from "../sched/task-table.ts";
import { BodkinError, SchedulingError } from "../wire/errors.ts";
import type { Context } from "./context.ts";
import type { DeviceHost } from "./devices.ts";
import { HIDDEN, hiddenSlots, type TaskExtras } from "./extras.ts";
import { extendFailure, type Failure } from "./failure.ts";
import { enterFrame, type Frame, type ScopedOptions, withFrame } from "./frame.ts";
import type { BuiltFunction } from "./functions.ts";
import { SHARED_SLOT } from "./live-objects.ts";
import { choosePiece } from "./pieces.ts";
import { Parents, RunningRecord } from "./running-task.ts";
import { idOf, packedIdOf } from "./task-id.ts";

/** Name in errors of a task whose function is not known here. */
const UNNAMED = "task";

let chunkHandles: (context: Context, chunk: number) => unknown = () => undefined;

/** Functions of the library that leave their arguments as they are, or say themselves what they change. */
const leaving = new WeakSet<AnyFunction>();

/** Notes that a function does not change its arguments without saying so; at load, in every thread. */
export function leavesArguments(fn: AnyFunction): void {
  leaving.add(fn);
}

/** Sets how a function that asks for chunks gets them; at load, in every thread. */
export function setChunkHandles(make: typeof chunkHandles): void {
  chunkHandles = make;
}

export class Dispatcher {
  /** Tasks of this thread that wait for a promise. */
  suspended = 0;
  /**
   * Those of them that wait for code or a shared buffer to arrive and were not called yet. The thread takes no
   * other task meanwhile: one that blocks it would block these too, which another thread might have run.
   */
  preparing = 0;
  /** A task ran that may have left something in the event loop: it is unknown when that is over. */
  isLoose = false;
  readonly #context: Context;
  /** A task that waited can go on or has ended: the loop must look again. */
  readonly #onResumed: () => void;
  readonly #parents = new Parents();
  readonly #frame: CallFrame;
  /** On the thread of a device. */
  readonly #host: DeviceHost | undefined;
  /** The task at hand runs on the device. */
  #onDevice = false;
  /** When the run began that is about to end, while somebody watches; else 0. */
  #began = 0;
  /** It gave a promise. */
  #wasAwaited = false;

  // What the last `#gather` found.
  #args: unknown[] = [];
  /** Chunks that are arguments: the result may be a view of one. */
  #chunks: number[] = [];
  /** The failure of an argument, as a chunk. */
  #failed = 0;
  /** Data of arguments that is on its way here. */
  #absent: Promise<void>[] = [];
  /** Arguments that the task may change. */
  #mutable: number[] = [];
  /** Thread to which an argument is pinned, if that is not this one. */
  #elsewhere = 0;
  /** Holds the memory of arguments for the call. */
  #pins: number[] = [];

  constructor(context: Context, onResumed: () => void, host?: DeviceHost) {
    this.#context = context;
    this.#onResumed = onResumed;
    this.#host = host;
    // What it does goes on after the call, and is looked after in the event loop.
    this.isLoose = host !== undefined;
    this.#frame = new CallFrame(context, this.#parents);
  }

  /** A task that runs here was cancelled: so is what it spawned. */
  onCancelled(record: number, serial: number): void {
    if (this.#context.table.word(record, RECORD.serial) === serial) this.#parents.cancel(record);
  }

  /** Runs a begun task. `keeps`: the caller asks for the next one right after. */
  run(record: number, keeps: boolean): void {
    const { table, functions, values, heap } = this.#context;
    const hidden = table.byte(record, RECORD.hidden);
    if (heap.isBounded) this.#pins = []; // those of a task that waits are its own
    let extras: TaskExtras | undefined;
    let built: BuiltFunction;
    let position = 0;
    try {
      let fn = table.word(record, RECORD.fn);
      if (hidden & HIDDEN.function) fn = table.slotWord(record, position++);
      if (hidden & HIDDEN.extras) {
        extras = values.read(table.slotWord(record, position), true) as TaskExtras;
      }
      if (this.#host && !table.hasMissing(record)) {
        this.#onDevice = this.#host.usesDevice(functions.get(fn).fn);
      }
      if (this.#isPrevented(record, hiddenSlots(hidden), extras, keeps)) return;
      built = functions.get(fn);
    } catch (thrown) {
      this.#unpin(this.#pins);
      const pending = pendingOf(thrown);
      if (pending !== undefined) {
        this.preparing++;
        this.#runAfter(
          pending.finally(() => this.preparing--),
          record,
          extras,
        );
      } else this.#fail(record, extras?.name ?? UNNAMED, extras, thrown, keeps);
      return;
    }
    const name = extras?.name ?? nameOf(built.fn);
    if (this.#mutable.length > 0) this.#noteChanges(built.fn);
    const { events } = this.#context;
    const began = events.isOn ? events.now() : 0;
    const started = hidden & HIDDEN.timed ? performance.now() : 0;
    let result: unknown;
    if (!extras?.retries) values.arguments = this.#chunks;
    table.setCalling(record);
    try {
      result = this.#call(record, name, built, extras);
    } catch (thrown) {
      table.setCalling(0);
      values.endOutputs();
      this.#unpin(this.#pins);
      this.#began = began;
      this.#fail(record, name, extras, thrown, keeps);
      return;
    }
    table.setCalling(0);
    if (isThenable(result)) {
      values.endOutputs();
      this.suspended++;
      const pins = this.#pins;
      if (began !== 0) events.called(name, packedIdOf(this.#context, record), began, events.now());
      result.then(
        (value) =>
          this.#resume(() => {
            this.#clock(record, started);
            this.#began = began;
            this.#wasAwaited = true;
            this.#finish(record, name, extras, value, [], pins, false);
          }),
        (thrown) =>
          this.#resume(() => {
            this.#unpin(pins);
            this.#began = began;
            this.#wasAwaited = true;
            this.#fail(record, name, extras, thrown, false);
          }),
      );
      return;
    }
    this.#clock(record, started);
    this.#began = began;
    this.#finish(record, name, extras, result, this.#chunks, this.#pins, keeps);
    values.endOutputs();
  }

  /** Deals with a task that cannot be called now; reads the arguments of one that can. */
  #isPrevented(
    record: number,
    skip: number,
    extras: TaskExtras | undefined,
    keeps: boolean,
  ): boolean {
    const { table } = this.#context;
    // Ready with arguments missing: one of the others failed.
    if (table.hasMissing(record)) this.#failed = table.errorIn(record);
    else this.#gather(record, skip, extras?.meta === true);
    const isReady = this.#failed === 0 && this.#absent.length === 0 && this.#elsewhere === 0;
    if (!isReady) this.#unpin(this.#pins);
    if (this.#failed !== 0) this.#passOn(record, extras, this.#failed, keeps);
    else if (this.#absent.length > 0) this.#runAfter(Promise.all(this.#absent), record, extras);
    else if (this.#elsewhere !== 0) this.#moveTo(record, extras);
    else return false;
    return true;
  }

  // --- Before the call -------------------------------------------------------------------------------

  /** Reads the arguments, from slot `skip` on; finds why the task cannot be called now. */
  #gather(record: number, skip: number, meta: boolean): void {
    const { table } = this.#context;
    this.#args = [];
    this.#chunks = [];
    this.#failed = 0;
    this.#absent = [];
    this.#mutable = [];
    this.#elsewhere = 0;
    let first = skip;
    let pieces = 0;
    for (let part = record; part !== 0; part = table.word(part, RECORD.extension)) {
      const count = table.countOf(part);
      for (let at = first; at < count; at++) {
        const tag = table.tagOf(part, at);
        if (pieces > 0) pieces--;
        else if (tag === TAG.number) this.#args.push(table.slotNumber(part, at));
        else if (tag === TAG.pieces) {
          pieces = table.slotWord(part, at);
          this.#piece(record, part, at, meta);
        } else this.#argument(tag, table.slotWord(part, at), meta);
      }
      first = 0;
    }
  }

  #argument(tag: Tag, word: number, meta: boolean): void {
    const { heap, values, bring } = this.#context;
    switch (tag) {
      case TAG.error:
        this.#failed = word;
        break;
      case TAG.chunk:
        this.#chunk(word, meta);
        break;
      case TAG.functionChunk:
        if (heap.hasData(word)) this.#args.push(values.decode(tag, 0, word, false));
        else this.#absent.push(bring(word));
        break;
      case TAG.none:
        break;
      default:
        this.#args.push(values.decode(tag, 0, word, false));
    }
  }

  /** Holds the memory of an argument for the call, from disk if need be. @throws BodkinError `SPILL` */
  #pin(chunk: number): void {
    const { heap } = this.#context;
    if (heap.isBounded) this.#pins.push(heap.pin(chunk));
  }

  #unpin(pins: number[]): void {
    for (const pin of pins.splice(0)) this.#context.heap.unpin(pin);
  }

  #chunk(chunk: number, meta: boolean): void {
    const { heap, values, table, bring } = this.#context;
    this.#chunks.push(chunk);
    if (meta) this.#args.push(chunkHandles(this.#context, chunk));
    else if (heap.kindOf(chunk) === "object") {
      const slot = heap.get(chunk, "slot");
      if (slot === table.slot || slot === SHARED_SLOT || heap.get(chunk, "worker") !== 0) {
        this.#args.push(values.read(chunk, false));
      } else this.#elsewhere = slot;
    } else if (this.#host && this.#onDevice && isElements(heap.kindOf(chunk))) {
      const isHere = heap.hasData(chunk);
      // What the device will have newer must not be on disk meanwhile.
      if (isHere) this.#pin(chunk);
      if (isHere || this.#host.has(chunk)) this.#args.push(this.#host.operand(chunk));
      else this.#absent.push(bring(chunk));
    } else if (heap.hasData(chunk)) {
      if (isElements(heap.kindOf(chunk))) this.#pin(chunk);
      if (heap.get(chunk, "pinned") === 1) this.#mutable.push(chunk);
      this.#args.push(values.read(chunk, false));
    } else this.#absent.push(bring(chunk));
  }

  /** A function gets data that it may change: copies on devices are old then. */
  #noteChanges(fn: AnyFunction): void {
    if (leaving.has(fn)) return;
    for (const chunk of this.#mutable) this.#context.heap.noteChange(chunk);
  }

  /** The piece of a shard that belongs to this processor. */
  #piece(record: number, part: number, at: number, meta: boolean): void {
    const { tag, word } = choosePiece(this.#context, record, part, at);
    this.#argument(tag, word, meta);
  }

  /** An argument failed: so does this task, with the same cause. */
  #passOn(record: number, extras: TaskExtras | undefined, error: number, keeps: boolean): void {
    const failure = this.#context.payloads.read(error) as Failure;
    const step = { id: idOf(this.#context, record), name: this.#nameOf(record, extras) };
    this.#finishFailed(record, extendFailure(failure, step), keeps);
  }

  #nameOf(record: number, extras: TaskExtras | undefined): string {
    if (extras?.name !== undefined) return extras.name;
    const { table, functions } = this.#context;
    const own = table.byte(record, RECORD.hidden) & HIDDEN.function;
    try {
      return nameOf(
        functions.get(own ? table.slotWord(record, 0) : table.word(record, RECORD.fn)).fn,
      );
    } catch {
      return UNNAMED; // its function cannot be built here; the path names it by its id
    }
  }

  /** An argument lives on another thread of this process: so must the task. */
  #moveTo(record: number, extras: TaskExtras | undefined): void {
    const { table } = this.#context;
    const slot = this.#elsewhere;
    const set = table.setOfRecord(record);
    if (set === 0 || table.isMember(set, slot)) {
      table.core.again(table.slot, record, table.setOf([slot]));
      return;
    }
    const reason = new SchedulingError(
      `Current scope and argument Chunk scope are not compatible: an argument is pinned to thread ${slot}, which the scope excludes`,
    );
    this.#fail(record, this.#nameOf(record, extras), undefined, reason, false);
  }

  // --- The call --------------------------------------------------------------------------------------

  #call(
    record: number,
    name: string,
    built: BuiltFunction,
    extras: TaskExtras | undefined,
  ): unknown {
    const args = this.#args;
    this.#context.values.mutable = this.#mutable;
    if (this.#host && this.#onDevice) {
      return this.#host.call(built.fn, args, extras?.f64);
    }
    if (built.continues) {
      this.isLoose = true;
      const task = new RunningRecord(this.#context, record, name, this.#parents);
      return withFrame({ task, options: extras?.options }, () => apply(built.fn, args));
    }
    this.#frame.set(record, name, extras?.options);
    const outer = enterFrame(this.#frame);
    try {
      return apply(built.fn, args);
    } finally {
      enterFrame(outer);
    }
  }

  /** Goes on with a task that waited. */
  #resume(step: () => void): void {
    this.suspended--;
    step();
    this.#onResumed();
  }

  #runAfter(promise: Promise<unknown>, record: number, extras: TaskExtras | undefined): void {
    this.suspended++;
    promise.then(
      () => this.#resume(() => this.run(record, false)),
      (thrown) =>
        this.#resume(() => this.#fail(record, this.#nameOf(record, extras), extras, thrown, false)),
    );
  }

  // --- After the call --------------------------------------------------------------------------------

  /** Leaves the time that a timed task took. */
  #clock(record: number, started: number): void {
    if (started !== 0) this.#context.table.setSeconds(record, (performance.now() - started) / 1000);
  }

  /** `sources`: the chunks that the result may be a view of. `pins` end when the result is taken. */
  #finish(
    record: number,
    name: string,
    extras: TaskExtras | undefined,
    result: unknown,
    sources: readonly number[],
    pins: number[],
    keeps: boolean,
  ): void {
    const { table, values, shelf } = this.#context;
    if (typeof result === "number" && !extras?.pin) {
      this.#unpin(pins);
      if (this.#began !== 0) this.#note(record, name, 8);
      table.leaveNumber(result);
      this.#end(record, TAG.number, keeps);
      return;
    }
    let tag: Tag;
    let word: number;
    try {
      const chunk = this.#host?.chunkOf(result);
      if (chunk !== undefined) {
        tag = TAG.chunk;
        word = chunk;
      } else if (extras?.pin) {
        tag = TAG.chunk;
        word = values.toPinned(result, shelf.put(name));
      } else {
        tag = values.encode(result, typeof result === "object" ? shelf.put(name) : 0, sources);
        word = values.word;
      }
    } catch (thrown) {
      this.#unpin(pins);
      this.#fail(record, name, extras, thrown, keeps);
      return;
    }
    this.#unpin(pins);
    if (extras?.storage !== undefined && tag === TAG.chunk) {
      try {
        this.#context.heap.store(word, extras.storage);
      } catch (thrown) {
        this.#context.release(word);
        this.#fail(record, name, extras, thrown, keeps);
        return;
      }
    }
    if (this.#began !== 0) {
      this.#note(record, name, tag === TAG.chunk ? this.#context.heap.bytesOf(word) : 0);
    }
    table.leaveWord(tag, word);
    this.#end(record, tag, keeps);
  }

  /** Writes down a run that ends, before anybody hears of its end. */
  #note(record: number, name: string, bytes: number, hasFailed = false): void {
    const { events } = this.#context;
    const ways = hasFailed ? FAILED_RUN : DONE_RUN;
    const how = this.#wasAwaited ? ways.awaited : ways.run;
    events.ran(how, name, packedIdOf(this.#context, record), this.#began, events.now(), bytes);
    this.#began = 0;
    this.#wasAwaited = false;
  }

  /** Ends a task with the result left in the table, unless that was decided before. */
  #end(record: number, tag: Tag, keeps: boolean): void {
    const { core, slot } = this.#context.table;
    if (core.finish(slot, record, tag, +keeps) === 1) this.#parents.forget(record);
    else this.#parents.cancel(record);
  }

  #fail(
    record: number,
    name: string,
    extras: TaskExtras | undefined,
    thrown: unknown,
    keeps: boolean,
  ): void {
    const { table } = this.#context;
    if (this.#began !== 0) this.#note(record, name, 0, true);
    if (extras?.retries && table.countRetry(record) <= extras.retries) {
      this.#parents.forget(record);
      table.core.again(table.slot, record, table.setOfRecord(record));
      return;
    }
    if (this.#host && isLoss(thrown) && this.#runElsewhere(record)) return;
    const path = [{ id: idOf(this.#context, record), name }];
    this.#finishFailed(record, { thrown, path }, keeps);
  }

  /** The device of this thread is lost: another processor of the scope may run the task, if there is one. */
  #runElsewhere(record: number): boolean {
    const { table } = this.#context;
    const others = table.membersOf(table.setOfRecord(record)).filter((slot) => slot !== table.slot);
    if (others.length === 0) return false;
    table.core.again(table.slot, record, table.setOf(others));
    return true;
  }

  #finishFailed(record: number, failure: Failure, keeps: boolean): void {
    const { table, payloads, shelf } = this.#context;
    table.leaveWord(TAG.error, payloads.writeFailure(failure, shelf.put("errors")));
    this.#end(record, TAG.error, keeps);
  }
}

const DONE_RUN = { run: EVENT_KIND.run, awaited: EVENT_KIND.awaited } as const;
const FAILED_RUN = { run: EVENT_KIND.failed, awaited: EVENT_KIND.awaitedFailed } as const;

/** The frame of one synchronous call after the other. */
class CallFrame implements Frame {
  options: ScopedOptions | undefined;
  readonly #context: Context;
  readonly #parents: Parents;
  #record = 0;
  #name = "";
  /** Made when somebody asks. */
  #task: RunningRecord | undefined;

  constructor(context: Context, parents: Parents) {
    this.#context = context;
    this.#parents = parents;
  }

  set(record: number, name: string, options: ScopedOptions | undefined): void {
    this.#record = record;
    this.#name = name;
    this.#task = undefined;
    this.options = options;
  }

  get task(): RunningRecord {
    this.#task ??= new RunningRecord(this.#context, this.#record, this.#name, this.#parents);
    return this.#task;
  }
}

const isLoss = (thrown: unknown): boolean =>
  thrown instanceof BodkinError && thrown.code === "DEVICE_LOST";

const isElements = (kind: string): boolean => kind === "typed" || kind === "array";

/** What a function is called in errors and logs. */
const nameOf = (fn: AnyFunction): string => fn.name || "anonymous";

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}

/** Calls with few arguments need no array spread. */
function apply(fn: AnyFunction, args: unknown[]): unknown {
  const call = fn as (...values: unknown[]) => unknown;
  switch (args.length) {
    case 0:
      return call();
    case 1:
      return call(args[0]);
    case 2:
      return call(args[0], args[1]);
    case 3:
      return call(args[0], args[1], args[2]);
    default:
      return call(...args);
  }
}
