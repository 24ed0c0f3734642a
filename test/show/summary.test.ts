import { expect, test } from "vitest";
import { Blocks } from "../../src/array/blocks.ts";
import { blockShape, gridOf } from "../../src/array/grid.ts";
import { arraySummary } from "../../src/show/summary.ts";

function summary(shape: readonly number[], ...blocks: number[]): string {
  const grid = gridOf(shape, Blocks(...blocks));
  return arraySummary({
    name: "DArray",
    shape,
    dtype: "f64",
    blocks: { counts: grid.counts, ...blockShape(grid) },
  });
}

test("a distributed array as in the talk", () => {
  expect(summary([64, 64], 16, 16)).toBe("64×64 DArray<f64> with 4×4 blocks of 16×16");
});

test("unequal blocks, one dimension, none, no elements", () => {
  expect(summary([10, 8], 3, 4)).toBe("10×8 DArray<f64> with 4×2 blocks of up to 3×4");
  expect(summary([10], 3)).toBe("10-element DArray<f64> with 4 blocks of up to 3");
  expect(summary([9], 3)).toBe("9-element DArray<f64> with 3 blocks of 3");
  expect(summary([2, 2], 3, 3)).toBe("2×2 DArray<f64> with 1 block");
  expect(summary([])).toBe("0-dimensional DArray<f64> with 1 block");
  expect(summary([0, 5], 2, 2)).toBe("0×5 DArray<f64> with no blocks");
});

test("a local array", () => {
  expect(arraySummary({ name: "NDArray", shape: [64, 64], dtype: "f32" })).toBe(
    "64×64 NDArray<f32>",
  );
  expect(arraySummary({ name: "NDArray", shape: [3], dtype: "bool" })).toBe(
    "3-element NDArray<bool>",
  );
});
