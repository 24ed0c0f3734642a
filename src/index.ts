/**
 * Bodkin: parallel computing for TypeScript. Tasks, scopes, data and arrays over threads and processes.
 * @packageDocumentation
 */

import "./array/adapter.ts";
import { AutoBlocks, Blocks, type Partitioning } from "./array/blocks.ts";
import type { CreateOptions, RandomOptions } from "./array/creation.ts";
import * as blockTasks from "./array/distributed/block-tasks.ts";
import type { DArray } from "./array/distributed/darray.ts";
import "./array/distributed/handle.ts";
import * as reductionTasks from "./array/distributed/reduction-tasks.ts";
import type { Complex } from "./array/element.ts";
import type { ElementwiseOptions } from "./array/elementwise/operand-types.ts";
import type { ArraySource } from "./array/from-source.ts";
import * as arrays from "./array/functions.ts";
import { fromArray } from "./array/local.ts";
import { type NDArray, ndarray, type WrapOptions } from "./array/ndarray.ts";
import * as reductions from "./array/reducing.ts";
import {
  type AddOptions,
  addWorkers,
  type Cluster,
  removeWorker,
  type StartOptions,
  setEntries,
  start,
  workers,
} from "./cluster/session.ts";
import { entryUrl } from "./entry/urls.ts";
import type { DType } from "./memory/dtype.ts";
import { registerExports } from "./runtime/payload.ts";
import type { Chunk } from "./task/chunk.ts";
import { type MutableOptions, mutable, type ShardOptions, shard, tochunk } from "./task/data.ts";
import "./task/handles.ts";
import { resultOf } from "./task/foreign.ts";
import {
  inTask,
  isCancelled,
  myid,
  taskId,
  taskProcessor,
  threadid,
  throwIfCancelled,
} from "./task/inside.ts";
import { getOptions, type TaskOptions, withOptions } from "./task/options.ts";
import { spawnBulk, spawnSequential } from "./task/queues.ts";
import {
  allProcessors,
  compatibleProcessors,
  constrain,
  type Processor,
  type Scope,
  type ScopeSpec,
  scope,
  unionScope,
} from "./task/scope.ts";
import { Shard } from "./task/shard.ts";
import { callIt, copyOf, spawn, spawnWith, task } from "./task/spawn.ts";
import type { CancelOptions, FetchOptions, Task } from "./task/task.ts";
import { fetchAll, waitAll, waitAny } from "./task/wait.ts";
import {
  BodkinError,
  type ErrorCode,
  type PathStep,
  SchedulingError,
  TaskFailedError,
} from "./wire/errors.ts";

setEntries({ thread: entryUrl("thread"), process: entryUrl("process") });

registerExports({
  ...arrays,
  ...reductions,
  ...blockTasks,
  ...reductionTasks,
  AutoBlocks,
  Blocks,
  fromArray,
  ndarray,
  BodkinError,
  SchedulingError,
  Shard,
  TaskFailedError,
  addWorkers,
  allProcessors,
  callIt,
  compatibleProcessors,
  constrain,
  copyOf,
  fetchAll,
  getOptions,
  inTask,
  isCancelled,
  mutable,
  myid,
  removeWorker,
  resultOf,
  scope,
  shard,
  spawn,
  spawnBulk,
  spawnSequential,
  spawnWith,
  start,
  task,
  taskId,
  taskProcessor,
  threadid,
  throwIfCancelled,
  tochunk,
  unionScope,
  waitAll,
  waitAny,
  withOptions,
  workers,
});

export {
  arange,
  broadcast,
  collect,
  distribute,
  eye,
  full,
  linspace,
  map,
  ones,
  rand,
  randn,
  zeros,
} from "./array/functions.ts";
export { all, any, max, mean, min, norm, prod, std, sum, variance } from "./array/reducing.ts";

export {
  type AddOptions,
  type ArraySource,
  AutoBlocks,
  addWorkers,
  allProcessors,
  Blocks,
  BodkinError,
  type CancelOptions,
  type Chunk,
  type Cluster,
  type Complex,
  type CreateOptions,
  compatibleProcessors,
  constrain,
  type DArray,
  type DType,
  type ElementwiseOptions,
  type ErrorCode,
  type FetchOptions,
  fetchAll,
  fromArray,
  getOptions,
  inTask,
  isCancelled,
  type MutableOptions,
  mutable,
  myid,
  type NDArray,
  ndarray,
  type Partitioning,
  type PathStep,
  type Processor,
  type RandomOptions,
  removeWorker,
  SchedulingError,
  type Scope,
  type ScopeSpec,
  Shard,
  type ShardOptions,
  type StartOptions,
  scope,
  shard,
  spawn,
  spawnBulk,
  spawnSequential,
  spawnWith,
  start,
  type Task,
  TaskFailedError,
  type TaskOptions,
  task,
  taskId,
  taskProcessor,
  threadid,
  throwIfCancelled,
  tochunk,
  unionScope,
  type WrapOptions,
  waitAll,
  waitAny,
  withOptions,
  workers,
};
