/**
 * Spawning: function and arguments into a record, with what few tasks need besides. All that can be wrong with
 * the call is found here, before anything runs.
 */

import { type AnyFunction, withCaptures } from "../closure/codec.ts";
import { currentMembers } from "../cluster/members.ts";
import type { ClusterNode } from "../cluster/node.ts";
import { ensureNode } from "../cluster/session.ts";
import { type Context, findContext } from "../runtime/context.ts";
import { HIDDEN, type TaskExtras } from "../runtime/extras.ts";
import { currentFrame } from "../runtime/frame.ts";
import { copyArray } from "../runtime/values.ts";
import { PLACE, RECORD_SLOTS, TAG } from "../sched/layout.ts";
import { classOf } from "../sched/priority.ts";
import { intersect, processorsIn, type ScopeBoxes, scopeText } from "../sched/scope.ts";
import type { Tag } from "../sched/task-table.ts";
import { invalidArgument, SchedulingError } from "../wire/errors.ts";
import { checkNames } from "./check-names.ts";
import { type Chunk, ChunkHandle, setCopyTaker } from "./chunk.ts";
import { collectTask } from "./collect.ts";
import { ForeignTask, isTask, resultOf } from "./foreign.ts";
import {
  checkOptions,
  mergeOptions,
  packOptions,
  scopedOptions,
  type TaskOptions,
} from "./options.ts";
import { type HeldCall, setJoin, takeTurn } from "./queues.ts";
import { boxesOf } from "./scope.ts";
import { Shard, setPieceSpawner } from "./shard.ts";
import { ShippedFunction } from "./shipped-function.ts";
import { spawnSite } from "./site.ts";
import { type Task, TaskHandle } from "./task.ts";

/** What may stand for an argument of type `T`: a value, or something that will have one. */
export type Argument<T> = T | Task<T> | Chunk<T> | Shard<T>;
export type Arguments<A extends readonly unknown[]> = { [K in keyof A]: Argument<A[K]> };

/** What a task may run: a function, or something that will be one. */
export type TaskFunction<A extends readonly unknown[], R> =
  | ((...args: A) => R)
  | Task<(...args: A) => R>
  | Chunk<(...args: A) => R>;

/** Runs a function as a task. Tasks among the arguments come first, and the function gets their results. */
export function spawn<A extends readonly unknown[], R>(
  fn: TaskFunction<A, R>,
  ...args: Arguments<A>
): Task<Awaited<R>> {
  return submitCall(fn, args, scopedOptions()) as Task<Awaited<R>>;
}

/** Runs a function as a task with options of its own. */
export function spawnWith<A extends readonly unknown[], R>(
  options: TaskOptions,
  fn: TaskFunction<A, R>,
  ...args: Arguments<A>
): Task<Awaited<R>> {
  checkOptions(options);
  return submitCall(fn, args, mergeOptions(scopedOptions(), options)) as Task<Awaited<R>>;
}

function submitCall(
  fn: unknown,
  args: readonly unknown[],
  options: TaskOptions | undefined,
): TaskHandle<unknown> {
  if (fn instanceof ChunkHandle || isTask(fn)) {
    return submit(callIt as AnyFunction, [fn, ...args], options);
  }
  return submit(fn as AnyFunction, args, options);
}

/** Run as a task whose function is the value of a chunk or task. */
export function callIt<A extends readonly unknown[], R>(fn: (...args: A) => R, ...args: A): R {
  if (typeof fn !== "function") {
    throw invalidArgument(`a task needs a function to run; its chunk holds ${describe(fn)}`);
  }
  return fn(...args);
}

/** What the library's own spawns need besides `TaskOptions`. */
export interface InternalOptions {
  /** The result stays where it is made: others may change it. */
  readonly pin?: boolean;
}

/**
 * A function that carries what it captures, for engines whose functions cannot be read. Stated captures win
 * over those that were read.
 */
export function task<F extends AnyFunction>(
  fn: F,
  options: { readonly captures?: Readonly<Record<string, unknown>> } = {},
): F {
  if (typeof fn !== "function") {
    throw invalidArgument(`task(fn) takes a function, not ${describe(fn)}`);
  }
  checkNames(options, ["captures"], "task");
  const { captures = {} } = options;
  if (typeof captures !== "object" || captures === null) {
    throw invalidArgument("captures must be an object: task(fn, { captures: { k } })");
  }
  return withCaptures(fn, captures);
}

