/**
 * Which parts of an array's blocks are which parts of a view's blocks. Every task that reads a view or writes through
 * it goes by such links; they are plain data, and hold in both directions.
 */

import { runsOf } from "../alignment.ts";
import { type BlockGrid, blockAt, blockIndex, gridOfCuts } from "../grid.ts";
import type { IndexMap } from "../index-map.ts";
import type { Shape } from "../shape.ts";
import { part, rowMajor, type Strided } from "../strided.ts";

export interface Link {
  /** Number of the array's block. */
  readonly block: number;
  /** Elements of that block: the indices of the first, how far apart and how many they are along each of its axes. */
  readonly from: readonly number[];
  readonly steps: readonly number[];
  readonly shape: Shape;
  /** For each axis of the view the axis of the array; null: one of length 1 that the array has not. */
  readonly axes: readonly (number | null)[];
  /** The view's elements from number `at` on, in another shape; absent: all of its block. */
  readonly frame?: Frame;
}

/** A part of a row-major block: its elements from `at` on under a shape of their own, and in that a box. */
export interface Frame {
  readonly at: number;
  readonly shape: Shape;
  readonly to: readonly number[];
}

/** A view's grid, and for each of its blocks what it is made of. */
export interface Linked {
  readonly grid: BlockGrid;
  linksOf(index: number): readonly Link[];
}

/** The part of the array's block. */
export function seenOf(block: Strided, { from, shape, steps, axes }: Link): Strided {
  const own = part(block, from, shape, steps);
  return {
    ...own,
    shape: axes.map((axis) => (axis === null ? 1 : (own.shape[axis] as number))),
    strides: axes.map((axis) => (axis === null ? 0 : (own.strides[axis] as number))),
  };
}

/** The part of the view's block; `block` is row-major where the link has a frame. */
export function framed(block: Strided, { frame, shape }: Link): Strided {
  if (!frame) return block;
  const { data, dtype } = block;
  const whole = rowMajor(data as Strided["data"], frame.shape, dtype);
  const lanes = whole.strides.at(-1) ?? 1;
  return part({ ...whole, offset: block.offset + frame.at * lanes }, frame.to, shape);
}

/** Whether the array's block and the view's are one. */
export const isWhole = (link: Link, block: Shape): boolean =>
  !link.frame &&
  covers(link, block) &&
  link.axes.every((axis, at) => axis === at) &&
  link.axes.length === block.length &&
  link.steps.every((step, axis) => step === 1 || block[axis] === 1);

/** Whether the part is all of the array's block. */
export const covers = ({ shape }: Link, block: Shape): boolean =>
  shape.every((count, axis) => count === block[axis]);

/** A view with one block for each block of the array that it has a part of. */
export function linkView(map: IndexMap, grid: BlockGrid): Linked {
  const runs = map.ranges.map((range, axis) => runsOf(grid.cuts[axis] as readonly number[], range));
  const cuts = map.axes.map((axis, at) => {
    if (axis === null) return map.shape[at] === 0 ? [0] : [0, 1];
    return [0, ...(runs[axis] ?? []).map((run) => run.to + run.count)];
  });
  const own = gridOfCuts(cuts);
  return {
    grid: own,
    linksOf(index) {
      const { position } = blockAt(own, index);
      const at = runs.map(() => 0);
      map.axes.forEach((axis, place) => {
        if (axis !== null) at[axis] = position[place] as number;
      });
      const chosen = runs.map((list, axis) => list[at[axis] as number] as (typeof list)[number]);
      return [
        {
          block: blockIndex(
            grid,
            chosen.map((run) => run.piece),
          ),
          from: chosen.map((run) => run.from),
          steps: map.ranges.map((range) => range.step),
          shape: chosen.map((run) => run.count),
          axes: map.axes,
        },
      ];
    },
  };
}
