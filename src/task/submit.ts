/** Submitting tasks: function and arguments into a record, now or when the queue they are spawned in says so. */

import type { AnyFunction } from "../closure/codec.ts";
import type { ClusterNode } from "../cluster/node.ts";
import { ensureNode } from "../cluster/session.ts";
import { type Context, findContext } from "../runtime/context.ts";
import { HIDDEN, type TaskExtras } from "../runtime/extras.ts";
import { currentFrame } from "../runtime/frame.ts";
import { TAG } from "../sched/layout.ts";
import { classOf } from "../sched/priority.ts";
import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";
import { isHeard, tellSpawned } from "./channels.ts";
import { ChunkHandle } from "./chunk.ts";
import { collectTask } from "./collect.ts";
import { type ForeignTask, isTask, resultOf } from "./foreign.ts";
import { GivenTask } from "./given-task.ts";
import { packOptions, scopedOptions, type TaskOptions } from "./options.ts";
import { defaultPlace, type Place, placeOf, scopeOfArgument } from "./place-of.ts";
import { type HeldCall, setJoin, type Turn, takeTurn } from "./queues.ts";
import { RecordWriter } from "./record-writer.ts";
import { boxesOf } from "./scope.ts";
import { Shard } from "./shard.ts";
import { ShippedFunction } from "./shipped-function.ts";
import { spawnSite } from "./site.ts";
import { type Task, TaskHandle } from "./task.ts";

/** What the library's own spawns need besides `TaskOptions`. */
export interface InternalOptions {
  /** The result stays where it is made: others may change it. */
  readonly pin?: boolean;
  /** Where it was called for, if not here. */
  readonly site?: string | undefined;
}

/** Spawns without looking at the scoped options; at a given turn, or in the queues that there are. */
export function submit(
  fn: AnyFunction,
  args: readonly unknown[],
  options: TaskOptions | undefined,
  internal?: InternalOptions,
  given?: Turn,
): TaskHandle<unknown> {
  const call = callOf(fn, options, internal);
  const { context, handle } = call;
  if (options?.signal?.aborted) handle.endUnsubmitted(handle.abortError(options.signal.reason));
  else {
    const before = options?.syncdeps ?? [];
    const turn = given ?? takeTurn(handle);
    if (!turn) launch(call, context.functions.ship(fn), args, before);
    else if (turn.hold) turn.hold(hold(call, fn, args, [...before, ...turn.before]));
    else launch(call, context.functions.ship(fn), args, [...before, ...turn.before]);
  }
  collectTask(handle);
  if (isHeard()) tellSpawned(handle);
  return handle;
}

/** A task that was called for, with its handle. */
function callOf(
  fn: AnyFunction,
  options: TaskOptions | undefined,
  internal: InternalOptions | undefined,
): Call {
  const context = findContext() ?? startedNode().context;
  if (typeof fn !== "function") {
    throw invalidArgument(`a task needs a function to run, not ${describe(fn)}`);
  }
  const name = options?.name || fn.name || "anonymous";
  const handle = new TaskHandle<unknown>(context, name, internal?.site ?? spawnSite(fn));
  if (options?.resultScope) handle.boxes = boxesOf(options.resultScope);
  const inherited = options || internal ? packOptions(scopedOptions()) : undefined;
  return { context, handle, options, internal, inherited, fn };
}

/** What a task is besides function, arguments and order. */
interface Call {
  readonly context: Context;
  readonly handle: TaskHandle<unknown>;
  readonly options: TaskOptions | undefined;
  readonly internal: InternalOptions | undefined;
  /** Scoped options for the tasks it spawns. */
  readonly inherited: TaskExtras["options"];
  /** To ask about it; what is shipped is read when the call says so. */
  readonly fn: AnyFunction;
}

/** Finds the task a place, writes its record and submits it. Takes over the reference to the function. */
function launch(
  call: Call,
  { chunk, stable }: { readonly chunk: number; readonly stable: boolean },
  args: readonly unknown[],
  before: readonly Task<unknown>[],
): void {
  const { context, handle, options, internal } = call;
  const where =
    options || args.some(scopeOfArgument)
      ? placeOf(context, options, args, call.fn)
      : defaultPlace(context);
  // The engine's own class: asking for one of ours costs as much as the rest of a task.
  if (where instanceof Error) {
    if (!stable) context.release(chunk);
    handle.endUnsubmitted(where);
    return;
  }
  const extras = options || internal || where.boxes ? extrasOf(call, where) : undefined;
  const { table } = context;
  const cls = options?.priority === undefined ? DEFAULT_CLASS : classOf(options.priority);
  table.useClass(cls);
  const record = table.take();
  const writer = new RecordWriter(context, record, waitFor);
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
  const { events } = context;
  if (events.isOn) {
    const parent = currentFrame()?.task?.number ?? 0;
    events.spawned(handle.name, handle.number, parent, writer.needs);
  }
  if (options?.signal) followSignal(handle, options.signal);
  currentFrame()?.task?.adopt(handle);
}

