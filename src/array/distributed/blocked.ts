/** What every operation sees of a distributed array: where it is cut, and the task of each block. */

import type { DType } from "../../memory/dtype.ts";
import { here } from "../../task/data.ts";
import { checkContext } from "../../task/record-writer.ts";
import { type Task, TaskHandle } from "../../task/task.ts";
import type { BlockGrid } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";

export interface Blocked<D extends DType = DType> {
  readonly dtype: D;
  readonly grid: BlockGrid;
  /** In row-major order of the grid. */
  readonly chunks: readonly Task<NDArray<D>>[];
  /** The same blocks, of which none is ever replaced; absent where that is so anyway. */
  readonly current?: Blocked<D>;
  /** Where the tasks are not submitted yet: throws where they never will be. */
  checkHeld?(): void;
}

/**
 * The blocks of an array as they are now, whatever becomes of it.
 * @throws BodkinError where they cannot be had any more
 */
export function blocksNow(array: Blocked): Blocked {
  const now = array.current ?? array;
  if (now.checkHeld) now.checkHeld();
  else for (const chunk of now.chunks) checkTask(chunk);
  return now;
}

function checkTask(task: Task<NDArray>): void {
  if (!(task instanceof TaskHandle)) return;
  if (task.gone) throw task.gone;
  checkContext(here(), task);
}

/** `chunks` give blocks of dtype `dtype`, for a compiler that cannot know. */
export const blocked = <D extends DType>(
  dtype: D,
  grid: BlockGrid,
  chunks: readonly Task<NDArray>[],
): Blocked<D> => ({ dtype, grid, chunks: chunks as unknown as Blocked<D>["chunks"] });

export const isBlocked = (value: unknown): value is Blocked =>
  typeof value === "object" && value !== null && "grid" in value && "chunks" in value;
