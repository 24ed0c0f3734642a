/**
 * What the tasks of reductions run: a block to a state, states of neighbouring blocks to one, the last state to a
 * value, or to a block of values where some axes are kept. The order is that of the blocks, whoever computes.
 */

import type { Value } from "../element.ts";
import type { ElementFunction } from "../elementwise/result-type.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import type { Join, MapElement } from "../reductions/fold.ts";
import type { Reduction, ReductionState } from "../reductions/reduction.ts";
import { type ReductionSpec, reductionFrom } from "../reductions/spec.ts";
import { reduceProgram } from "../reductions/tiles.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { arrayOfValues } from "../strided.ts";
import { type MapSpec, output, passOf } from "./block-tasks.ts";

export function stepBlock(
  spec: ReductionSpec,
  join: Join | undefined,
  map: MapElement | undefined,
  block: NDArray,
): ReductionState {
  return reductionFrom(spec, { join, map }).step(block, spec.axes);
}

/** The state of what functions of elements give, which becomes no block. `given`: as for `mapBlock`. */
export function stepPass(
  spec: ReductionSpec,
  join: Join | undefined,
  map: MapElement | undefined,
  pass: MapSpec,
  ...given: (ElementFunction | NDArray)[]
): ReductionState {
  const { program, inputs, shape } = passOf(pass, given);
  const reduction = reductionFrom(spec, { join, map });
  return reduceProgram(program, inputs, shape, reduction, spec.axes, output);
}

export function combineStates(
  spec: ReductionSpec,
  join: Join | undefined,
  map: MapElement | undefined,
  ...states: ReductionState[]
): ReductionState {
  return combined(reductionFrom(spec, { join, map }), states);
}

/** Neighbours first: rounding errors grow with the logarithm of the number of states. */
function combined(reduction: Reduction, states: readonly ReductionState[]): ReductionState {
  if (states.length === 0) return reduction.init();
  if (states.length === 1) return states[0] as ReductionState;
  const middle = states.length >> 1;
  return reduction.combine(
    combined(reduction, states.slice(0, middle)),
    combined(reduction, states.slice(middle)),
  );
}

/** The value of all elements. */
export function finishValue(
  spec: ReductionSpec,
  join: Join | undefined,
  map: MapElement | undefined,
  init: Value | undefined,
  ...states: ReductionState[]
): unknown {
  const reduction = reductionFrom(spec, { join, map });
  return reduction.finish(combined(reduction, states), 1, init)[0];
}

/** The values of a block of which some axes are kept; `shape` is that of the result. */
export function finishBlock(
  spec: ReductionSpec,
  join: Join | undefined,
  map: MapElement | undefined,
  init: Value | undefined,
  shape: Shape,
  ...states: ReductionState[]
): NDArray {
  const reduction = reductionFrom(spec, { join, map });
  const values = reduction.finish(combined(reduction, states), sizeOf(shape), init);
  return arrayOf(arrayOfValues(values, shape, reduction.dtype));
}
