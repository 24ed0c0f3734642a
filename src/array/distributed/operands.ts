/**
 * The operands of an operation on distributed arrays, cut as its result is: for each block of the result the
 * blocks it needs of each operand, and which parts of them.
 */

import { broadcastRegion, piecesOf } from "../alignment.ts";
import type { Value } from "../element.ts";
import { isValue } from "../elementwise/apply.ts";
import { type Block, type BlockGrid, blockAt, gridOfCuts, type Region, sameGrid } from "../grid.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import { part, type Strided } from "../strided.ts";
import type { Assembly, Operand } from "./block-tasks.ts";
import { type Blocked, isBlocked } from "./blocked.ts";
import type { BlockSource, Operation } from "./submit.ts";

export type AnyArray = Blocked | NDArray;

const shapeOf = (array: AnyArray): Shape => (isBlocked(array) ? array.grid.shape : array.shape);

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

/** How a region of a distributed array is made of its blocks, which are added to those that a task is given. */
export function assemblyOf(array: Blocked, region: Region, blocks: BlockSource[]): Assembly {
  const pieces = piecesOf(array.grid, region).map((piece) => ({
    ...piece,
    block: blocks.push(array.chunks[piece.block] as BlockSource) - 1,
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

/** Finds the operands for each block of one result. A part of a local array that several blocks need is cut once. */
export class OperandCutter {
  /** Each operand has for every block of the result just one block. */
  readonly isAligned: boolean;
  readonly #operation: Operation;
  readonly #grid: BlockGrid;
  readonly #operands: readonly (AnyArray | Value)[];
  readonly #cutOut = new Map<string, BlockSource>();

  constructor(operation: Operation, grid: BlockGrid, operands: readonly (AnyArray | Value)[]) {
    this.#operation = operation;
    this.#grid = grid;
    this.#operands = operands;
    this.isAligned = operands.every(
      (operand) => isBlocked(operand) && sameGrid(operand.grid, grid),
    );
  }

  block(index: number): BlockOperands {
    const block = blockAt(this.#grid, index);
    const blocks: BlockSource[] = [];
    const operands = this.#operands.map((operand, at): Operand => {
      if (isBlocked(operand)) return this.#distributed(operand, block, blocks);
      if (isNDArray(operand)) {
        return { block: blocks.push(this.#local(operand, at, block)) - 1 };
      }
      return { value: operand as Value };
    });
    return { operands, blocks };
  }

  #distributed(array: Blocked, block: Block, blocks: BlockSource[]): Operand {
    const region = broadcastRegion(block, array.grid.shape);
    const assembly = assemblyOf(array, region, blocks);
    return isBlock(array.grid, region) ? { block: blocks.length - 1 } : { assembly };
  }

  #local(array: NDArray, at: number, block: Block): BlockSource {
    const region = broadcastRegion(block, array.shape);
    const key = `${at}:${region.start}:${region.shape}`;
    let own = this.#cutOut.get(key);
    if (!own) {
      own = this.#operation.share(arrayOf(part(array, region.start, region.shape)));
      this.#cutOut.set(key, own);
    }
    return own;
  }
}
