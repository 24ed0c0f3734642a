/**
 * Carrying rearrangements out. Of local arrays the result is a copy, or a view where the plan says so; of distributed ones each block of the
 * result is one task, which is given the blocks it is made of.
 */

import { copyInto } from "../copy.ts";
import { BlockArray, isDArray } from "../distributed/block-array.ts";
import { output } from "../distributed/block-tasks.ts";
import { type Blocked, blocked } from "../distributed/blocked.ts";
import { type BlockSource, Operation } from "../distributed/submit.ts";
import { type BlockGrid, blocksOf, gridOfCuts, oneBlock } from "../grid.ts";
import type { AnyArray } from "../kinds.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { wholeRegion } from "../region.ts";
import type { Shape } from "../shape.ts";
import { empty, part, type Strided } from "../strided.ts";
import {
  cutsOfLayer,
  type Layer,
  type Patch,
  patchesOf,
  type Rearrangement,
} from "./rearrangement.ts";

type Cuts = readonly (readonly number[])[];

/** Cuts of a result, given the grids of the sources. */
export type CutResult = (grids: readonly BlockGrid[]) => Cuts;

const asFirst =
  ({ layers }: Rearrangement): CutResult =>
  (grids) =>
    cutsOfLayer(layers[0] as Layer, grids[0] as BlockGrid);

/** The array that a rearrangement describes. `cuts` says where it is cut if it is distributed. */
export function rearrange(
  name: string,
  plan: Rearrangement,
  sources: readonly AnyArray[],
  cuts: CutResult = asFirst(plan),
): AnyArray {
  if (!sources.some(isDArray)) return arrayOf(rearranged(plan, sources as NDArray[]));
  using operation = new Operation(name);
  const cutter = (grids: readonly BlockGrid[]): Cuts => cuts(grids);
  return new BlockArray(rearrangeBlocks(operation, plan, sources, cutter));
}

function rearranged(plan: Rearrangement, sources: readonly Strided[]): Strided {
  const { shape, dtype, layers, isView } = plan;
  const patches = layers.flatMap((layer) =>
    patchesOf(layer, oneBlock((sources[layer.source] as Strided).shape), wholeRegion(shape)).map(
      (patch) => ({ ...patch, block: layer.source }),
    ),
  );
  const [first] = patches;
  if (isView && first) return takenBy(first, sources[first.block] as Strided);
  const made = empty(shape, dtype);
  paint(made, patches, sources);
  return made;
}

/** The elements of a block that a patch takes, in the order of the result's axes. */
function takenBy({ shape, from, axes, steps }: Patch, block: Strided): Strided {
  return {
    data: block.data,
    dtype: block.dtype,
    shape,
    strides: axes.map((axis, at) =>
      axis === undefined ? 0 : (block.strides[axis] as number) * (steps[at] as number),
    ),
    offset: from.reduce(
      (at, index, axis) => at + index * (block.strides[axis] as number),
      block.offset,
    ),
  };
}

function paint(target: Strided, patches: readonly Patch[], blocks: readonly Strided[]): void {
  for (const patch of patches) {
    copyInto(part(target, patch.to, patch.shape), takenBy(patch, blocks[patch.block] as Strided));
  }
}

// --- Distributed --------------------------------------------------------------------------------

/** Local arrays among the sources are cut like the result where they lie along it. */
export function rearrangeBlocks(
  operation: Operation,
  plan: Rearrangement,
  sources: readonly AnyArray[],
  cuts: CutResult,
): Blocked {
  const grids = sources.map((source) =>
    isDArray(source) ? source.grid : oneBlock((source as NDArray).shape),
  );
  const grid = gridOfCuts(cuts(grids));
  const local = sources.map((source, at) =>
    isDArray(source) ? source : shareLocal(operation, plan, at, source as NDArray, grid),
  );
  const chunks = blocksOf(grid).map((region) => {
    const blocks: BlockSource[] = [];
    const numbers = new Map<BlockSource, number>();
    const patches = plan.layers.flatMap((layer) => {
      const source = local[layer.source] as Blocked;
      return patchesOf(layer, source.grid, region).map((patch) => {
        const block = source.chunks[patch.block] as BlockSource;
        let number = numbers.get(block);
        if (number === undefined) numbers.set(block, (number = blocks.push(block) - 1));
        return { ...patch, block: number };
      });
    });
    return operation.submit(
      rearrangeBlock,
      { shape: region.shape, dtype: plan.dtype, patches },
      ...(blocks as (BlockSource & NDArray)[]),
    );
  });
  return blocked(plan.dtype, grid, chunks);
}

/** A local array in parts, so that no task is given more of it than it needs. */
function shareLocal(
  operation: Operation,
  { layers }: Rearrangement,
  at: number,
  array: NDArray,
  result: BlockGrid,
): Blocked {
  const own = layers.find(({ source }) => source === at);
  const cuts = array.shape.map((length, axis) => {
    const along = own?.axes.indexOf(axis) ?? -1;
    const run = own?.runs[along]?.[0];
    if (run?.step !== 1 || run.count !== length) return length === 0 ? [0] : [0, length];
    const inside = (result.cuts[along] as readonly number[])
      .map((place) => place - run.to)
      .filter((place) => place > 0 && place < length);
    return length === 0 ? [0] : [0, ...inside, length];
  });
  const grid = gridOfCuts(cuts);
  const chunks = blocksOf(grid).map(({ start, shape }) =>
    operation.share(arrayOf(part(array, start, shape))),
  );
  return blocked(array.dtype, grid, chunks as unknown as Blocked["chunks"]);
}

export interface RearrangeSpec {
  readonly shape: Shape;
  readonly dtype: Rearrangement["dtype"];
  readonly patches: readonly Patch[];
}

/** A block of the result; patches refer to the blocks that the task is given. */
export function rearrangeBlock(spec: RearrangeSpec, ...blocks: NDArray[]): NDArray {
  const made = output(spec.shape, spec.dtype);
  paint(made, spec.patches, blocks);
  return arrayOf(made);
}
