/** The same elements along other axes: reordered, added, dropped, mirrored, repeated. */

import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { type AnyArray, checkArray, type Like } from "../kinds.ts";
import type { NDArray } from "../ndarray.ts";
import {
  type Axes,
  broadcastShapes,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sameShape,
  shapeText,
  sizeOf,
} from "../shape.ts";
import { rearrange } from "./rearrange.ts";
import { again, allOf, type Run } from "./rearrangement.ts";

/** An array of which each axis is one of another array, or repeats it; `runs` says how it runs along it. */
function along<A extends AnyArray>(
  name: string,
  x: A,
  axes: readonly (number | undefined)[],
  runs: readonly (readonly Run[])[],
): Like<A> {
  const shape = runs.map((own) => own.reduce((sum, run) => sum + run.count, 0));
  const layer = { source: 0, axes, runs, at: x.shape.map(() => 0) };
  return rearrange(name, { shape, dtype: x.dtype, layers: [layer], isView: true }, [x]) as Like<A>;
}

/** A view with the axes in another order: axis `i` of the result is axis `axes[i]` of `x`. */
export function permuteDims<A extends AnyArray>(x: A, axes: readonly number[]): Like<A> {
  const { shape } = checkArray("permuteDims", x);
  if (!Array.isArray(axes) || axes.length !== shape.length) {
    throw invalidArgument(
      `permuteDims takes the order of all ${shape.length} axes: permuteDims(x, [1, 0])`,
    );
  }
  return (x as NDArray).transpose(...axes) as Like<A>;
}

/** A view with the last two axes swapped: the transpose of each matrix. */
export function matrixTranspose<A extends AnyArray>(x: A): Like<A> {
  const ndim = checkArray("matrixTranspose", x).shape.length;
  if (ndim < 2) {
    throw invalidArgument(
      `matrixTranspose takes arrays of at least two dimensions, not of ${ndim}; expandDims(x, { axis: 0 }) makes a vector a row`,
    );
  }
  return moveaxis(x, -1, -2);
}

/** A view with axes brought to other places; the others keep their order. */
export function moveaxis<A extends AnyArray>(
  x: A,
  source: number | readonly number[],
  destination: number | readonly number[],
): Like<A> {
  const ndim = checkArray("moveaxis", x).shape.length;
  const places = (given: number | readonly number[]): number[] =>
    [given].flat().map((axis) => normalizeAxis(axis, ndim));
  const [from, to] = [places(source), places(destination)];
  const twice = [from, to].some((list) => new Set(list).size < list.length);
  if (from.length !== to.length || twice) {
    throw invalidArgument(
      `moveaxis from ${shapeText(from)} to ${shapeText(to)}: name each axis once, and as many places as axes`,
    );
  }
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  const order = x.shape.map((_, at) => {
    const moved = to.indexOf(at);
    return moved >= 0 ? (from[moved] as number) : (rest.shift() as number);
  });
  return permuteDims(x, order);
}

/** A new axis of length 1 (or several) at these places of the result; in front without any. Of a local array a view. */
export function expandDims<A extends AnyArray>(
  x: A,
  options: { readonly axis?: Axes } = {},
): Like<A> {
  checkNames(options, ["axis"], "expandDims");
  const { shape } = checkArray("expandDims", x);
  const { axis = 0 } = options;
  const added = [axis].flat();
  const places = normalizeAxes(added, shape.length + added.length);
  const rest = shape.map((_, at) => at);
  const axes = Array.from({ length: shape.length + added.length }, (_, at) =>
    places.includes(at) ? undefined : rest.shift(),
  );
  return along(
    "expandDims",
    x,
    axes,
    axes.map((at) => [at === undefined ? again(1) : allOf(shape[at] as number)]),
  );
}

/** A view without these axes, which must have length 1. */
export function squeeze<A extends AnyArray>(x: A, options: { readonly axis: Axes }): Like<A> {
  checkNames(options, ["axis"], "squeeze");
  const { shape } = checkArray("squeeze", x);
  if (options.axis === undefined) {
    throw invalidArgument("squeeze needs the axes to drop: squeeze(x, { axis: 0 })");
  }
  const dropped = normalizeAxes(options.axis, shape.length);
  const long = dropped.find((axis) => shape[axis] !== 1);
  if (long !== undefined) {
    throw invalidArgument(
      `squeeze of axis ${long}, which has length ${shape[long]}: only axes of length 1 can be dropped`,
    );
  }
  return (x as NDArray).slice(
    ...shape.map((_, axis) => (dropped.includes(axis) ? 0 : null)),
  ) as Like<A>;
}

/** A view with the elements in reverse order along these axes; along all without any. */
export function flip<A extends AnyArray>(x: A, options: { readonly axis?: Axes } = {}): Like<A> {
  checkNames(options, ["axis"], "flip");
  const { shape } = checkArray("flip", x);
  const flipped = normalizeAxes(options.axis, shape.length);
  const backwards = [null, null, -1] as const;
  return (x as NDArray).slice(
    ...shape.map((_, axis) => (flipped.includes(axis) ? backwards : null)),
  ) as Like<A>;
}

/** Repeats axes of length 1 and adds axes in front, so that the array has this shape. Of a local array a view, to be read alone. */
export function broadcastTo<A extends AnyArray>(x: A, shape: Shape): Like<A> {
  const own = checkArray("broadcastTo", x).shape;
  const wanted = checkShape(shape);
  const missing = wanted.length - own.length;
  if (missing < 0 || !sameShape(broadcastShapes(own, wanted), wanted)) {
    throw invalidArgument(
      `an array of shape ${shapeText(own)} does not broadcast to ${shapeText(wanted)}`,
    );
  }
  const axes = wanted.map((_, axis) => (axis < missing ? undefined : axis - missing));
  return along(
    "broadcastTo",
    x,
    axes,
    wanted.map((length, axis) => [
      axis < missing || own[axis - missing] !== length ? again(length) : allOf(length),
    ]),
  );
}

/** The elements in row-major order along one axis. */
export const flattened = <A extends AnyArray>(x: A): Like<A> =>
  (x as NDArray).reshape([sizeOf(x.shape)]) as Like<A>;
