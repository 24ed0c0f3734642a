/**
 * Which parts of which blocks make up a part of an array. Pure arithmetic on grids: reading a slice, repartitioning
 * and bringing operands of different blocks together are all lists of such pieces.
 */

import { invalidArgument } from "../wire/errors.ts";
import { type BlockGrid, blockIndex, pieceAt, type Region } from "./grid.ts";
import { type Shape, shapeText } from "./shape.ts";
import type { AxisRange } from "./slice.ts";

/** Elements of one block, and where they go in the part that is made. */
export interface Piece {
  readonly block: number;
  /** Indices of the first element inside of the block. */
  readonly from: readonly number[];
  /** Steps between elements in the block; negative ones go backwards. */
  readonly steps: readonly number[];
  /** Indices of the first element in the part that is made. */
  readonly to: readonly number[];
  /** How many elements along each axis. */
  readonly shape: Shape;
}

/** Neighbours along an axis that lie in one piece of it. */
export interface Run {
  readonly piece: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** The pieces of `grid` that make up a region of its array. */
export function piecesOf(grid: BlockGrid, region: Region): Piece[] {
  return piecesOfRanges(
    grid,
    region.start.map((start, axis) => ({ start, count: region.shape[axis] as number, step: 1 })),
  );
}

/** The pieces of `grid` that make up the elements at `start`, `start + step`, … of each axis. */
export function piecesOfRanges(
  grid: BlockGrid,
  ranges: readonly Omit<AxisRange, "drop">[],
): Piece[] {
  const runs = ranges.map((range, axis) => runsOf(grid.cuts[axis] as readonly number[], range));
  const steps = ranges.map((range) => range.step);
  let chosen: Run[][] = [[]];
  for (const own of runs) chosen = chosen.flatMap((before) => own.map((run) => [...before, run]));
  return chosen.map((own) => ({
    block: blockIndex(
      grid,
      own.map((run) => run.piece),
    ),
    from: own.map((run) => run.from),
    steps,
    to: own.map((run) => run.to),
    shape: own.map((run) => run.count),
  }));
}

/** The elements at `start`, `start + step`, … of an axis, piece by piece. */
export function runsOf(
  cuts: readonly number[],
  { start, count, step }: Omit<AxisRange, "drop">,
): Run[] {
  const runs: Run[] = [];
  for (let done = 0; done < count; ) {
    const at = start + done * step;
    const piece = pieceAt(cuts, at);
    const begin = cuts[piece] as number;
    const end = cuts[piece + 1] as number;
    if (at < begin || at >= end) {
      throw invalidArgument(`index ${at} is outside of an axis of ${cuts.at(-1)} elements`);
    }
    const room = step > 0 ? end - 1 - at : at - begin;
    const inside = Math.min(count - done, 1 + Math.floor(room / Math.abs(step)));
    runs.push({ piece, from: at - begin, to: done, count: inside });
    done += inside;
  }
  return runs;
}

/** The region of an array of shape `shape` that a region of an array broadcasts from. */
export function broadcastRegion(region: Region, shape: Shape): Region {
  const missing = region.shape.length - shape.length;
  if (missing < 0) {
    throw invalidArgument(
      `an array of shape ${shapeText(shape)} does not broadcast to ${region.shape.length} dimensions`,
    );
  }
  return {
    start: shape.map((length, axis) =>
      length === 1 ? 0 : (region.start[axis + missing] as number),
    ),
    shape: shape.map((length, axis) =>
      length === 1 ? 1 : (region.shape[axis + missing] as number),
    ),
  };
}
