/** Joining arrays along an axis, and taking one apart. */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { isDArray } from "../distributed/block-array.ts";
import type { BlockGrid } from "../grid.ts";
import { type AnyArray, checkArray, checkArrays, type Like } from "../kinds.ts";
import type { NDArray } from "../ndarray.ts";
import { type Promote, promote } from "../promotion.ts";
import { normalizeAxis, type Shape, sameShape, shapeText } from "../shape.ts";
import { expandDims, flattened } from "./axes.ts";
import { rearrange } from "./rearrange.ts";
import { allOf, cutsOfLayer, type Layer } from "./rearrangement.ts";

/** Of arrays of several dtypes their common one. */
type Joined<A extends AnyArray> = Like<A, CommonOf<A["dtype"]>>;
type CommonOf<D extends DType> = [D] extends [Promote<D, D>] ? Promote<D, D> : DType;

/**
 * The arrays one after the other along an axis (0), or, with `axis: null`, the elements of all of them in a row. Their
 * other lengths must be equal. Distributed arrays keep their cuts along the axis; along the others all are cut as the first.
 */
export function concat<A extends AnyArray>(
  arrays: readonly A[],
  options: { readonly axis?: number | null } = {},
): Joined<A> {
  checkNames(options, ["axis"], "concat");
  const given = checkArrays("concat", arrays);
  if (options.axis === null) {
    return concat(given.map((array) => flattened(array))) as Joined<A>;
  }
  return joined("concat", given, options.axis ?? 0) as Joined<A>;
}

/** Arrays of one shape along a new axis (0) of the result. */
export function stack<A extends AnyArray>(
  arrays: readonly A[],
  options: { readonly axis?: number } = {},
): Joined<A> {
  checkNames(options, ["axis"], "stack");
  const given = checkArrays("stack", arrays);
  const shape = (given[0] as AnyArray).shape;
  const other = given.find((array) => !sameShape(array.shape, shape));
  if (other) {
    throw invalidArgument(
      `stack takes arrays of one shape, not ${shapeText(shape)} and ${shapeText(other.shape)}; concat joins arrays along an axis they have`,
    );
  }
  const { axis = 0 } = options;
  return joined(
    "stack",
    given.map((array) => expandDims(array, { axis })),
    axis,
  ) as Joined<A>;
}

function joined(name: string, arrays: readonly AnyArray[], along: number): AnyArray {
  const first = arrays[0] as AnyArray;
  const axis = normalizeAxis(along, first.shape.length);
  checkShapes(name, arrays, axis);
  let end = 0;
  const layers = arrays.map(({ shape }, source): Layer => {
    const start = end;
    end += shape[axis] as number;
    return {
      source,
      axes: shape.map((_, at) => at),
      runs: shape.map((length, at) => [allOf(length, at === axis ? start : 0)]),
      at: shape.map(() => 0),
    };
  });
  const shape = first.shape.with(axis, end);
  const dtype = arrays.map((array) => array.dtype).reduce(promote);
  const leader = Math.max(0, arrays.findIndex(isDArray));
  return rearrange(name, { shape, dtype, layers }, arrays, (grids) => {
    const own = cutsOfLayer(layers[leader] as Layer, grids[leader] as BlockGrid);
    return own.map((cuts, at) => (at === axis ? joinedCuts(grids, axis) : cuts));
  });
}

function joinedCuts(grids: readonly BlockGrid[], axis: number): number[] {
  const cuts = [0];
  let start = 0;
  for (const grid of grids) {
    const own = grid.cuts[axis] as readonly number[];
    for (const end of own.slice(1)) cuts.push(start + end);
    start += own.at(-1) as number;
  }
  return cuts;
}

function checkShapes(name: string, arrays: readonly AnyArray[], axis: number): void {
  const rest = (shape: Shape): Shape => shape.filter((_, at) => at !== axis);
  const first = (arrays[0] as AnyArray).shape;
  for (const { shape } of arrays) {
    if (shape.length === first.length && sameShape(rest(shape), rest(first))) continue;
    throw invalidArgument(
      `${name} along axis ${axis}: shapes ${shapeText(first)} and ${shapeText(shape)} differ elsewhere too`,
    );
  }
}

/** Views of the arrays at each place of an axis (0), without that axis. */
export function unstack<A extends AnyArray>(
  x: A,
  options: { readonly axis?: number } = {},
): Like<A>[] {
  checkNames(options, ["axis"], "unstack");
  const { shape } = checkArray("unstack", x);
  const axis = normalizeAxis(options.axis ?? 0, shape.length);
  const all = shape.map(() => null);
  return Array.from(
    { length: shape[axis] as number },
    (_, place) => (x as NDArray).slice(...all.with(axis, place as never)) as Like<A>,
  );
}
