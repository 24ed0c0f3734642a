import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AutoBlocks, Blocks, isPartitioning, MPIBlocks } from "../../src/array/blocks.ts";
import {
  blockAt,
  blockIndex,
  blockShape,
  blocksOf,
  gridOf,
  locate,
  permuteGrid,
  sameGrid,
} from "../../src/array/grid.ts";
import { sizeOf } from "../../src/array/shape.ts";
import { anyGrid, indicesOf } from "./helpers.ts";

describe("Blocks", () => {
  test("holds the lengths", () => {
    expect(Blocks(16, null).sizes).toEqual([16, null]);
    expect(isPartitioning(Blocks(1))).toBe(true);
    expect(isPartitioning(AutoBlocks())).toBe(true);
    expect([null, 3, [3], { kind: "blocks" }, {}].some(isPartitioning)).toBe(false);
  });

  test.each([[[0]], [[-1]], [[1.5]], [[2, Number.NaN]]])("refuses %j", (sizes) => {
    expect(() => Blocks(...sizes)).toThrow("is not a length; use integers from 1, or null");
    expect(() => MPIBlocks(...sizes)).toThrow("is not a length; use integers from 1, or null");
  });
});

describe("gridOf", () => {
  test("cuts evenly, the last block may be smaller", () => {
    const grid = gridOf([10, 8], Blocks(3, 4));
    expect(grid.cuts).toEqual([
      [0, 3, 6, 9, 10],
      [0, 4, 8],
    ]);
    expect(grid.counts).toEqual([4, 2]);
    expect(grid.length).toBe(8);
    expect(blockAt(grid, 7)).toEqual({ index: 7, position: [3, 1], start: [9, 4], shape: [1, 4] });
    expect(blockShape(grid)).toEqual({ shape: [3, 4], even: false });
  });

  test("null leaves an axis whole, large blocks are cut to the array", () => {
    expect(gridOf([4, 5], Blocks(2, null)).counts).toEqual([2, 1]);
    expect(blockShape(gridOf([4, 5], Blocks(9, 9)))).toEqual({ shape: [4, 5], even: true });
  });

  test("a block a rank: null has the length chosen, of several the longest axis is cut", () => {
    expect(gridOf([64, 64], MPIBlocks(64, null), 4).cuts).toEqual([
      [0, 64],
      [0, 16, 32, 48, 64],
    ]);
    expect(gridOf([64, 64], MPIBlocks(32, null), 4).counts).toEqual([2, 2]);
    expect(gridOf([10, 64], MPIBlocks(null, null), 3).counts).toEqual([1, 3]);
    expect(gridOf([10], MPIBlocks(null), 4).cuts).toEqual([[0, 3, 6, 9, 10]]);
    expect(gridOf([7], MPIBlocks(4), 2).cuts).toEqual([[0, 4, 7]]);
    expect(gridOf([], MPIBlocks(), 1).length).toBe(1);
  });

  test.each([
    [[64], MPIBlocks(64, null), 2, "is for arrays of 2 dimensions"],
    [[64], MPIBlocks(16), 2, "into 4 blocks, but there are 2 workers"],
    [[64, 64], MPIBlocks(32, null), 3, "into a multiple of 2 blocks, but there are 3 workers"],
    [[5], MPIBlocks(null), 4, "there are 4 workers"],
    [[0], MPIBlocks(null), 2, "there are 2 workers"],
    [[], MPIBlocks(), 2, "into 1 blocks, but there are 2 workers"],
  ] as const)("%j with %j on %i ranks is refused", (shape, partitioning, ranks, message) => {
    expect(() => gridOf(shape, partitioning, ranks)).toThrow(message);
  });

  test("an array without dimensions is one block, one without elements none", () => {
    expect(gridOf([], Blocks()).length).toBe(1);
    expect(blocksOf(gridOf([], AutoBlocks(), 4))).toEqual([
      { index: 0, position: [], start: [], shape: [] },
    ]);
    expect(gridOf([0, 5], Blocks(2, 2)).length).toBe(0);
    expect(gridOf([0, 5], Blocks(2, 2)).counts).toEqual([0, 3]);
    expect(gridOf([3, 0], AutoBlocks(), 2).length).toBe(0);
  });

  test("AutoBlocks and a number of parts cut the last axis", () => {
    expect(gridOf([4, 10], AutoBlocks(), 4).cuts).toEqual([
      [0, 4],
      [0, 3, 6, 9, 10],
    ]);
    expect(gridOf([4, 10], 3).cuts[1]).toEqual([0, 4, 8, 10]);
    expect(gridOf([2], AutoBlocks(), 8).counts).toEqual([2]);
  });

  test("refuses blocks of another number of dimensions, and no parts", () => {
    expect(() => gridOf([4, 4], Blocks(2))).toThrow(
      "Blocks(2) is for arrays of 1 dimensions, but shape [4, 4] has 2",
    );
    expect(() => gridOf([4], 0)).toThrow("0 parts: use an integer from 1");
    expect(() => blockAt(gridOf([4], 2), 2)).toThrow("block 2 does not exist; there are 2");
  });
});

test("every element lies in exactly one block, and locate finds it", () => {
  fc.assert(
    fc.property(anyGrid, (grid) => {
      const blocks = blocksOf(grid);
      expect(blocks.reduce((sum, block) => sum + sizeOf(block.shape), 0)).toBe(sizeOf(grid.shape));
      for (const block of blocks) {
        expect(blockIndex(grid, block.position)).toBe(block.index);
        for (const inside of indicesOf(block.shape)) {
          const indices = inside.map((index, axis) => index + (block.start[axis] as number));
          expect(locate(grid, indices)).toEqual({ block: block.index, indices: inside });
        }
      }
    }),
  );
});

test("locate takes negative indices and refuses those outside", () => {
  const grid = gridOf([10], Blocks(4));
  expect(locate(grid, [-1])).toEqual({ block: 2, indices: [1] });
  expect(() => locate(grid, [10])).toThrow("index 10 is outside of axis 0");
  expect(() => locate(grid, [0, 0])).toThrow("2 indices for an array of shape [10]; give 1");
});

test("grids permuted and compared", () => {
  const grid = gridOf([4, 6], Blocks(2, 6));
  expect(sameGrid(grid, gridOf([4, 6], Blocks(2, null)))).toBe(true);
  expect(sameGrid(grid, gridOf([4, 6], Blocks(4, 6)))).toBe(false);
  expect(sameGrid(grid, gridOf([4], Blocks(2)))).toBe(false);
  expect(sameGrid(permuteGrid(grid, [1, 0]), gridOf([6, 4], Blocks(6, 2)))).toBe(true);
});
