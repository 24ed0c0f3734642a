/**
 * Several functions over arrays in one pass. Where they all compile and the operands lie well, they are one loop; else
 * each has its own, and they take turns on tiles that stay in the caches. The bits are those of one function after the
 * other, with arrays in between.
 */

import type { DType } from "../../memory/dtype.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Operand, operandOf, type Strided } from "../strided.ts";
import { elementwiseKernel } from "./kernel.ts";
import { runOnHeap } from "./on-heap.ts";
import type { Program, Step } from "./program.ts";
import type { ElementFunction } from "./result-type.ts";

/** A new array for as long as the pass takes, with anything in it. */
export type Allocate = (shape: Shape, dtype: DType) => Strided;

/** Elements that loops take turns on. */
export const TILE = 16384;

/** Sets the elements of `output`, to whose shape the inputs broadcast. */
export function runProgram(
  program: Program,
  output: Strided,
  inputs: readonly Strided[],
  allocate: Allocate,
): void {
  const { shape } = output;
  const from = inputs.map((view) => operandOf(view, shape));
  if (program.steps.length > 1 && runOnHeap(program, shape, output, from)) return;
  new Turns(program, shape, allocate).run(output, from);
}

class Turns {
  readonly #program: Program;
  readonly #shape: Shape;
  /** Tiles along each axis. */
  readonly #counts: readonly number[];
  /** What the steps but the last give for a tile. */
  readonly #between: readonly Strided[];

  constructor(program: Program, shape: Shape, allocate: Allocate) {
    this.#program = program;
    this.#shape = shape;
    const { steps } = program;
    this.#counts = steps.length > 1 ? tileCounts(shape) : shape.map(() => 1);
    const tile = shape.map((length, axis) => Math.ceil(length / (this.#counts[axis] as number)));
    this.#between = steps.slice(0, -1).map(({ dtype }) => allocate(tile, dtype));
  }

  run(output: Operand, inputs: readonly Operand[]): void {
    if (sizeOf(this.#shape) === 0) return;
    const places = sizeOf(this.#counts);
    for (let place = 0; place < places; place++) {
      const start: number[] = [];
      const shape: number[] = [];
      let rest = place;
      for (let axis = this.#shape.length - 1; axis >= 0; axis--) {
        const count = this.#counts[axis] as number;
        const length = this.#shape[axis] as number;
        const part = rest % count;
        rest = Math.floor(rest / count);
        // Evenly: a short remainder could be for another loop, which gives other bits for functions of `Math`.
        const from = Math.floor((part * length) / count);
        start[axis] = from;
        shape[axis] = Math.floor(((part + 1) * length) / count) - from;
      }
      const at = ({ data, strides, offset }: Operand): Operand => ({
        data,
        strides,
        offset: start.reduce((sum, i, axis) => sum + i * (strides[axis] as number), offset),
      });
      this.#runTile(shape, at(output), inputs.map(at));
    }
  }

  #runTile(shape: Shape, output: Operand, inputs: readonly Operand[]): void {
    const { steps, functions, operands } = this.#program;
    const between = this.#between;
    steps.forEach(({ inputs: given, dtype, mode }: Step, k) => {
      const from = given.map((each) =>
        "step" in each ? (between[each.step] as Strided) : (inputs[each.operand] as Operand),
      );
      const types = given.map((each) =>
        "step" in each ? (steps[each.step] as Step).dtype : (operands[each.operand] as DType),
      );
      const kernel = elementwiseKernel(functions[k] as ElementFunction, types, dtype, mode);
      kernel.run(shape, k === steps.length - 1 ? output : (between[k] as Strided), from);
    });
  }
}

/** The last axes whole, and some of the one before. */
function tileCounts(shape: Shape): Shape {
  const counts = shape.map(() => 1);
  let size = sizeOf(shape);
  for (let axis = 0; axis < shape.length && size > TILE; axis++) {
    const length = shape[axis] as number;
    counts[axis] = Math.min(length, Math.ceil(size / TILE));
    size /= length;
  }
  return counts;
}
