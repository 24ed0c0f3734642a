import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { broadcastRegion, piecesOf, piecesOfRanges } from "../../src/array/alignment.ts";
import { Blocks } from "../../src/array/blocks.ts";
import { copyPiece } from "../../src/array/copy.ts";
import { arange, zeros } from "../../src/array/functions.ts";
import { blockAt, blocksOf, gridOf } from "../../src/array/grid.ts";
import type { NDArray } from "../../src/array/ndarray.ts";
import { resolveSlice, type SliceEntry } from "../../src/array/slice.ts";
import { anyGrid, indicesOf } from "./helpers.ts";

const anyEntry: fc.Arbitrary<SliceEntry> = fc.oneof(
  fc.constant(null),
  fc.tuple(
    fc.option(fc.integer({ min: -9, max: 9 })),
    fc.option(fc.integer({ min: -9, max: 9 })),
    fc.option(fc.integer({ min: -4, max: 4 }).filter((step) => step !== 0)),
  ),
);

describe("piecesOf", () => {
  test("a block of another partitioning", () => {
    const grid = gridOf([10], Blocks(4));
    expect(piecesOf(grid, { start: [3], shape: [6] })).toEqual([
      { block: 0, from: [3], steps: [1], to: [0], shape: [1] },
      { block: 1, from: [0], steps: [1], to: [1], shape: [4] },
      { block: 2, from: [0], steps: [1], to: [5], shape: [1] },
    ]);
  });

  test("a scalar, and nothing", () => {
    expect(piecesOf(gridOf([], Blocks()), { start: [], shape: [] })).toEqual([
      { block: 0, from: [], steps: [], to: [], shape: [] },
    ]);
    expect(piecesOf(gridOf([4], Blocks(2)), { start: [1], shape: [0] })).toEqual([]);
  });

  test("refuses what lies outside", () => {
    expect(() => piecesOf(gridOf([4], Blocks(2)), { start: [3], shape: [2] })).toThrow(
      "index 4 is outside of an axis of 4 elements",
    );
  });
});

test("pieces of a slice bring each element to its place, once", () => {
  fc.assert(
    fc.property(anyGrid, fc.array(anyEntry, { minLength: 3, maxLength: 3 }), (grid, entries) => {
      const ranges = resolveSlice(entries.slice(0, grid.shape.length), grid.shape);
      const made = new Map<string, string>();
      for (const piece of piecesOfRanges(grid, ranges)) {
        const { start } = blockAt(grid, piece.block);
        for (const at of indicesOf(piece.shape)) {
          const to = at.map((index, axis) => index + (piece.to[axis] as number)).join();
          const from = at.map(
            (index, axis) =>
              (start[axis] as number) +
              (piece.from[axis] as number) +
              index * (piece.steps[axis] as number),
          );
          expect(made.has(to)).toBe(false);
          made.set(to, from.join());
        }
      }
      const wanted = indicesOf(ranges.map((range) => range.count)).map((at) => [
        at.join(),
        at
          .map((index, axis) => (ranges[axis]?.start ?? 0) + index * (ranges[axis]?.step ?? 0))
          .join(),
      ]);
      expect(Object.fromEntries(made)).toEqual(Object.fromEntries(wanted));
    }),
  );
});

test("a slice of a partitioned array is put together from its blocks", () => {
  fc.assert(
    fc.property(anyGrid, fc.array(anyEntry, { minLength: 3, maxLength: 3 }), (grid, entries) => {
      const whole = arange(grid.shape);
      const blocks = blocksOf(grid).map(({ start, shape }) =>
        whole.slice(...start.map((at, axis) => [at, at + (shape[axis] as number)] as const)).copy(),
      );
      const slice = entries.slice(0, grid.shape.length);
      const ranges = resolveSlice(slice, grid.shape);
      const made = zeros(ranges.map((range) => range.count));
      for (const piece of piecesOfRanges(grid, ranges)) {
        copyPiece(made, piece, blocks[piece.block] as NDArray);
      }
      expect(made.toArray()).toEqual(whole.slice(...slice).toArray());
    }),
  );
});

describe("broadcastRegion", () => {
  test("axes of length 1 and missing ones stay where they are", () => {
    const region = { start: [2, 4, 6], shape: [1, 2, 3] };
    expect(broadcastRegion(region, [9, 9, 9])).toEqual(region);
    expect(broadcastRegion(region, [1, 9])).toEqual({ start: [0, 6], shape: [1, 3] });
    expect(broadcastRegion(region, [])).toEqual({ start: [], shape: [] });
    expect(() => broadcastRegion(region, [1, 1, 1, 1])).toThrow(
      "does not broadcast to 3 dimensions",
    );
  });
});
