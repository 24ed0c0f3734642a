/**
 * The blocks of an array: each axis is cut at some places, and every combination of pieces is a block. Blocks
 * are numbered in row-major order. The pieces of an axis need not be equal, so slices and concatenations
 * of arrays have grids too. Knows nothing of where blocks are.
 */

import { invalidArgument } from "../wire/errors.ts";
import { type BlockLength, blocksText, type Partitioning } from "./blocks.ts";
import { type Shape, shapeText, sizeOf } from "./shape.ts";
import { resolveIndices } from "./slice.ts";

export interface BlockGrid {
  /** Of the whole array. */
  readonly shape: Shape;
  /** For each axis where its pieces begin, and its end: `[0, 4, 8, 10]`. An axis of length 0 has no pieces. */
  readonly cuts: readonly (readonly number[])[];
  /** Blocks along each axis. */
  readonly counts: readonly number[];
  /** Blocks in all: 1 for an array without dimensions, 0 for one without elements. */
  readonly length: number;
}

/** A box of an array. */
export interface Region {
  readonly start: readonly number[];
  readonly shape: Shape;
}

export interface Block extends Region {
  /** Its number. */
  readonly index: number;
  /** Its place in the grid. */
  readonly position: readonly number[];
}

/** The grid with these cuts; each list begins with 0 and ascends to the length of its axis. */
export function gridOfCuts(cuts: readonly (readonly number[])[]): BlockGrid {
  const counts = cuts.map((places) => places.length - 1);
  return {
    shape: Object.freeze(cuts.map((places) => places.at(-1) as number)),
    cuts,
    counts,
    length: sizeOf(counts),
  };
}

/** The grid whose only block is the whole array. */
export const oneBlock = (shape: Shape): BlockGrid =>
  gridOfCuts(shape.map((length) => (length === 0 ? [0] : [0, length])));

/**
 * The blocks of an array of this shape. `processors` is how many there are to share it; an integer in place of
 * a partitioning is how many parts the last axis is cut into.
 * @throws where the blocks have another number of dimensions than the shape.
 */
export function gridOf(
  shape: Shape,
  partitioning: Partitioning | number,
  processors: number = 1,
): BlockGrid {
  const isBlocks = typeof partitioning === "object" && partitioning.kind === "blocks";
  if (isBlocks) {
    const grid = gridOfCuts(cutsOf(shape, partitioning.sizes));
    checkCount(grid.length, shape);
    return grid;
  }
  if (typeof partitioning === "object" && partitioning.kind === "ranks") {
    return gridOfCuts(cutsForRanks(shape, partitioning.sizes, processors));
  }
  const parts = typeof partitioning === "number" ? partitioning : processors;
  if (!Number.isSafeInteger(parts) || parts < 1) {
    throw invalidArgument(`${String(parts)} parts: use an integer from 1, or Blocks(...)`);
  }
  const last = shape.length - 1;
  return gridOfCuts(
    shape.map((length, axis) =>
      cutsEvery(axis === last ? Math.ceil(length / parts) : length, length),
    ),
  );
}

/** As many blocks as there are ranks. Of several axes to choose for, the longest is cut. */
function cutsForRanks(shape: Shape, sizes: readonly (number | null)[], ranks: number): number[][] {
  const text = `MPIBlocks(${sizes.map(String).join(", ")})`;
  if (sizes.length !== shape.length) {
    throw invalidArgument(
      `${text} is for arrays of ${sizes.length} dimensions, but shape ${shapeText(shape)} has ${shape.length}; give one length an axis`,
    );
  }
  const given = sizes.map((size, axis) =>
    Math.ceil((shape[axis] as number) / (size ?? Number.NaN)),
  );
  const known = given.reduce((all, count) => all * (Number.isNaN(count) ? 1 : count), 1);
  const open = sizes.flatMap((size, axis) => (size === null ? [axis] : []));
  const cut = open.sort((a, b) => (shape[b] as number) - (shape[a] as number))[0];
  const parts = ranks / known;
  const length = cut === undefined ? 0 : Math.ceil((shape[cut] as number) / parts);
  const isFit =
    cut === undefined
      ? known === ranks
      : Number.isInteger(parts) && Math.ceil((shape[cut] as number) / length) === parts;
  if (!isFit) {
    throw invalidArgument(
      `${text} cuts shape ${shapeText(shape)} into ${cut === undefined ? known : `a multiple of ${known}`} blocks, but there are ${ranks} workers, of which each has one; null has a length chosen`,
    );
  }
  return shape.map((own, axis) => cutsEvery(axis === cut ? length : (sizes[axis] ?? own), own));
}

