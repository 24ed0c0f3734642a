/** Where an array is cut for functions that need a whole line along an axis at a time. */

import type { BlockGrid } from "./grid.ts";

/** Cuts of which an axis has none; other axes are cut more finely, so that blocks do not grow as long as there are lines. */
export function cutsWithWholeAxis({ shape, cuts, counts }: BlockGrid, axis: number): number[][] {
  let parts = counts[axis] as number;
  return cuts.map((places, at) => {
    const length = shape[at] as number;
    if (at === axis) return length === 0 ? [0] : [0, length];
    const more = Math.min(parts, Math.ceil(length / Math.max(1, places.length - 1)));
    parts = Math.ceil(parts / Math.max(1, more));
    return places.flatMap((end, k) => {
      const start = places[k - 1] ?? 0;
      const step = Math.max(1, Math.ceil((end - start) / more));
      const inside: number[] = [];
      for (let place = start + step; place < end; place += step) inside.push(place);
      return [...inside, end];
    });
  });
}
