/** How distributed arrays travel inside of other values: by grid and blocks, which stay where they are. */

import { context } from "../../runtime/context.ts";
import { registerHandle } from "../../runtime/payload.ts";
import { TAG } from "../../sched/layout.ts";
import { ForeignTask, nameTask, type TaskName } from "../../task/foreign.ts";
import { TaskHandle } from "../../task/task.ts";
import type { BlockGrid } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";
import { BlockArray } from "./block-array.ts";
import { blocked } from "./blocked.ts";
import { OwnBlocks } from "./store.ts";

/** A block that is there by its chunk, one that is being made by the name of its task. */
type ChunkName = { readonly chunk: number; readonly name: string } | { readonly task: TaskName };

interface Description {
  readonly dtype: "f64";
  readonly grid: BlockGrid;
  readonly chunks: readonly ChunkName[];
}

registerHandle({
  name: "darray",
  claims: (value) => value instanceof BlockArray,
  describe: (value, keep): Description => {
    const { dtype, grid, chunks } = value as BlockArray<"f64">;
    const names = chunks.map((each): ChunkName => {
      const task = each as TaskHandle<unknown>;
      const outcome = task.isReady && task instanceof TaskHandle ? task.outcome : undefined;
      return outcome?.tag === TAG.chunk
        ? { chunk: keep(outcome.word), name: task.name }
        : { task: nameTask(task) };
    });
    return { dtype, grid, chunks: names };
  },
  restore: (description, find) => {
    const { dtype, grid, chunks } = description as Description;
    const blocks = chunks.map((each) => {
      if ("task" in each) return ForeignTask.of(each.task);
      const task = new TaskHandle<unknown>(context(), each.name, undefined);
      task.settle(TAG.chunk, 0, find(each.chunk));
      return task;
    });
    const own = blocked(dtype, grid, blocks as unknown as TaskHandle<NDArray>[]);
    return new BlockArray(new OwnBlocks(own, context().seat.slot !== 0));
  },
});
