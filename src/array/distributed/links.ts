/**
 * Which parts of an array's blocks are which parts of a view's blocks. Every task that reads a view or writes through
 * it goes by such links; they are plain data, and hold in both directions.
 */

import { piecesOf, runsOf } from "../alignment.ts";
import { boxesOf, gridOfRuns, numberOf } from "../flat.ts";
import {
  type BlockGrid,
  blockAt,
  blockIndex,
  blockShape,
  cutsEvery,
  gridOfCuts,
  pieceAt,
} from "../grid.ts";
import type { IndexMap } from "../index-map.ts";
import { type Shape, sizeOf } from "../shape.ts";
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
  /** Of an axis of the part single indices, and those that they have in the view's block. */
  readonly picks?: Picks;
}

/** A part of a row-major block: its elements from `at` on under a shape of their own, and in that a box. */
export interface Frame {
  readonly at: number;
  readonly shape: Shape;
  readonly to: readonly number[];
}

export interface Picks {
  readonly axis: number;
  readonly from: readonly number[];
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
  !link.picks &&
  covers(link, block) &&
  link.axes.every((axis, at) => axis === at) &&
  link.axes.length === block.length &&
  link.steps.every((step, axis) => step === 1 || block[axis] === 1);

/** Whether the part is all of the array's block. */
export const covers = ({ shape, picks }: Link, block: Shape): boolean =>
  !picks && shape.every((count, axis) => count === block[axis]);

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

/** The same elements in row-major order under another shape; each block is a run of them. */
export function linkReshaped(shape: Shape, grid: BlockGrid): Linked {
  const largest = sizeOf(blockShape(grid).shape);
  const own = gridOfRuns(shape, Math.max(1, largest));
  const axes = grid.shape.map((_, axis) => axis);
  const steps = axes.map(() => 1);
  return {
    grid: own,
    linksOf(index) {
      const block = blockAt(own, index);
      const first = numberOf(block.start, shape);
      return boxesOf(grid.shape, first, first + sizeOf(block.shape)).flatMap((box) =>
        piecesOf(grid, box).map((piece) => ({
          block: piece.block,
          from: piece.from,
          steps,
          shape: piece.shape,
          axes,
          frame: { at: box.at, shape: box.shape, to: piece.to },
        })),
      );
    },
  };
}

/** Single indices of one axis, in any order and more than once. */
export function linkPicked(axis: number, indices: ArrayLike<number>, grid: BlockGrid): Linked {
  const cuts = grid.cuts[axis] as readonly number[];
  const most = Math.max(1, ...cuts.slice(1).map((place, at) => place - (cuts[at] as number)));
  const own = gridOfCuts(grid.cuts.with(axis, cutsEvery(most, indices.length)));
  const axes = grid.shape.map((_, at) => at);
  return {
    grid: own,
    linksOf(index) {
      const { position, start, shape } = blockAt(own, index);
      const byPiece = new Map<number, { from: number[]; to: number[] }>();
      for (let to = 0; to < (shape[axis] as number); to++) {
        const at = indices[(start[axis] as number) + to] as number;
        const piece = pieceAt(cuts, at);
        let picks = byPiece.get(piece);
        if (!picks) byPiece.set(piece, (picks = { from: [], to: [] }));
        picks.from.push(at - (cuts[piece] as number));
        picks.to.push(to);
      }
      return [...byPiece].map(([piece, picks]) => {
        const block = blockAt(grid, blockIndex(grid, position.with(axis, piece)));
        return {
          block: block.index,
          from: axes.map(() => 0),
          steps: axes.map(() => 1),
          shape: block.shape,
          axes,
          picks: { axis, ...picks },
        };
      });
    },
  };
}
