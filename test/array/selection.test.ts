import { arange, Blocks, fromArray, type NDArray } from "bodkin";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gridOf } from "../../src/array/grid.ts";

const A = arange([3, 4]); // 0 … 11
const list = (array: NDArray): unknown => array.toArray();

describe("slice with indices", () => {
  it("takes rows and columns in any order, twice too", () => {
    expect(list(A.slice(Int32Array.of(2, 0, 2)))).toEqual([
      [8, 9, 10, 11],
      [0, 1, 2, 3],
      [8, 9, 10, 11],
    ]);
    expect(list(A.slice(null, fromArray([-1, 1], { dtype: "i32" })))).toEqual([
      [3, 1],
      [7, 5],
      [11, 9],
    ]);
    expect(list(A.slice(1, Float64Array.of(3, 0)))).toEqual([7, 4]);
    expect(A.slice(new Int32Array(0)).shape).toEqual([0, 4]);
  });

  it("counts axes behind an ellipsis and new ones as they are in the result", () => {
    const B = arange([2, 3, 4]);
    const picks = Int32Array.of(3, 0);
    expect(list(B.slice("...", picks))).toEqual(list(B.slice(null, null, picks)));
    expect(
      list(
        B.slice(
          1,
          "newaxis",
          picks.map((_, at) => at),
        ),
      ),
    ).toEqual([list(B.slice(1, [0, 2]))]);
    expect(B.slice("newaxis", "...", 0).shape).toEqual([1, 2, 3]);
  });

  it("takes where a mask is true: of an axis, or of the whole array as a vector", () => {
    const rows = fromArray([true, false, true], { dtype: "bool" });
    expect(list(A.slice(rows))).toEqual([
      [0, 1, 2, 3],
      [8, 9, 10, 11],
    ]);
    expect(list(A.slice(A.map((x) => x % 5 === 0)))).toEqual([0, 5, 10]);
    expect(A.slice(A.map((x) => x > 99)).shape).toEqual([0]);
  });

  it("assigns to the elements of the array, the last of several winning", () => {
    const B = arange([3, 4]);
    B.slice(Int32Array.of(0, 2)).assign([[-1], [-2]]);
    B.slice(B.map((x) => x > 4)).fill(0);
    expect(list(B)).toEqual([
      [-1, -1, -1, -1],
      [4, 0, 0, 0],
      [-2, -2, -2, -2],
    ]);
    const twice = arange([3]);
    twice.slice(Int32Array.of(1, 1)).assign([7, 8]);
    expect(list(twice)).toEqual([0, 8, 2]);
  });

  it("refuses what it cannot take, and says what to do", () => {
    expect(() => A.slice(Int32Array.of(3))).toThrow("index 3");
    expect(() => A.slice(Float64Array.of(0.5))).toThrow("not an integer");
    expect(() => A.slice(Int32Array.of(0), Int32Array.of(0))).toThrow("one after the other");
    expect(() => A.slice(fromArray([true], { dtype: "bool" }))).toThrow(
      "the mask has 1 elements, but the axis 3",
    );
    expect(() => A.slice(fromArray([[0]], { dtype: "i32" }))).toThrow("vectors of indices");
    expect(() => A.slice(fromArray([[true]], { dtype: "bool" }))).toThrow("a mask of shape");
    expect(() => A.slice("...", "...")).toThrow("twice");
    expect(() => A.slice({} as never)).toThrow("not an entry of slice");
  });

  it("gives what single elements are, for any indices", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 4 })), fc.boolean(), (indices, isRow) => {
        const B = arange([5, 5]);
        const picks = Int32Array.from(indices);
        const taken = isRow ? B.slice(picks) : B.slice(null, picks);
        indices.forEach((index, k) => {
          for (let other = 0; other < 5; other++) {
            const own = isRow ? B.get(index, other) : B.get(other, index);
            expect(isRow ? taken.get(k, other) : taken.get(other, k)).toBe(own);
          }
        });
      }),
    );
  });
});

describe("blocks of lengths of their own", () => {
  it("cut where they say", () => {
    expect(gridOf([10, 7], Blocks([3, 3, 4], 5)).cuts).toEqual([
      [0, 3, 6, 10],
      [0, 5, 7],
    ]);
    expect(gridOf([4], Blocks([4])).cuts).toEqual([[0, 4]]);
  });

  it("must be as long together as the axis", () => {
    expect(() => gridOf([10], Blocks([3, 3]))).toThrow(
      "have 6 elements together, but shape [10] has 10",
    );
    expect(() => Blocks([3, 0])).toThrow("0 is not a length");
    expect(() => Blocks([3, null as never])).toThrow("null is not a length");
  });
});
