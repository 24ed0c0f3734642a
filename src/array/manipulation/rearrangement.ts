/**
 * Arrays made of the elements of others in other places, as plain data: shifted, mirrored, repeated, joined, with their
 * axes in another order. Pure arithmetic; knows nothing of where elements are.
 */

import type { DType } from "../../memory/dtype.ts";
import { type BlockGrid, blockIndex, blockShape, pieceAt, type Region } from "../grid.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** Places `to`, `to + 1`, … along an axis of the result come from places `from`, `from + step`, … of a source. */
export interface Run {
  readonly to: number;
  readonly count: number;
  readonly from: number;
  /** Negative: backwards; 0: the same place again and again. */
  readonly step: number;
}

/** What one source gives to the result: all combinations of the runs along each axis. */
export interface Layer {
  /** The number of the source. */
  readonly source: number;
  /** For each axis of the result the axis of the source that it runs along, if any. */
  readonly axes: readonly (number | undefined)[];
  /** For each axis of the result. */
  readonly runs: readonly (readonly Run[])[];
  /** The place along each axis of the source that no axis of the result runs along. */
  readonly at: readonly number[];
}

export interface Rearrangement {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Together they make up the whole result, none covers another. */
  readonly layers: readonly Layer[];
  /** Of a local array the result is a view of it; there is one layer of one run an axis then. */
  readonly isView?: boolean;
}

/** A box of the result, and the elements of one block of a source that it is made of. */
export interface Patch {
  readonly block: number;
  readonly to: readonly number[];
  readonly shape: Shape;
  /** Indices in the block. */
  readonly from: readonly number[];
  /** For each axis of the result. */
  readonly axes: readonly (number | undefined)[];
  readonly steps: readonly number[];
}

/** The whole of an axis in its order. */
export const allOf = (length: number, to: number = 0): Run => ({
  to,
  count: length,
  from: 0,
  step: 1,
});

/** One place of an axis, `count` times. */
export const again = (count: number, from: number = 0, to: number = 0): Run => ({
  to,
  count,
  from,
  step: 0,
});

/** The cuts of a grid along the axis that an axis of a layer runs along. */
const cutsUnder = (grid: BlockGrid, axis: number | undefined): readonly number[] =>
  axis === undefined ? [0, 1] : (grid.cuts[axis] as readonly number[]);

/** The run in pieces, each from one piece of the source's axis. */
function split(cuts: readonly number[], run: Run): (Run & { readonly piece: number })[] {
  const pieces: (Run & { readonly piece: number })[] = [];
  for (let done = 0; done < run.count; ) {
    const at = run.from + done * run.step;
    const piece = pieceAt(cuts, at);
    const begin = cuts[piece] as number;
    const room = run.step > 0 ? (cuts[piece + 1] as number) - 1 - at : at - begin;
    const most = run.step === 0 ? run.count : 1 + Math.floor(room / Math.abs(run.step));
    const count = Math.min(run.count - done, most);
    pieces.push({ to: run.to + done, count, from: at - begin, step: run.step, piece });
    done += count;
  }
  return pieces;
}

/** The longest piece of a grid; no bound where all are single elements. */
export function longestPiece(grid: BlockGrid): number {
  const longest = Math.max(1, ...blockShape(grid).shape);
  return longest > 1 ? longest : Number.POSITIVE_INFINITY;
}

/** Where an axis of the result is cut so that pieces of the source stay whole; repetitions are no longer than `longest`. */
export function cutsOfRuns(
  cuts: readonly number[],
  runs: readonly Run[],
  longest: number,
): number[] {
  const places = [0];
  for (const run of runs) {
    for (const piece of split(cuts, run)) {
      const most = run.step === 0 ? longest : piece.count;
      for (let done = 0; done < piece.count; ) {
        done = Math.min(piece.count, done + most);
        places.push(piece.to + done);
      }
    }
  }
  return places;
}

/** The cuts of a result whose axes are all those of one layer. */
export function cutsOfLayer(layer: Layer, grid: BlockGrid): number[][] {
  const longest = longestPiece(grid);
  return layer.runs.map((runs, axis) =>
    cutsOfRuns(cutsUnder(grid, layer.axes[axis]), runs, longest),
  );
}

/** What a region of the result is made of, from sources with these grids; blocks are numbered within their source. */
export function patchesOf(layer: Layer, grid: BlockGrid, region: Region): Patch[] {
  const along = layer.runs.map((runs, axis) =>
    runs.flatMap((run) =>
      split(
        cutsUnder(grid, layer.axes[axis]),
        within(run, region.start[axis] as number, region.shape[axis] as number),
      ),
    ),
  );
  if (sizeOf(along.map((own) => own.length)) === 0) return [];
  const fixed = layer.at.map((place, axis) => pieceAt(grid.cuts[axis] as readonly number[], place));
  let chosen: (Run & { readonly piece: number })[][] = [[]];
  for (const own of along) chosen = chosen.flatMap((before) => own.map((run) => [...before, run]));
  return chosen.map((own) => {
    const position = [...fixed];
    const from = layer.at.map(
      (place, axis) => place - (grid.cuts[axis]?.[fixed[axis] as number] as number),
    );
    layer.axes.forEach((axis, at) => {
      if (axis === undefined) return;
      position[axis] = own[at]?.piece as number;
      from[axis] = own[at]?.from as number;
    });
    return {
      block: blockIndex(grid, position),
      to: own.map((run) => run.to),
      shape: own.map((run) => run.count),
      from,
      axes: layer.axes,
      steps: own.map((run) => run.step),
    };
  });
}

/** The part of a run that lies in a stretch of the result; places count from the start of that. */
function within(run: Run, start: number, length: number): Run {
  const first = Math.max(0, start - run.to);
  const end = Math.min(run.count, start + length - run.to);
  return {
    to: run.to + first - start,
    count: Math.max(0, end - first),
    from: run.from + first * run.step,
    step: run.step,
  };
}
