/** Making chunks: of values that are here, of data that is made where it shall stay, one piece a processor. */

import type { AnyFunction } from "../closure/codec.ts";
import { currentMembers } from "../cluster/members.ts";
import { ensureNode } from "../cluster/session.ts";
import { type Context, findContext } from "../runtime/context.ts";
import { defaultWorkers, type ScopeBoxes, threadsBeside } from "../sched/scope.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkNames } from "../wire/option-names.ts";
import { type Chunk, ChunkHandle } from "./chunk.ts";
import { mergeOptions, scopedOptions, type TaskOptions } from "./options.ts";
import { boxesOf, type Processor, type Scope, scope, scopeOf } from "./scope.ts";
import { Shard } from "./shard.ts";
import { submit } from "./submit.ts";

/** The context of this thread; starts a cluster where there is none. */
export function here(): Context {
  return findContext() ?? (ensureNode() as NonNullable<ReturnType<typeof ensureNode>>).context;
}

/** Puts a value into the heap of this worker. A chunk is given back as it is. */
export function tochunk<T>(value: T | Chunk<T>): Chunk<T> {
  if (value instanceof ChunkHandle) return value as Chunk<T>;
  const context = here();
  return new ChunkHandle<T>(context, context.values.toChunk(value, 0));
}

/** Where mutable data shall be; one of these. */
export interface MutableOptions {
  readonly worker?: number | undefined;
  readonly processor?: Processor | undefined;
  readonly scope?: Scope | undefined;
}

/**
 * Makes data that tasks may change, where it shall stay: `make` runs there, and so do all tasks that use it.
 * Arrays can be used by every thread of the worker, other values by one thread only. Nothing orders tasks that
 * change the same data but their dependencies.
 */
export function mutable<T>(make: () => T, options: MutableOptions = {}): Chunk<Awaited<T>> {
  if (typeof make !== "function") {
    throw invalidArgument(
      "mutable(make) takes a function that makes the data where it shall stay: mutable(() => data)",
    );
  }
  const where = mutableScope(options);
  const own = where && { computeScope: where };
  const made = besideDevices(mergeOptions(scopedOptions(), own ?? {}));
  const task = submit(make as AnyFunction, [], made, { pin: true });
  return new ChunkHandle<Awaited<T>>(task.context, task, where && boxesOf(where));
}

/** Data for a device is made by a thread beside it; the device gets it when it is used there. */
function besideDevices(options: TaskOptions): TaskOptions {
  const asked = options.computeScope ?? options.scope;
  const boxes = asked && threadsBeside(boxesOf(asked));
  return boxes ? { ...options, computeScope: scopeOf(boxes) } : options;
}

function mutableScope(options: MutableOptions): Scope | undefined {
  checkNames(options, ["worker", "processor", "scope"], "mutable()");
  const { worker, processor, scope: within } = options;
  if ([worker, processor, within].filter((each) => each !== undefined).length > 1) {
    throw invalidArgument("mutable takes one of worker, processor and scope");
  }
  if (worker !== undefined) return scope({ worker });
  if (processor !== undefined) return exactly(processor);
  return within && scope(within);
}

function exactly(processor: Processor): Scope {
  const { kind, worker, thread, device } = processor ?? {};
  if (kind === "gpu" && worker !== undefined && device !== undefined) {
    return scope({ worker, gpu: device });
  }
  if (kind === "thread" && worker !== undefined && thread !== undefined) {
    return scope({ worker, thread });
  }
  throw invalidArgument(
    'a processor is as allProcessors() gives them: { kind: "thread", worker: 1, thread: 1 }',
  );
}

export interface ShardOptions {
  /** One piece a thread rather than one a worker. */
  readonly perThread?: boolean | undefined;
  /** Workers that get a piece; all that compute by default. */
  readonly workers?: readonly number[] | undefined;
  /** Processors that get a piece. */
  readonly procs?: readonly Processor[] | undefined;
}

/**
 * Makes one piece of data for each worker, thread or listed processor. As an argument of a task it is the piece
 * of the processor that runs the task.
 */
export function shard<T>(make: () => T, options: ShardOptions = {}): Shard<Awaited<T>> {
  if (typeof make !== "function") {
    throw invalidArgument(
      "shard(make) takes a function that makes a piece: shard(() => new Map())",
    );
  }
  checkNames(options, ["perThread", "workers", "procs"], "shard()");
  const { perThread, workers, procs } = options;
  for (const list of [workers, procs]) {
    if (list !== undefined && !Array.isArray(list)) {
      throw invalidArgument("shard: workers and procs must be lists");
    }
  }
  if (procs && (workers || perThread !== undefined)) {
    throw invalidArgument("shard takes procs alone, or workers and perThread");
  }
  here();
  const members = currentMembers();
  const absent = workers?.find((each) => !members.some(({ worker }) => worker === each));
  if (absent !== undefined) {
    const there = members.map(({ worker }) => worker).join(", ");
    throw invalidArgument(`shard: there is no worker ${String(absent)}; there are ${there}`);
  }
  const where: Scope[] = procs
    ? procs.map(exactly)
    : (workers ?? defaultWorkers(members)).flatMap((worker) => {
        if (!perThread) return [scope({ worker })];
        const threads = members.find((member) => member.worker === worker)?.threads ?? 0;
        return Array.from({ length: threads }, (_, i) => scope({ worker, thread: i + 1 }));
      });
  if (where.length === 0)
    throw invalidArgument("a shard needs at least one processor to have a piece on");
  const pieces = where.map((each) => mutable(make, { scope: each }) as ChunkHandle<Awaited<T>>);
  const boxes: ScopeBoxes = where.flatMap(boxesOf);
  return new Shard(pieces, boxes);
}
