/**
 * What the tasks of distributed arrays run: functions of blocks, which travel by name. They compute into memory of
 * the heap, so that a result is where it stays from the beginning. What they must know besides blocks comes
 * as plain data.
 */

import type { DType } from "../../memory/dtype.ts";
import { context } from "../../runtime/context.ts";
import type { Piece } from "../alignment.ts";
import { copyInto, copyPiece } from "../copy.ts";
import type { Value } from "../element.ts";
import { applyInto, viewsOf } from "../elementwise/apply.ts";
import type { Mode } from "../elementwise/mode.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { type Filling, fillRegion } from "../filling.ts";
import { blockAt, gridOfCuts } from "../grid.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import { empty, part, rowMajor, type Strided } from "../strided.ts";

/** A part of an operand, made of pieces of blocks; their `block` counts the blocks that the task is given. */
export interface Assembly {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly pieces: readonly Piece[];
}

/** Where an operand of a block comes from: a block that the task is given, pieces of some, or one value. */
export type Operand =
  | { readonly block: number }
  | { readonly assembly: Assembly }
  | { readonly value: Value };

export interface FillSpec {
  readonly filling: Filling;
  readonly dtype: DType;
  readonly cuts: readonly (readonly number[])[];
}

export interface MapSpec {
  readonly dtype: DType;
  readonly mode: Mode;
  readonly operands: readonly Operand[];
}

/** An array in the heap for the result of this task, with anything in it. */
export function output<D extends DType>(shape: Shape, dtype: D): Strided<D> {
  return rowMajor(context().values.output(shape, dtype) as Strided<D>["data"], shape, dtype);
}

/**
 * A block to write to as the result of this task: the one given where nobody else has it, otherwise a copy. `isLast`:
 * nobody else reads it.
 */
export function writable(block: NDArray, isLast: boolean = false): NDArray {
  if (context().values.mayOverwrite(block.data, isLast)) return block;
  const made = output(block.shape, block.dtype);
  copyInto(made, block);
  return arrayOf(made);
}

/** Block `index` of a new array. */
export function fillBlock(spec: FillSpec, index: number): NDArray {
  const { filling, dtype, cuts } = spec;
  const grid = gridOfCuts(cuts);
  const region = blockAt(grid, index);
  const made = output(region.shape, dtype);
  fillRegion(made.data, dtype, filling, grid.shape, region);
  return arrayOf(made);
}

/** A block that worker `home` cut becomes one of this worker; there it stays as it is. */
export function settle(block: NDArray, home: number): NDArray {
  if (context().worker === home) return block;
  const made = output(block.shape, block.dtype);
  copyInto(made, block);
  return arrayOf(made);
}

/** A function of the elements of operands. */
export function mapBlock(spec: MapSpec, fn: ElementFunction, ...blocks: NDArray[]): NDArray {
  const { dtype, mode, operands } = spec;
  const inputs = viewsOf(
    operands.map((operand) => inputOf(operand, blocks)),
    mode,
  );
  const made = output(broadcastShapes(...inputs.map(({ shape }) => shape)), dtype);
  applyInto(fn, made, inputs, mode);
  return arrayOf(made);
}

/** A block with another dtype. */
export function convertBlock(block: NDArray, dtype: DType): NDArray {
  const made = output(block.shape, dtype);
  copyInto(made, block);
  return arrayOf(made);
}

/** The part of an operand that belongs to a block, or its value. */
export function inputOf(operand: Operand, blocks: readonly NDArray[]): Strided | Value {
  if ("value" in operand) return operand.value;
  if ("block" in operand) return blocks[operand.block] as Strided;
  const { assembly } = operand;
  const [first, second] = assembly.pieces;
  if (first && !second) {
    return part(blocks[first.block] as Strided, first.from, first.shape, first.steps);
  }
  const made = empty(assembly.shape, assembly.dtype);
  assemble(made, assembly.pieces, blocks);
  return made;
}

/** A block made of pieces of others. */
export function assembleBlock(assembly: Assembly, ...blocks: NDArray[]): NDArray {
  const made = output(assembly.shape, assembly.dtype);
  assemble(made, assembly.pieces, blocks);
  return arrayOf(made);
}

function assemble(target: Strided, pieces: readonly Piece[], blocks: readonly NDArray[]): void {
  for (const piece of pieces) copyPiece(target, piece, blocks[piece.block] as Strided);
}
