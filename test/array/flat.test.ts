import fc from "fast-check";
import { expect, test } from "vitest";
import { boxesOf, gridOfRuns, indicesOf, numberOf } from "../../src/array/flat.ts";
import { blocksOf } from "../../src/array/grid.ts";
import { sizeOf } from "../../src/array/shape.ts";
import { anyShape, indicesOf as everyIndex } from "./helpers.ts";

test("runs of elements are boxes in their order, two an axis at most", () => {
  fc.assert(
    fc.property(anyShape, fc.nat(1000), fc.nat(1000), (shape, a, b) => {
      const size = sizeOf(shape);
      const [first, end] = [a % (size + 1), b % (size + 1)].sort((x, y) => x - y) as [
        number,
        number,
      ];
      const boxes = boxesOf(shape, first, end);
      const found = boxes.flatMap((box) =>
        everyIndex(box.shape).map((indices) =>
          numberOf(
            indices.map((index, axis) => index + (box.start[axis] as number)),
            shape,
          ),
        ),
      );
      expect(found).toEqual(Array.from({ length: end - first }, (_, at) => first + at));
      expect(boxes.length).toBeLessThanOrEqual(Math.max(1, 2 * shape.length - 1));
      let before = 0;
      for (const box of boxes) {
        expect(box.at).toBe(before);
        before += sizeOf(box.shape);
      }
    }),
    { numRuns: 2000, seed: 3 },
  );
});

test("grids of runs have blocks that follow one another, none too large", () => {
  fc.assert(
    fc.property(anyShape, fc.integer({ min: 1, max: 50 }), (shape, most) => {
      const grid = gridOfRuns(shape, most);
      expect(grid.shape).toEqual(shape);
      let before = 0;
      for (const block of blocksOf(grid)) {
        expect(numberOf(block.start, shape)).toBe(before);
        expect(sizeOf(block.shape)).toBeLessThanOrEqual(most);
        before += sizeOf(block.shape);
      }
      expect(before).toBe(sizeOf(shape));
      for (let number = 0; number < before; number++) {
        expect(numberOf(indicesOf(number, shape), shape)).toBe(number);
      }
    }),
    { numRuns: 1000, seed: 4 },
  );
});
