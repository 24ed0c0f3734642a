/** Which part of an array in a file a block is made of: a region that is read, and every how manyeth element of it. */

import { packed } from "../copy.ts";
import type { Block, Region } from "../grid.ts";
import type { Shape } from "../shape.ts";
import type { AxisRange } from "../slice.ts";
import { elementsOf, part, rowMajor, type Strided } from "../strided.ts";

/** As plain data, for a task. */
export interface Selection {
  /** What is read, one length an axis of the file. */
  readonly region: Region;
  /** Where the first element is in the region, and how many there are along each axis. */
  readonly from: { readonly start: readonly number[]; readonly count: readonly number[] };
  /** From one element to the next; negative ones go backwards. */
  readonly steps: readonly number[];
  /** Of the block: without the axes that the slice drops. */
  readonly shape: Shape;
}

/** What a block of the sliced array takes of the file. */
export function selectionOf(ranges: readonly AxisRange[], block: Block): Selection {
  let kept = 0;
  const axes = ranges.map(({ start, step, drop }) => {
    const own = drop ? undefined : kept++;
    const before = own === undefined ? 0 : (block.start[own] as number);
    const count = own === undefined ? 1 : (block.shape[own] as number);
    const first = start + before * step;
    const last = first + Math.max(0, count - 1) * step;
    const low = Math.min(first, last);
    return {
      low,
      length: count === 0 ? 0 : Math.abs(last - first) + 1,
      first: first - low,
      count,
      step,
    };
  });
  return {
    region: { start: axes.map(({ low }) => low), shape: axes.map(({ length }) => length) },
    from: { start: axes.map(({ first }) => first), count: axes.map(({ count }) => count) },
    steps: axes.map(({ count, step }) => (count > 1 ? step : 1)),
    shape: block.shape,
  };
}

/** The shape of what a slice takes. */
export const shapeOfRanges = (ranges: readonly AxisRange[]): Shape =>
  ranges.filter(({ drop }) => !drop).map(({ count }) => count);

/** Whether the block is the region, element by element. */
export const isWhole = ({ steps }: Selection): boolean => steps.every((step) => step === 1);

/** The block in what was read of the region. */
export function selected(view: Strided, { from, steps, shape }: Selection): Strided {
  const counted = packed(part(view, from.start, from.count, steps));
  return rowMajor(elementsOf(counted), shape, view.dtype);
}
