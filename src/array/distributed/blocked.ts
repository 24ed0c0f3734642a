/** What every operation sees of a distributed array: where it is cut, and the task of each block. */

import type { DType } from "../../memory/dtype.ts";
import type { Task } from "../../task/task.ts";
import type { BlockGrid } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";

export interface Blocked<D extends DType = DType> {
  readonly dtype: D;
  readonly grid: BlockGrid;
  /** In row-major order of the grid. */
  readonly chunks: readonly Task<NDArray<D>>[];
}

/** `chunks` give blocks of dtype `dtype`, for a compiler that cannot know. */
export const blocked = <D extends DType>(
  dtype: D,
  grid: BlockGrid,
  chunks: readonly Task<NDArray>[],
): Blocked<D> => ({ dtype, grid, chunks: chunks as unknown as Blocked<D>["chunks"] });

export const isBlocked = (value: unknown): value is Blocked =>
  typeof value === "object" && value !== null && "grid" in value && "chunks" in value;
