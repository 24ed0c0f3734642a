import {
  Blocks,
  distribute,
  dot,
  einsum,
  fromArray,
  matmul,
  type NDArray,
  outer,
  rand,
  tensordot,
  vecdot,
  zeros,
} from "bodkin";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";

const matrix = zeros([2, 3]);

describe("products refuse", () => {
  it.each<[string, () => unknown, string]>([
    ["sizes", () => matmul(matrix, matrix), "matmul: shapes [2, 3] and [2, 3] do not fit together"],
    ["scalars", () => matmul(zeros([]), matrix), "matmul takes arrays of at least one dimension"],
    ["stacks", () => matmul(zeros([2, 2, 3]), zeros([3, 3, 2])), "do not fit together"],
    [
      "other data",
      () => matmul([[1]] as never, matrix),
      "matmul takes an array made by this library",
    ],
    ["shapes of dot", () => dot(matrix, zeros([3, 2])), "dot takes arrays of one shape"],
    ["lengths of vecdot", () => vecdot(matrix, zeros([2, 2])), "vecdot: shapes"],
    ["axes of vecdot", () => vecdot(matrix, matrix, { axis: 2 }), "axis 2 does not exist"],
    ["options of vecdot", () => vecdot(matrix, matrix, { axes: 1 } as never), "no option 'axes'"],
    ["a count of axes", () => tensordot(matrix, matrix, 3), "tensordot over 3 axes"],
    ["half a pair", () => tensordot(matrix, matrix, [[0, 1], [0]]), "name as many of each"],
    [
      "an axis twice",
      () =>
        tensordot(matrix, matrix, [
          [0, 0],
          [0, 0],
        ]),
      "none twice",
    ],
    ["no lists", () => tensordot(matrix, matrix, [0, 1] as never), "or two lists"],
    ["lengths", () => tensordot(matrix, matrix, [[0], [1]]), "tensordot: shapes"],
    ["a missing operand", () => outer(matrix, undefined as never), "outer takes an array"],
    ["no text", () => einsum(matrix as never, matrix), "the first argument is text"],
    ["too few arrays", () => einsum("ij,jk", matrix), "it is for 2 arrays, and there are 1"],
    ["too few letters", () => einsum("i", matrix), "'i' does not name the axes of array 1"],
    ["signs", () => einsum("i?", matrix), "'?' is not a letter"],
    ["two arrows", () => einsum("ij->i->j", matrix), "'->' comes at most once"],
    ["unknown letters", () => einsum("ij->k", matrix), "'k' is of no array"],
    ["letters twice", () => einsum("ij->ii", matrix), "the result names an axis twice"],
    ["dots twice", () => einsum("...i...", matrix), "'...' more than once"],
    [
      "dots without a place",
      () => einsum("...i->i", matrix),
      "must say where the axes of '...' are",
    ],
    ["lengths of a letter", () => einsum("ii", matrix), "einsum: shapes"],
    ["lengths of letters", () => einsum("ij,ij", matrix, zeros([3, 2])), "einsum: shapes"],
    ["a huge text", () => einsum(`${"ij,".repeat(5000)}`, matrix), "it is for 5001 arrays"],
  ])("%s", (_what, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("the library of BODKIN_BLAS", () => {
  afterEach(() => {
    process.env["BODKIN_BLAS"] = "";
  });

  it("is refused by name where it cannot be used, before any task starts", () => {
    process.env["BODKIN_BLAS"] = "/nowhere/libblas.so";
    expect(() => matmul(matrix, zeros([3, 2]))).toThrow(
      /BODKIN_BLAS=\/nowhere\/libblas.so cannot be used: .* or none for WebAssembly/s,
    );
  });

  it("does not matter to integers", () => {
    process.env["BODKIN_BLAS"] = "/nowhere/libblas.so";
    const one = fromArray(Int32Array.of(3)).reshape([1, 1]);
    expect(matmul(one, one).toArray()).toEqual([[9]]);
  });
});

describe("types of products", () => {
  it("follow from those of the operands", () => {
    const f = zeros([2, 2], { dtype: "f32" });
    const i = zeros([2, 2], { dtype: "i32" });
    const c = zeros([2, 2], { dtype: "c64" });
    expectTypeOf(matmul(f, f)).toEqualTypeOf<NDArray<"f32">>();
    expectTypeOf(matmul(f, i)).toEqualTypeOf<NDArray<"f64">>();
    expectTypeOf(einsum("ij,jk,kl", f, f, c)).toEqualTypeOf<NDArray<"c64">>();
    expectTypeOf(einsum("ii", i)).toEqualTypeOf<NDArray<"i32">>();
    expectTypeOf(dot(f, f)).toEqualTypeOf<number>();
    expectTypeOf(dot(c, f)).toEqualTypeOf<{ readonly re: number; readonly im: number }>();
    const distributed = () => distribute(rand([2, 2]), Blocks(1, 1));
    expectTypeOf<ReturnType<typeof distributed>["dtype"]>().toEqualTypeOf<"f64">();
  });
});
