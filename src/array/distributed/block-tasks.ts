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
import { scalarArray } from "../elementwise/apply.ts";
import { type Allocate, runProgram } from "../elementwise/passes.ts";
import { type Program, programOf, resultOf, type Step } from "../elementwise/program.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { type Filling, fillRegion } from "../filling.ts";
import type { Region } from "../grid.ts";
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
  | { readonly value: Value; readonly dtype: DType };

export interface FillSpec {
  readonly filling: Filling;
  readonly dtype: DType;
  /** Of the whole array. */
  readonly shape: Shape;
}

/** Functions of elements in one pass. A task is given as many functions, then the blocks. */
export interface MapSpec {
  readonly steps: readonly MapStep[];
}

export interface MapStep extends Omit<Step, "inputs"> {
  /** Operands, and steps before this one. */
  readonly inputs: readonly (Operand | { readonly step: number })[];
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

/**
 * The block of a new array at a place: where it starts along each axis, then its lengths. Numbers are no work to hand
 * to a task, so that each costs the same however many blocks there are.
 */
export function fillBlock({ filling, dtype, shape }: FillSpec, ...place: number[]): NDArray {
  const region = regionOfNumbers(place);
  const made = output(region.shape, dtype);
  fillRegion(made.data, dtype, filling, shape, region);
  return arrayOf(made);
}

/** A region as numbers, and back. */
export const regionNumbers = ({ start, shape }: Region): number[] => [...start, ...shape];
export const regionOfNumbers = (place: readonly number[]): Region => ({
  start: place.slice(0, place.length / 2),
  shape: place.slice(place.length / 2),
});

/** A block for somebody else too. */
export const keepBlock = (block: NDArray): NDArray => block;

/** A block that worker `home` cut becomes one of this worker; there it stays as it is. */
export function settle(block: NDArray, home: number): NDArray {
  if (context().worker === home) return block;
  const made = output(block.shape, block.dtype);
  copyInto(made, block);
  return arrayOf(made);
}

/** Functions of the elements of operands. */
export function mapBlock(spec: MapSpec, ...given: (ElementFunction | NDArray)[]): NDArray {
  const { program, inputs, shape } = passOf(spec, given);
  const made = output(shape, resultOf(program).dtype);
  runProgram(program, made, inputs, output);
  return arrayOf(made);
}

/** The operands of a pass, each once, and its steps, which refer to them by number. */
export function operandsOf({ steps }: MapSpec): {
  readonly operands: readonly Operand[];
  readonly steps: readonly Step[];
} {
  const operands: Operand[] = [];
  const known = new Map<number, number>();
  const numberOf = (operand: Operand): number => {
    const seen = "block" in operand ? known.get(operand.block) : undefined;
    if (seen !== undefined) return seen;
    const at = operands.push(operand) - 1;
    if ("block" in operand) known.set(operand.block, at);
    return at;
  };
  const own = steps.map((step) => ({
    ...step,
    inputs: step.inputs.map((each) => ("step" in each ? each : { operand: numberOf(each) })),
  }));
  return { operands, steps: own };
}

/** What is computed of what, and the shape of the result. */
export interface Pass {
  readonly program: Program;
  readonly inputs: readonly Strided[];
  readonly shape: Shape;
}

/** `given`: the functions of the steps, then blocks. */
export function passOf(spec: MapSpec, given: readonly (ElementFunction | NDArray)[]): Pass {
  const { operands, steps } = operandsOf(spec);
  const functions = given.slice(0, steps.length) as ElementFunction[];
  const blocks = given.slice(steps.length) as NDArray[];
  const inputs = operands.map((operand) => inputOf(operand, blocks, output));
  const dtypes = inputs.map(({ dtype }) => dtype);
  return {
    program: programOf(functions, steps, dtypes),
    inputs,
    shape: broadcastShapes(...inputs.map(({ shape }) => shape)),
  };
}

/** A block with another dtype. */
export function convertBlock(block: NDArray, dtype: DType): NDArray {
  const made = output(block.shape, dtype);
  copyInto(made, block);
  return arrayOf(made);
}

/** The part of an operand that belongs to a block; put together in new memory where it is in pieces. */
export function inputOf(
  operand: Operand,
  blocks: readonly NDArray[],
  allocate: Allocate = empty,
): Strided {
  if ("value" in operand) return scalarArray(operand.value, operand.dtype);
  if ("block" in operand) return blocks[operand.block] as Strided;
  const { assembly } = operand;
  const [first, second] = assembly.pieces;
  if (first && !second) {
    return part(blocks[first.block] as Strided, first.from, first.shape, first.steps);
  }
  const made = allocate(assembly.shape, assembly.dtype);
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