/** Spawns without looking at the scoped options. */
export function submit(
  fn: AnyFunction,
  args: readonly unknown[],
  options: TaskOptions | undefined,
  internal?: InternalOptions,
): TaskHandle<unknown> {
  const context = findContext() ?? startedNode().context;
  if (typeof fn !== "function") {
    throw invalidArgument(`a task needs a function to run, not ${describe(fn)}`);
  }
  const name = options?.name || fn.name || "anonymous";
  const handle = new TaskHandle<unknown>(context, name, spawnSite(fn));
  if (options?.resultScope) handle.boxes = boxesOf(options.resultScope);
  const where =
    options || args.some(scopeOfArgument) ? placeOf(context, options, args) : defaultPlace(context);
  if (where instanceof SchedulingError) handle.endUnsubmitted(where);
  else if (options?.signal?.aborted)
    handle.endUnsubmitted(handle.abortError(options.signal.reason));
  else {
    const extras = options || internal ? extrasOf(options, internal, where) : undefined;
    const call: Call = { context, handle, where, options, extras, before: options?.syncdeps ?? [] };
    const turn = takeTurn(handle);
    if (!turn) launch(call, context.functions.ship(fn), args);
    else {
      const own = { ...call, before: [...call.before, ...turn.before] };
      if (turn.hold) turn.hold(hold(own, fn, args));
      else launch(own, context.functions.ship(fn), args);
    }
  }
  collectTask(handle);
  return handle;
}

/** What a task is besides function and arguments. */
interface Call {
  readonly context: Context;
  readonly handle: TaskHandle<unknown>;
  readonly where: Place;
  readonly options: TaskOptions | undefined;
  readonly extras: TaskExtras | undefined;
  /** Tasks that must be done before. */
  readonly before: readonly Task<unknown>[];
}

/** Writes the record of a task and submits it. Takes over the reference to the function. */
function launch(
  { context, handle, where, options, extras, before }: Call,
  { chunk, stable }: { readonly chunk: number; readonly stable: boolean },
  args: readonly unknown[],
): void {
  const { table } = context;
  const cls = options?.priority === undefined ? DEFAULT_CLASS : classOf(options.priority);
  table.useClass(cls);
  const record = table.take();
  const writer = new RecordWriter(context, record);
  try {
    table.describe(record, stable ? chunk : 0, where.set, cls);
    let hidden = 0;
    if (!stable) {
      hidden |= HIDDEN.function;
      writer.word(TAG.functionChunk, chunk);
    }
    if (extras) {
      hidden |= HIDDEN.extras;
      writer.word(TAG.chunk, context.payloads.write(extras, 0));
    }
    table.setHidden(record, hidden);
    for (const arg of args) writer.argument(arg);
    for (const task of before) writer.order(task);
  } catch (error) {
    writer.abandon();
    throw error;
  }
  const isControl = context.seat.slot === 0;
  const ticket = (isControl ? startedNode() : context.home).submit(record, handle);
  handle.submitted(ticket);
  if (options?.signal) followSignal(handle, options.signal);
  currentFrame()?.task?.adopt(handle);
}

/** A call whose task is launched later, with function and arguments as they are now. */
function hold(call: Call, fn: AnyFunction, args: readonly unknown[]): HeldCall {
  const { context, handle } = call;
  const kept = new DisposableStack();
  const shipped = kept.use(ShippedFunction.of(context, fn));
  const own = args.map((arg) => {
    const keep = keepArgument(context, arg);
    return keep ? kept.use(keep) : arg;
  });
  handle.isHeld = true;
  return {
    handle,
    launch: () => {
      handle.isHeld = false;
      using _kept = kept;
      if (handle.outcome) return; // cancelled meanwhile
      shipped.retain();
      launch(call, { chunk: shipped.chunk, stable: shipped.tag === TAG.function }, own);
    },
    drop: () => {
      handle.isHeld = false;
      kept.dispose();
      if (!handle.outcome) handle.endUnsubmitted(handle.abortError("it was never launched"));
    },
  };
}

