/**
 * The operands of an operation on distributed arrays, cut as its result is: for each block of the result the
 * blocks it needs of each operand, and which parts of them.
 */

import { broadcastRegion, piecesOf } from "../alignment.ts";
import type { Value } from "../element.ts";
import { isValue } from "../elementwise/apply.ts";
import { type BlockGrid, blockAt, gridOfCuts, type Region, sameGrid } from "../grid.ts";
import { arrayOf, isNDArray, type NDArray } from "../ndarray.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import { part, type Strided } from "../strided.ts";
import type { Assembly, Operand } from "./block-tasks.ts";
import { type Blocked, isBlocked } from "./blocked.ts";
import type { BlockSource, Operation } from "./submit.ts";

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

/** Finds parts of operands for the tasks of one operation. A part of a local array that several need is cut once. */
export class PartCutter {
  readonly #operation: Operation;
  readonly #operands: readonly (AnyArray | Value)[];
  readonly #cutOut = new Map<string, BlockSource>();

  constructor(operation: Operation, operands: readonly (AnyArray | Value)[]) {
    this.#operation = operation;
    this.#operands = operands;
  }

  /** A region of operand `at`; the blocks it needs are added to those that a task is given. */
  part(at: number, region: Region, blocks: BlockSource[]): Operand {
    const operand = this.#operands[at] as AnyArray | Value;
    if (isBlocked(operand)) {
      const assembly = assemblyOf(operand, region, blocks);
      return isBlock(operand.grid, region) ? { block: blocks.length - 1 } : { assembly };
    }
    if (isNDArray(operand)) return { block: blocks.push(this.#local(operand, at, region)) - 1 };
    return { value: operand as Value };
  }

  #local(array: NDArray, at: number, { start, shape }: Region): BlockSource {
    const key = `${at}:${start}:${shape}`;
    let own = this.#cutOut.get(key);
    if (!own) {
      own = this.#operation.share(arrayOf(part(array, start, shape)));
      this.#cutOut.set(key, own);
    }
    return own;
  }
}

/** Finds the operands for each block of one result, to whose shape they broadcast. */
export class OperandCutter {
  /** Each operand has for every block of the result just one block. */
  readonly isAligned: boolean;
  readonly #grid: BlockGrid;
  readonly #operands: readonly (AnyArray | Value)[];
  readonly #parts: PartCutter;

  constructor(operation: Operation, grid: BlockGrid, operands: readonly (AnyArray | Value)[]) {
    this.#grid = grid;
    this.#operands = operands;
    this.#parts = new PartCutter(operation, operands);
    this.isAligned = operands.every(
      (operand) => isBlocked(operand) && sameGrid(operand.grid, grid),
    );
  }

  block(index: number): BlockOperands {
    const block = blockAt(this.#grid, index);
    const blocks: BlockSource[] = [];
    const operands = this.#operands.map((operand, at): Operand => {
      const isArray = isBlocked(operand) || isNDArray(operand);
      const region = isArray ? broadcastRegion(block, shapeOf(operand)) : block;
      return this.#parts.part(at, region, blocks);
    });
    return { operands, blocks };
  }
}
