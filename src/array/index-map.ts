/**
 * Views as arithmetic: which elements of an array a view is of, and along which axes it sees them. Slices and
 * permutations of axes are such maps, and so is one after the other.
 */

import { type Shape, sameShape } from "./shape.ts";
import { type AxisRange, expandSlice, resolveSlice, type SliceEntry } from "./slice.ts";

export type Range = Omit<AxisRange, "drop">;

export interface IndexMap {
  /** Of the view. */
  readonly shape: Shape;
  /** What the view takes of each axis of the array. */
  readonly ranges: readonly Range[];
  /** For each axis of the view the axis of the array that it runs along; null: none, it is a new one. */
  readonly axes: readonly (number | null)[];
}

/** Where the elements of a view are, as `Strided` says it. */
interface Placement {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** The view that slice entries describe. @throws where an array of this shape has no such part */
export function sliceMap(entries: readonly SliceEntry[], shape: Shape): IndexMap {
  const ranges = resolveSlice(entries, shape);
  let axis = 0;
  const axes = expandSlice(entries, shape).flatMap((entry) => {
    if (entry === "newaxis") return [null];
    return ranges[axis++]?.drop ? [] : [axis - 1];
  });
  return {
    shape: axes.map((own) => (own === null ? 1 : (ranges[own] as AxisRange).count)),
    ranges: ranges.map(({ start, count, step }) => ({ start, count, step })),
    axes,
  };
}

/** The axes in another order. */
export const permutation = (axes: readonly number[], shape: Shape): IndexMap => ({
  shape: axes.map((axis) => shape[axis] as number),
  ranges: shape.map((count) => ({ start: 0, count, step: 1 })),
  axes,
});

/** The view of another shape where only axes of length 1 come and go; undefined where others change. */
export function onlyOnes(from: Shape, to: Shape): IndexMap | undefined {
  const rest = [...from.keys()].filter((axis) => from[axis] !== 1);
  if (
    !sameShape(
      rest.map((axis) => from[axis] as number),
      to.filter((length) => length !== 1),
    )
  ) {
    return undefined;
  }
  let at = 0;
  return {
    shape: to,
    ranges: from.map((count) => ({ start: 0, count, step: 1 })),
    axes: to.map((length) => (length === 1 ? null : (rest[at++] as number))),
  };
}

/** A view of a view. */
export function compose(outer: IndexMap, inner: IndexMap): IndexMap {
  const ranges = [...inner.ranges];
  inner.axes.forEach((axis, at) => {
    if (axis === null) return;
    const { start, count, step } = outer.ranges[at] as Range;
    const own = inner.ranges[axis] as Range;
    ranges[axis] = { start: own.start + start * own.step, count, step: own.step * step };
  });
  const axes = outer.axes.map((at) => (at === null ? null : (inner.axes[at] as number | null)));
  return { shape: outer.shape, ranges, axes };
}

/** Where a view of elements with these strides has its own. */
export function placeView(map: IndexMap, strides: readonly number[], offset: number): Placement {
  return {
    shape: map.shape,
    strides: map.axes.map((axis) =>
      axis === null ? 0 : (map.ranges[axis] as Range).step * (strides[axis] as number),
    ),
    offset: map.ranges.reduce(
      (at, { start }, axis) => at + start * (strides[axis] as number),
      offset,
    ),
  };
}

/** The indices in the array of the element at some indices of the view. */
export function mapIndices(map: IndexMap, indices: readonly number[]): number[] {
  const places = map.ranges.map((range) => range.start);
  map.axes.forEach((axis, at) => {
    if (axis !== null) {
      places[axis] =
        (places[axis] as number) + (indices[at] as number) * (map.ranges[axis] as Range).step;
    }
  });
  return places;
}
