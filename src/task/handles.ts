/** How handles travel inside of other values: chunks by reference, tasks by name, scopes by what they hold. */

import { context } from "../runtime/context.ts";
import { setChunkHandles } from "../runtime/dispatch.ts";
import { registerHandle } from "../runtime/payload.ts";
import type { ScopeBoxes } from "../sched/scope.ts";
import { BodkinError } from "../wire/errors.ts";
import { ChunkHandle } from "./chunk.ts";
import { ForeignTask, nameTask, type TaskName } from "./foreign.ts";
import { checkContext } from "./record-writer.ts";
import { boxesOf, isScope, type Scope, scopeOf } from "./scope.ts";
import { Shard } from "./shard.ts";
import { TaskHandle } from "./task.ts";

setChunkHandles((own, chunk) => {
  own.heap.retain(chunk);
  return new ChunkHandle(own, chunk);
});

registerHandle({
  name: "task",
  claims: (value) => value instanceof TaskHandle || value instanceof ForeignTask,
  describe: (value) => nameTask(value as TaskHandle<unknown> | ForeignTask<unknown>),
  restore: (description) => ForeignTask.of(description as TaskName),
});

registerHandle({
  name: "chunk",
  claims: (value) => value instanceof ChunkHandle,
  describe: (value, keep) => {
    const chunk = value as ChunkHandle<unknown>;
    if (chunk.task) {
      throw new BodkinError(
        "UNSHIPPABLE",
        "a chunk that is still being made cannot travel inside of another value: pass it as an argument of its own, or fetch() or wait for it before",
      );
    }
    checkContext(context(), chunk);
    return { chunk: keep(chunk.index), boxes: chunk.boxes };
  },
  restore: (description, find) => {
    const { chunk, boxes } = description as { chunk: number; boxes?: ScopeBoxes };
    return new ChunkHandle(context(), find(chunk), boxes);
  },
});

registerHandle({
  name: "shard",
  claims: (value) => value instanceof Shard,
  describe: () => {
    throw new BodkinError(
      "UNSHIPPABLE",
      "a shard cannot travel inside of another value: pass it as an argument of its own",
    );
  },
  restore: () => undefined,
});

registerHandle({
  name: "scope",
  claims: isScope,
  describe: (value) => boxesOf(value as Scope),
  restore: (description) => scopeOf(description as ScopeBoxes),
});
