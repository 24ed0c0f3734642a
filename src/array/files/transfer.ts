/** Reading and writing distributed arrays: one task a block, each of which reads or writes its own part of the files. */

import type { Task } from "../../task/task.ts";
import { fetchAll, waitAll } from "../../task/wait.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { AutoBlocks, Blocks, type Partitioning } from "../blocks.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { blocked } from "../distributed/blocked.ts";
import { distributeBlocks } from "../distributed/creation.ts";
import type { DArray, WaitOptions } from "../distributed/darray.ts";
import { gridFor } from "../distributed/partition.ts";
import { currentProcessors } from "../distributed/placement.ts";
import { Operation } from "../distributed/submit.ts";
import { type BlockGrid, blocksOf } from "../grid.ts";
import { isNDArray, type NDArray } from "../ndarray.ts";
import { resolveSlice, type SliceEntry } from "../slice.ts";
import {
  type CompressedLayout,
  readCompressed,
  readFileBlock,
  readZarrBlock,
  writeFileBlock,
  writeZarrBlock,
} from "./file-tasks.ts";
import type { FileLayout } from "./layout.ts";
import { selectionOf, shapeOfRanges } from "./selection.ts";
import type { ZarrLayout } from "./zarr-store.ts";

export interface ReadOptions {
  /** The part that is read, with entries as of `slice`; all of it unless given. */
  readonly slice?: readonly SliceEntry[];
}

export const READ_OPTIONS: readonly string[] = ["slice"];

/** An array of what is in the files. */
export function readArray(
  name: string,
  layout: FileLayout | ZarrLayout,
  partitioning: Partitioning | undefined,
  { slice = [] }: ReadOptions,
): DArray {
  const ranges = resolveSlice(slice, layout.shape);
  const grid = gridFor(shapeOfRanges(ranges), partitioning ?? AutoBlocks());
  using operation = new Operation(name);
  const shared = operation.share(layout);
  const read = "path" in layout ? readFileBlock : readZarrBlock;
  const before = laneOf(layout);
  const chunks: Task<NDArray>[] = [];
  for (const block of blocksOf(grid)) {
    const selection = selectionOf(ranges, block);
    chunks.push(
      operation.submitAfter(
        before(chunks),
        read as typeof readZarrBlock,
        shared as never,
        selection,
      ),
    );
  }
  return new BlockArray(blocked(layout.format.dtype, grid, chunks));
}

/** An array that is compressed as a whole, so that one task reads it before it is cut. */
export function readCompressedArray(
  name: string,
  source: CompressedLayout,
  partitioning: Partitioning | undefined,
): DArray {
  const { shape, format } = source.layout;
  const grid = gridFor(shape, Blocks(...shape.map(() => null)));
  using operation = new Operation(name);
  const chunks = blocksOf(grid).map(() => operation.submit(readCompressed, source));
  using whole = new BlockArray(blocked(format.dtype, grid, chunks));
  return whole.rechunk(partitioning ?? AutoBlocks());
}

/** What the writing functions take; others are refused before anything runs. */
export function checkArray(caller: string, array: unknown): asserts array is DArray | NDArray {
  if (isDArray(array) || isNDArray(array)) return;
  throw invalidArgument(
    `${caller} takes an array made by this library; distribute(x, Blocks(...)) or fromArray(x) makes one of other data`,
  );
}

/** Checks options that wait. */
export function checkWaitOptions(caller: string, options: WaitOptions): void {
  checkNames(options, ["signal"], caller);
}

/** The array as blocks that can be written apart. */
export const inBlocks = (array: DArray | NDArray): { array: DArray; own: boolean } =>
  isDArray(array)
    ? { array, own: false }
    : { array: new BlockArray(distributeBlocks(array, AutoBlocks())), own: true };

/** Writes all blocks to where the layout says. */
export async function writeArray(
  name: string,
  layout: FileLayout | ZarrLayout,
  { array, own }: { readonly array: DArray; readonly own: boolean },
  { signal }: WaitOptions,
): Promise<void> {
  signal?.throwIfAborted();
  const tasks = submitWrites(name, layout, array.grid, array.chunks);
  if (own) array.dispose();
  const cancel = (): void => {
    for (const task of tasks) task.cancel();
  };
  signal?.addEventListener("abort", cancel);
  try {
    // All of them end before the files are given up, whichever fails.
    await waitAll(tasks);
    signal?.throwIfAborted();
    await fetchAll(tasks);
  } finally {
    signal?.removeEventListener("abort", cancel);
    for (const task of tasks) task.dispose();
  }
}

function submitWrites(
  name: string,
  layout: FileLayout | ZarrLayout,
  grid: BlockGrid,
  chunks: DArray["chunks"],
) {
  using operation = new Operation(name);
  const shared = operation.share(layout);
  const write = "path" in layout ? writeFileBlock : writeZarrBlock;
  const before = laneOf(layout);
  const tasks: Task<void>[] = [];
  for (const { index, start } of blocksOf(grid)) {
    const chunk = chunks[index] as (typeof chunks)[number];
    tasks.push(
      operation.submitAfter(
        before(tasks),
        write as typeof writeZarrBlock,
        shared as never,
        start,
        chunk,
      ),
    );
  }
  return tasks;
}

/**
 * What the next task waits for. Those that wait for the disk without holding a thread hold their blocks in memory: there are as
 * many of them at a time as there are threads.
 */
function laneOf(layout: FileLayout | ZarrLayout): <T>(tasks: readonly Task<T>[]) => Task<T>[] {
  if ("path" in layout) return () => [];
  const lanes = Math.max(1, currentProcessors().length);
  return (tasks) => tasks.slice(-lanes).slice(0, tasks.length < lanes ? 0 : 1);
}