/** Stands for an argument until its task is launched, whatever becomes of it; undefined: the argument itself does. */
function keepArgument(context: Context, arg: unknown): (Disposable & object) | undefined {
  if (typeof arg === "function") return ShippedFunction.of(context, arg as AnyFunction);
  if (typeof arg !== "object" || arg === null || isTask(arg) || arg instanceof Shard)
    return undefined;
  if (arg instanceof ShippedFunction) return arg.copy();
  if (!(arg instanceof ChunkHandle))
    return new ChunkHandle(context, context.values.toChunk(arg, 0));
  if (arg.task) return undefined;
  context.heap.retain(arg.index);
  return new ChunkHandle(context, arg.index, arg.boxes);
}

/** Run as a task that ends when those before it have. */
export function nothing(): void {}

setJoin((tasks) => submit(nothing, [], { syncdeps: tasks }));

const startedNode = (): ClusterNode => ensureNode() as ClusterNode;

setPieceSpawner((fn, piece, options) =>
  submit(fn, [piece], mergeOptions(scopedOptions(), options)),
);

/** Run as a task where a pinned value is: what it gives is a value of its own. */
export function copyOf<T>(value: T): T {
  return copyArray(value);
}

setCopyTaker((chunk) => submit(copyOf as AnyFunction, [chunk], undefined));

const DEFAULT_CLASS: number = classOf(0);

/** Cancels a task when a signal says so, until it is done. */
function followSignal(task: TaskHandle<unknown>, signal: AbortSignal): void {
  const onAbort = (): void => task.cancel({ reason: signal.reason });
  signal.addEventListener("abort", onAbort, { once: true });
  task.onSettled(() => signal.removeEventListener("abort", onAbort));
}

// --- Where ---------------------------------------------------------------------------------------

interface Place {
  /** Number of a processor set of this process, 0 for any thread, or `PLACE`. */
  readonly set: number;
  /** For the placer; absent: the default scope. */
  readonly boxes?: ScopeBoxes;
}

const ANY_THREAD: Place = { set: 0 };
const PLACER: Place = { set: PLACE };

const isShared = (): boolean => currentMembers().length > 1 || (ensureNode()?.isShared ?? false);

function defaultPlace(context: Context): Place {
  const members = currentMembers();
  if (members.length > 1) return PLACER;
  return context.seat.slot === 0 && isShared() ? PLACER : ANY_THREAD;
}

/** Where users of an argument must run, if it says so. */
const scopeOfArgument = (arg: unknown): ScopeBoxes | undefined =>
  arg instanceof TaskHandle || arg instanceof ChunkHandle || arg instanceof Shard
    ? arg.boxes
    : undefined;

function placeOf(
  context: Context,
  options: TaskOptions | undefined,
  args: readonly unknown[],
): Place | SchedulingError {
  const asked = options?.computeScope ?? options?.scope;
  let boxes: ScopeBoxes | undefined = asked && boxesOf(asked);
  if (options?.resultScope) {
    const result = boxesOf(options.resultScope);
    const both = boxes ? intersect(boxes, result) : result;
    if (boxes && both.length === 0) {
      return new SchedulingError(
        `compute_scope and result_scope are not compatible: ${scopeText(boxes)} and ${scopeText(result)} have no processor in common`,
      );
    }
    boxes = both;
  }
  for (const arg of args) {
    const own = scopeOfArgument(arg);
    if (!own) continue;
    // Data that must stay where it is draws tasks there, unless they say where they want to be.
    const both = boxes ? intersect(boxes, own) : own;
    if (both.length === 0) {
      return new SchedulingError(
        `Current scope and argument Chunk scope are not compatible: ${scopeText(boxes ?? [])} and ${scopeText(own)} have no processor in common`,
      );
    }
    boxes = both;
  }
  return boxes ? resolve(context, boxes) : defaultPlace(context);
}

function resolve(context: Context, boxes: ScopeBoxes): Place | SchedulingError {
  const found = processorsIn(boxes, currentMembers());
  const threads = found.filter(({ kind }) => kind === "thread");
  if (threads.length === 0) {
    const gpus = boxes.some(({ kind }) => kind === "gpu") ? " (no GPU is in use)" : "";
    return new SchedulingError(
      `No processors available, try widening scope: there is none of ${scopeText(boxes)}${gpus}`,
    );
  }
  if (threads.some(({ worker }) => worker !== context.worker)) return { set: PLACE, boxes };
  const all = currentMembers().find(({ worker }) => worker === context.worker)?.threads;
  if (threads.length === all) return ANY_THREAD;
  return { set: context.table.setOf(threads.map(({ unit }) => unit)) };
}

