/**
 * The state of what functions of elements give, without an array for all of it: tiles are computed and reduced one
 * after the other. Tiles are as long as whole parts of the tree in which an array is reduced, so the bits are the
 * same.
 */

import { type Allocate, runProgram, TILE } from "../elementwise/passes.ts";
import { type Program, resultOf } from "../elementwise/program.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { coalesce, operandOf, rowMajor, type Strided } from "../strided.ts";
import type { Reduction, ReductionState } from "./reduction.ts";

/** The state for the axes of a block of this shape, to which the inputs broadcast. */
export function reduceProgram(
  program: Program,
  inputs: readonly Strided[],
  shape: Shape,
  reduction: Reduction,
  axes: readonly number[] | undefined,
  allocate: Allocate,
): ReductionState {
  const size = sizeOf(shape);
  const { dtype } = resultOf(program);
  const views =
    axes === undefined || axes.length === shape.length ? lines(inputs, shape) : undefined;
  if (!views || size <= TILE) {
    const whole = allocate(shape, dtype);
    runProgram(program, whole, inputs, allocate);
    return reduction.step(whole, axes);
  }
  const { data } = allocate([TILE], dtype);
  const states: ReductionState[] = [];
  for (let from = 0; from < size; from += TILE) {
    const n = Math.min(TILE, size - from);
    const tile = rowMajor(data, [n], dtype);
    runProgram(
      program,
      tile,
      views.map((view) => ({
        ...view,
        shape: [n],
        offset: view.offset + from * (view.strides[0] as number),
      })),
      allocate,
    );
    states.push(reduction.step(tile));
  }
  return joined(reduction, states, 0, states.length);
}

/** Inputs as lines of all elements in their order; undefined where one is none. */
function lines(inputs: readonly Strided[], shape: Shape): readonly Strided[] | undefined {
  const strides = inputs.map((view) => operandOf(view, shape).strides);
  const nest = coalesce(shape, strides);
  if (nest.shape.length > 1) return undefined;
  return inputs.map((view, k) => ({ ...view, shape: nest.shape, strides: nest.strides[k] ?? [] }));
}

/** In a tree whose left parts are powers of two. */
function joined(
  reduction: Reduction,
  states: readonly ReductionState[],
  first: number,
  last: number,
): ReductionState {
  if (last - first === 1) return states[first] as ReductionState;
  const middle = first + 2 ** (31 - Math.clz32(last - first - 1));
  return reduction.combine(
    joined(reduction, states, first, middle),
    joined(reduction, states, middle, last),
  );
}
