/**
 * The operands of an operation on distributed arrays, cut as its result is: for each block of the result the
 * blocks it needs of each operand, and which parts of them.
 */

import { broadcastRegion, piecesOf } from "../alignment.ts";
import type { Value } from "../element.ts";
import { isValue } from "../elementwise/apply.ts";
import { type BlockGrid, blockAt, gridOfCuts, type Region } from "../grid.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { dtypeOfValue } from "../promotion.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import { part, type Strided } from "../strided.ts";
import type { Assembly, Operand } from "./block-tasks.ts";
import { type Blocked, isBlocked } from "./blocked.ts";
import type { BlockSource, Shared } from "./submit.ts";

export type AnyArray = Blocked | NDArray;

export const shapeOf = (array: AnyArray): Shape =>
  isBlocked(array) ? array.grid.shape : array.shape;

/** What the task of one block is given. */
export interface BlockOperands {
  readonly operands: readonly Operand[];
  /** The blocks to which the operands refer by number. */
  readonly blocks: readonly BlockSource[];
}

/**
 * The grid of what comes of these operands. Each axis is cut as in the first distributed operand that has all of
 * it; so one that has the shape of the result, and comes first, keeps its blocks.
 */
export function commonGrid(operands: readonly (AnyArray | Value)[]): BlockGrid {
  const arrays = operands.filter((operand) => !isValue(operand as Strided | Value)) as AnyArray[];
  const shape = broadcastShapes(...arrays.map(shapeOf));
  const distributed = arrays.filter(isBlocked);
  return gridOfCuts(
    shape.map((length, axis) => {
      for (const { grid } of distributed) {
        const own = axis - (shape.length - grid.shape.length);
        if (own >= 0 && grid.shape[own] === length) return grid.cuts[own] as readonly number[];
      }
      return length === 0 ? [0] : [0, length];
    }),
  );
}

/** The number of a block among those that a task is given, each of them once. */
function placeOf(blocks: BlockSource[], block: BlockSource): number {
  const at = blocks.indexOf(block);
  return at < 0 ? blocks.push(block) - 1 : at;
}

/** How a region of a distributed array is made of its blocks, which are added to those that a task is given. */
export function assemblyOf(array: Blocked, region: Region, blocks: BlockSource[]): Assembly {
  const pieces = piecesOf(array.grid, region).map((piece) => ({
    ...piece,
    block: placeOf(blocks, array.chunks[piece.block] as BlockSource),
  }));
  return { shape: region.shape, dtype: array.dtype, pieces };
}

/** Whether a region is one block, all of it. */
const isBlock = (grid: BlockGrid, region: Region): boolean =>
  region.start.every((start, axis) => {
    const cuts = grid.cuts[axis] as readonly number[];
    const at = cuts.indexOf(start);
    return at >= 0 && cuts[at + 1] === start + (region.shape[axis] as number);
  });

/** The region of an operand that broadcasts to a block. */
export const regionOf = (operand: AnyArray | Value, block: Region): Region =>
  isBlocked(operand) || isNDArray(operand) ? broadcastRegion(block, shapeOf(operand)) : block;

/** Finds parts of operands for the tasks of one operation. A part of a local array that several need is cut once. */
export class PartCutter {
  readonly #shared: Shared;
  readonly #operands: readonly (AnyArray | Value)[];
  readonly #cutOut = new Map<string, BlockSource>();

  constructor(shared: Shared, operands: readonly (AnyArray | Value)[]) {
    this.#shared = shared;
    this.#operands = operands;
  }

  /** A region of operand `at`; the blocks it needs are added to those that a task is given. */
  part(at: number, region: Region, blocks: BlockSource[]): Operand {
    const operand = this.#operands[at] as AnyArray | Value;
    if (isBlocked(operand)) {
      const assembly = assemblyOf(operand, region, blocks);
      const [piece] = assembly.pieces;
      return piece && isBlock(operand.grid, region) ? { block: piece.block } : { assembly };
    }
    if (isNDArray(operand)) return { block: placeOf(blocks, this.#local(operand, at, region)) };
    return { value: operand as Value, dtype: dtypeOfValue(operand as Value) };
  }

  #local(array: NDArray, at: number, { start, shape }: Region): BlockSource {
    const key = `${at}:${start}:${shape}`;
    let own = this.#cutOut.get(key);
    if (!own) {
      own = this.#shared.share(arrayOf(part(array, start, shape)));
      this.#cutOut.set(key, own);
    }
    return own;
  }
}

/** Finds the operands for each block of one result, to whose shape they broadcast. */
export class OperandCutter {
  readonly #grid: BlockGrid;
  readonly #operands: readonly (AnyArray | Value)[];
  readonly #parts: PartCutter;

  constructor(shared: Shared, grid: BlockGrid, operands: readonly (AnyArray | Value)[]) {
    this.#grid = grid;
    this.#operands = operands;
    this.#parts = new PartCutter(shared, operands);
  }

  block(index: number): BlockOperands {
    const block = blockAt(this.#grid, index);
    const blocks: BlockSource[] = [];
    const operands = this.#operands.map((operand, at) =>
      this.#parts.part(at, regionOf(operand, block), blocks),
    );
    return { operands, blocks };
  }
}