function extrasOf(
  options: TaskOptions | undefined,
  internal: InternalOptions | undefined,
  where: Place,
): TaskExtras | undefined {
  const inherited = packOptions(scopedOptions());
  const { name, timeUtil, occupancy, meta, retries } = options ?? {};
  const extras: TaskExtras = {
    ...(name !== undefined && { name }),
    ...(inherited && { options: inherited }),
    ...(where.boxes && { scope: where.boxes }),
    ...(timeUtil !== undefined && { timeUtil }),
    ...(occupancy !== undefined && { occupancy }),
    ...(meta && { meta }),
    ...(retries && { retries }),
    ...(internal?.pin && { pin: true }),
  };
  return Object.keys(extras).length === 0 ? undefined : extras;
}

/** A task of this thread that ends as one of another thread does. */
const waitFor = (task: ForeignTask<unknown>): TaskHandle<unknown> =>
  submit(resultOf as AnyFunction, [[task]], undefined);

// --- Arguments -------------------------------------------------------------------------------------

/** Fills the slots of a record, one after the other. */
class RecordWriter {
  readonly #context: Context;
  readonly #record: number;
  #part: number;
  #count = 0;

  constructor(context: Context, record: number) {
    this.#context = context;
    this.#record = record;
    this.#part = record;
  }

  #next(): number {
    const { table } = this.#context;
    if (this.#count === RECORD_SLOTS) {
      this.#part = table.extend(this.#record, this.#part);
      this.#count = 0;
    }
    const at = this.#count++;
    table.setCount(this.#part, this.#count);
    return at;
  }

  /** A chunk or function; a reference passes to the record. */
  word(tag: Tag, word: number): void {
    const at = this.#next();
    this.#context.table.setWord(this.#part, at, tag, word);
  }

  #number(value: number): void {
    const at = this.#next();
    this.#context.table.setNumber(this.#part, at, value);
  }

  argument(value: unknown): void {
    if (typeof value === "number") this.#number(value);
    else if (value instanceof TaskHandle) this.#task(value, TAG.edge);
    else if (value instanceof ChunkHandle) this.#chunk(value);
    else if (value instanceof ForeignTask) this.#task(waitFor(value), TAG.edge);
    else if (value instanceof Shard) this.#shard(value);
    else if (value instanceof ShippedFunction) this.#function(value);
    else {
      const { values } = this.#context;
      const tag = values.encode(value, 0);
      if (tag === TAG.number) this.#number(values.number);
      else this.word(tag, values.word);
    }
  }

  /** A task that must be done before. */
  order(before: unknown): void {
    const task = before instanceof ForeignTask ? waitFor(before) : before;
    if (!(task instanceof TaskHandle)) throw invalidArgument("syncdeps must list tasks");
    if (!task.outcome || task.outcome.tag === TAG.error) this.#task(task, TAG.order);
  }

  #task(task: TaskHandle<unknown>, how: Tag): void {
    const { heap } = this.#context;
    const { outcome, ticket } = task;
    if (ticket) this.word(how, ticket.record);
    else if (outcome) {
      const { tag, number, word } = outcome;
      if (tag === TAG.number) this.#number(number);
      else {
        if (tag === TAG.chunk || tag === TAG.error || tag === TAG.functionChunk) heap.retain(word);
        this.word(tag, word);
      }
    } else throw task.gone ?? invalidArgument("a task of a closed cluster cannot be an argument");
  }

  #chunk(chunk: ChunkHandle<unknown>): void {
    if (chunk.task) this.#task(chunk.task, TAG.edge);
    else {
      this.#context.heap.retain(chunk.index);
      this.word(TAG.chunk, chunk.index);
    }
  }

  #function(fn: ShippedFunction): void {
    fn.retain();
    this.word(fn.tag, fn.chunk);
  }

  /** The pieces of all processors; the one that runs the task takes its own. */
  #shard(shard: Shard<unknown>): void {
    this.word(TAG.pieces, shard.pieces.length);
    for (const piece of shard.pieces) this.#chunk(piece);
  }

  /** Gives back what was written, when the rest could not be. */
  abandon(): void {
    this.#context.table.core.free(this.#context.seat.slot, this.#record);
  }
}

const describe = (value: unknown): string =>
  value === null
    ? "null"
    : typeof value === "object"
      ? "an object"
      : `${typeof value} ${String(value)}`;