function cutsOf(shape: Shape, sizes: readonly BlockLength[]): number[][] {
  if (sizes.length !== shape.length) {
    throw invalidArgument(
      `${blocksText(sizes)} is for arrays of ${sizes.length} dimensions, but shape ${shapeText(shape)} has ${shape.length}; give one length an axis`,
    );
  }
  return shape.map((length, axis) => {
    const size = sizes[axis] ?? length;
    if (typeof size === "number") {
      checkCount(Math.ceil(length / size), shape);
      return cutsEvery(size, length);
    }
    const cuts = [0];
    for (const each of size) cuts.push((cuts.at(-1) as number) + each);
    if (cuts.at(-1) === length) return cuts;
    throw invalidArgument(
      `${blocksText(sizes)}: the blocks along axis ${axis} have ${cuts.at(-1)} elements together, but shape ${shapeText(shape)} has ${length} there`,
    );
  });
}

/** More blocks than this are more tasks than a machine has memory for. */
const MOST_BLOCKS = 2 ** 24;

/** @throws where there are so many blocks that they only can be a mistake */
function checkCount(count: number, shape: Shape): void {
  if (!(count > MOST_BLOCKS)) return;
  throw invalidArgument(
    `an array of shape ${shapeText(shape)} in ${count} blocks: each is a task, so give larger ones, of about a megabyte`,
  );
}

/** Pieces of this length. */
export function cutsEvery(step: number, length: number): number[] {
  const places = [0];
  for (let at = step; at < length; at += step) places.push(at);
  if (length > 0) places.push(length);
  return places;
}

/** @throws where the grid has no such block. */
export function blockAt(grid: BlockGrid, index: number): Block {
  if (!Number.isInteger(index) || index < 0 || index >= grid.length) {
    throw invalidArgument(`block ${index} does not exist; there are ${grid.length}`);
  }
  const position = new Array<number>(grid.counts.length);
  let rest = index;
  for (let axis = position.length - 1; axis >= 0; axis--) {
    const count = grid.counts[axis] as number;
    position[axis] = rest % count;
    rest = Math.floor(rest / count);
  }
  const cut = (axis: number, at: number): number => grid.cuts[axis]?.[at] as number;
  return {
    index,
    position,
    start: position.map((at, axis) => cut(axis, at)),
    shape: position.map((at, axis) => cut(axis, at + 1) - cut(axis, at)),
  };
}

/** All blocks in the order of their numbers. */
export function blocksOf(grid: BlockGrid): Block[] {
  return Array.from({ length: grid.length }, (_, index) => blockAt(grid, index));
}

/** The number of the block at a place in the grid. */
export function blockIndex(grid: BlockGrid, position: readonly number[]): number {
  return position.reduce((index, at, axis) => index * (grid.counts[axis] as number) + at, 0);
}

/** The piece of an axis in which a place lies. */
export function pieceAt(cuts: readonly number[], place: number): number {
  let low = 0;
  let high = cuts.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((cuts[middle] as number) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The block that holds an element, and the element's indices inside of it. */
export function locate(
  grid: BlockGrid,
  indices: readonly number[],
): { block: number; indices: number[] } {
  const places = resolveIndices(indices, grid.shape);
  const position = places.map((place, axis) =>
    pieceAt(grid.cuts[axis] as readonly number[], place),
  );
  return {
    block: blockIndex(grid, position),
    indices: places.map(
      (place, axis) => place - (grid.cuts[axis]?.[position[axis] as number] as number),
    ),
  };
}

/** The grid of an array whose axes are put in another order. */
export const permuteGrid = (grid: BlockGrid, axes: readonly number[]): BlockGrid =>
  gridOfCuts(axes.map((axis) => grid.cuts[axis] as readonly number[]));

/** Whether two arrays are cut alike, so that block `i` of one lies where block `i` of the other does. */
export const sameGrid = (a: BlockGrid, b: BlockGrid): boolean =>
  a.cuts.length === b.cuts.length &&
  a.cuts.every((places, axis) => {
    const others = b.cuts[axis] as readonly number[];
    return places.length === others.length && places.every((place, at) => place === others[at]);
  });

/** The longest piece along each axis, and whether all pieces of each axis are equally long. */
export function blockShape(grid: BlockGrid): { shape: number[]; even: boolean } {
  let even = true;
  const shape = grid.cuts.map((places) => {
    const lengths = places.slice(1).map((place, at) => place - (places[at] as number));
    if (lengths.some((length) => length !== lengths[0])) even = false;
    return Math.max(0, ...lengths);
  });
  return { shape, even };
}
