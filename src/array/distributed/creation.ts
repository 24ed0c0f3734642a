/** New distributed arrays: made in blocks where they are, or cut from what users have. */

import type { DType } from "../../memory/dtype.ts";
import { myid } from "../../task/inside.ts";
import type { Partitioning } from "../blocks.ts";
import type { Creation } from "../creation.ts";
import { type ArraySource, fromSource } from "../from-source.ts";
import { type BlockGrid, blocksOf } from "../grid.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { part, type Strided } from "../strided.ts";
import { assembleBlock, type FillSpec, fillBlock, regionNumbers, settle } from "./block-tasks.ts";
import { type Blocked, blocked, isBlocked } from "./blocked.ts";
import { assemblyOf } from "./operands.ts";
import { gridFor } from "./partition.ts";
import { type Placement, placementOf } from "./placement.ts";
import { type BlockSource, Operation } from "./submit.ts";

/** What a creation function asked for, in blocks that are filled on the workers. */
export function createBlocks<D extends DType>(
  name: string,
  creation: Creation<D>,
  partitioning: Partitioning,
): Blocked<D> {
  const grid = gridFor(creation.shape, partitioning);
  return createOver(name, creation, grid, placementOf(grid, partitioning));
}

/** The same in these blocks, made where `placement` says. */
export function createOver<D extends DType>(
  name: string,
  { shape, dtype, filling }: Creation<D>,
  grid: BlockGrid,
  placement: Placement = () => undefined,
): Blocked<D> {
  using operation = new Operation(name);
  const spec = operation.share<FillSpec>({ filling, dtype, shape });
  const chunks = blocksOf(grid).map((block) =>
    operation.submitIn(placement(block.index), fillBlock, spec, ...regionNumbers(block)),
  );
  return blocked(dtype, grid, chunks);
}

/** An array of whatever holds elements, cut into blocks that are copies of its parts. */
export function distributeBlocks(
  source: ArraySource | Blocked,
  partitioning: Partitioning | number,
): Blocked {
  if (isBlocked(source)) return rechunk(source, partitioning);
  const array: Strided = isNDArray(source) ? source : fromSource(source);
  const grid = gridFor(array.shape, partitioning);
  return distributeOver(array, grid, placementOf(grid, partitioning));
}

/** A local array in these blocks, made where `placement` says. */
export function distributeOver(
  array: Strided,
  grid: BlockGrid,
  placement: Placement = () => undefined,
): Blocked {
  using operation = new Operation("distribute");
  const chunks = blocksOf(grid).map(({ start, shape }, index) => {
    const block: NDArray = arrayOf(part(array, start, shape));
    return operation.submitIn(placement(index), settle, operation.share(block), myid());
  });
  return blocked(array.dtype, grid, chunks);
}

/** A copy that is cut otherwise. */
export function rechunk<D extends DType>(
  array: Blocked<D>,
  partitioning: Partitioning | number,
): Blocked<D> {
  const grid = gridFor(array.grid.shape, partitioning);
  return regrid(array, grid, placementOf(grid, partitioning));
}

/** A copy with these blocks, made where `placement` says. */
export function regrid<D extends DType>(
  array: Blocked<D>,
  grid: BlockGrid,
  placement: Placement = () => undefined,
): Blocked<D> {
  using operation = new Operation("rechunk");
  const chunks = blocksOf(grid).map((block, index) => {
    const blocks: BlockSource[] = [];
    const assembly = assemblyOf(array, block, blocks);
    const own = blocks as (BlockSource & NDArray)[];
    return operation.submitIn(placement(index), assembleBlock, assembly, ...own);
  });
  return blocked(array.dtype, grid, chunks);
}