/** A call whose task is launched later, with function and arguments as they are now. */
function hold(
  call: Call,
  fn: AnyFunction,
  args: readonly unknown[],
  before: readonly Task<unknown>[],
): HeldCall {
  const kept = new DisposableStack();
  const later = postpone(call, fn, kept);
  const own = args.map((arg) => keepArgument(call.context, arg, kept));
  return { launch: () => later.launch(own, before), drop: () => later.drop() };
}

/** A task whose arguments are not known yet. */
export interface Postponed {
  readonly handle: TaskHandle<unknown>;
  launch(args: readonly unknown[], before: readonly Task<unknown>[]): void;
  /** It is never launched. */
  drop(): void;
}

/** Makes the handle of a task whose arguments come later. `kept` is disposed of when they have come. */
export function prepare(
  fn: AnyFunction,
  options: TaskOptions | undefined,
  kept: DisposableStack,
  internal?: InternalOptions,
): Postponed {
  const call = callOf(fn, options, internal);
  collectTask(call.handle);
  return postpone(call, fn, kept);
}

function postpone(call: Call, fn: AnyFunction, kept: DisposableStack): Postponed {
  const { context, handle } = call;
  const shipped = kept.use(ShippedFunction.of(context, fn));
  handle.isHeld = true;
  return {
    handle,
    launch: (args, before) => {
      handle.isHeld = false;
      using _kept = kept;
      if (handle.outcome) return; // cancelled meanwhile
      shipped.retain();
      const { chunk, tag } = shipped;
      launch(call, { chunk, stable: tag === TAG.function }, args, before);
    },
    drop: () => {
      handle.isHeld = false;
      kept.dispose();
      if (!handle.outcome) handle.endUnsubmitted(handle.abortError("it was never launched"));
    },
  };
}

/** Stands for an argument as it is now, until its task is launched, whatever becomes of it. */
export function keepArgument(context: Context, arg: unknown, kept: DisposableStack): unknown {
  if (typeof arg === "function") {
    return kept.use(ShippedFunction.of(context, arg as AnyFunction));
  }
  if (typeof arg !== "object" || arg === null || arg instanceof Shard) return arg;
  if (arg instanceof GivenTask) {
    kept.use(arg.task.keep());
    return arg;
  }
  if (isTask(arg)) {
    if (arg instanceof TaskHandle) kept.use(arg.keep());
    return arg;
  }
  if (arg instanceof ShippedFunction) return kept.use(arg.copy());
  if (!(arg instanceof ChunkHandle)) {
    return kept.use(new ChunkHandle(context, context.values.toChunk(arg, 0)));
  }
  if (arg.task) return arg;
  context.heap.retain(arg.index);
  return kept.use(new ChunkHandle(context, arg.index, arg.boxes));
}

/** Run as a task that ends when those before it have. */
export function nothing(): void {}

setJoin((tasks, hold) => submit(nothing, [], { syncdeps: tasks }, undefined, { before: [], hold }));

const startedNode = (): ClusterNode => ensureNode() as ClusterNode;

const DEFAULT_CLASS: number = classOf(0);

/** Cancels a task when a signal says so, until it is done. */
function followSignal(task: TaskHandle<unknown>, signal: AbortSignal): void {
  const onAbort = (): void => task.cancel({ reason: signal.reason });
  signal.addEventListener("abort", onAbort, { once: true });
  task.onSettled(() => signal.removeEventListener("abort", onAbort));
}

function extrasOf({ options, internal, inherited }: Call, where: Place): TaskExtras | undefined {
  const { name, timeUtil, occupancy, meta, retries, f64, storage } = options ?? {};
  const extras: TaskExtras = {
    ...(name !== undefined && { name }),
    ...(inherited && { options: inherited }),
    ...(where.boxes && { scope: where.boxes }),
    ...(timeUtil !== undefined && { timeUtil }),
    ...(occupancy !== undefined && { occupancy }),
    ...(meta && { meta }),
    ...(retries && { retries }),
    ...(storage !== undefined && { storage }),
    ...(f64 !== undefined && { f64 }),
    ...(internal?.pin && { pin: true }),
  };
  return Object.keys(extras).length === 0 ? undefined : extras;
}

/** A task of this thread that ends as one of another thread does. */
const waitFor = (task: ForeignTask<unknown>): TaskHandle<unknown> =>
  submit(resultOf as AnyFunction, [[task]], undefined);
