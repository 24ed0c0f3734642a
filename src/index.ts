/**
 * Bodkin: parallel computing for TypeScript. Tasks, scopes and data over threads and processes.
 * @packageDocumentation
 */

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
import { copyOf, spawn, spawnWith, task } from "./task/spawn.ts";
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
  BodkinError,
  SchedulingError,
  Shard,
  TaskFailedError,
  addWorkers,
  allProcessors,
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
  type AddOptions,
  addWorkers,
  allProcessors,
  BodkinError,
  type CancelOptions,
  type Chunk,
  type Cluster,
  compatibleProcessors,
  constrain,
  type ErrorCode,
  type FetchOptions,
  fetchAll,
  getOptions,
  inTask,
  isCancelled,
  type MutableOptions,
  mutable,
  myid,
  type PathStep,
  type Processor,
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
  waitAll,
  waitAny,
  withOptions,
  workers,
};
