/** Runs of neighbouring elements of a region, for what is computed from an element's place in the whole array. */

import type { Region } from "./grid.ts";
import { rowMajorStrides, type Shape, sizeOf } from "./shape.ts";
import { coalesce, walk } from "./strided.ts";

/** Element `index` of the whole array, in row-major order, is element `at` of the region; so are the `count − 1` after it. */
export type VisitRun = (index: number, at: number, count: number) => void;

/** Visits a region in as few runs as possible. */
export function forEachRun(whole: Shape, region: Region, visit: VisitRun): void {
  if (sizeOf(region.shape) === 0) return;
  const strides = rowMajorStrides(whole);
  const first = region.start.reduce(
    (index, place, axis) => index + place * (strides[axis] as number),
    0,
  );
  const nest = coalesce(region.shape, [strides]);
  const innermost = nest.shape.length - 1;
  const even = nest.strides[0]?.[innermost] === 1;
  const count = even ? (nest.shape[innermost] as number) : 1;
  const outer = even ? innermost : nest.shape.length;
  const rows = {
    shape: nest.shape.slice(0, outer),
    strides: [nest.strides[0]?.slice(0, outer) ?? []],
  };
  const index = [first];
  let at = 0;
  walk(rows, index, () => {
    visit(index[0] as number, at, count);
    at += count;
  });
}

/** All of an array. */
export const wholeRegion = (shape: Shape): Region => ({ start: shape.map(() => 0), shape });
