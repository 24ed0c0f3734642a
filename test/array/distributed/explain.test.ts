/** What arrays say about how they are made: exact texts, and that asking does nothing. */

import {
  Blocks,
  broadcast,
  type Cluster,
  concat,
  type DArray,
  distribute,
  explain,
  matmul,
  max,
  rand,
  scope,
  sort,
  start,
  sum,
  withOptions,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { context } from "../../../src/runtime/context.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const head = "64×64 DArray<f64> with 4×4 blocks of 16×16";
const matrix = (): DArray<"f64"> => rand(Blocks(16, 16), [64, 64]);
/** Without the line on what the array is. */
const making = (array: DArray): string[] => explain(array).split("\n").slice(1);

it("tells functions in one pass, and the loop they are", async () => {
  const A = matrix();
  expect(A.explain()).toBe(`${head}\nmade by rand`);
  const B = A.map((x) => x * 2).map(function half(x: number) {
    return x / 2;
  });
  const C = broadcast((a, b) => a + b, B, A);
  const text = [
    head,
    "map → map(half) → broadcast: 16 tasks, one a block",
    "  one pass of 3 functions: WebAssembly, 8 elements at a time",
  ].join("\n");
  expect(C.explain()).toBe(text);
  await C.wait();
  expect(C.explain()).toBe(text); // also when it is done
  C.dispose();
  expect(C.explain()).toBe(text);
});

it("says why a loop is in JavaScript, with the place in the source", () => {
  const A = zeros(Blocks(3), [3]);
  const parsed = A.map((x) => x + 1).map((x) => Number.parseInt(String(x), 10), { dtype: "f64" });
  expect(parsed.explain()).toBe(
    [
      "3-element DArray<f64> with 1 block",
      "map → map: 1 task",
      "  map, in turns on tiles: WebAssembly, 8 elements at a time",
      "  map, in turns on tiles: JavaScript, because kernel '(anonymous)', line 1, column 8: `Number.parseInt` is a function of the engine without a meaning in a kernel. Use `Math` functions, the functions for kernels, and helpers written in JavaScript.",
      "    1 | (x) => Number.parseInt(String(x), 10)",
      "      |        ^",
    ].join("\n"),
  );
  expect(making(A.astype("c128").map((x) => x))).toEqual([
    "map: 1 task",
    "  map: JavaScript, because kernels have no c128",
  ]);
});

it("says where tasks may run, and as what", () => {
  const A = matrix();
  const under = (where: ReturnType<typeof scope>, fast = false): string[] =>
    making(withOptions({ scope: where }, () => A.map((x) => x + 1, { fast })));
  expect(under(scope({ worker: 1, thread: 1 }), true)).toEqual([
    "map: 16 tasks, one a block in Scope(thread 1 of worker 1)",
    "  map: WebAssembly, 8 elements at a time, fast",
  ]);
  const loops = (where: ReturnType<typeof scope>): string[] =>
    making(
      withOptions({ scope: where }, () => {
        const last = A.astype("f32").map((x) => x + 1);
        return sum(last, { axis: [0, 1], keepdims: true });
      }),
    ).slice(1);
  expect(loops(scope({ gpu: 1 }))).toEqual([
    "  map: WGSL on a GPU",
    "  sum: WGSL on a GPU where that is exact, else JavaScript beside it",
  ]);
  expect(loops(scope({ worker: 1 }, { gpu: 1 }))).toEqual([
    "  map: WebAssembly, 16 elements at a time; WGSL on a GPU",
    "  sum: JavaScript, because blocks have fewer than 1024 elements; WGSL on a GPU where that is exact, else JavaScript beside it",
  ]);
  const dated = withOptions({ scope: scope({ gpu: 1 }) }, () =>
    A.map((x) => new Date(x).getTime(), { dtype: "f32" }),
  );
  expect(making(dated).slice(1)).toEqual([
    "  map: refused on a GPU, because kernel '(anonymous)', line 1, column 8: `new Date(x).getTime` cannot be called in a kernel. Call `Math` functions, the functions for kernels, and helpers by their name.",
    "    1 | (x) => new Date(x).getTime()",
    "      |        ^",
  ]);
});

it("counts the tasks of reductions, and says by which loops they go", async () => {
  const A = rand(Blocks(100, 100), [1000, 300]);
  const total = sum(A, { keepdims: true });
  expect(total.explain()).toBe(
    [
      "1×1 DArray<f64> with 1 block",
      "sum: 30 tasks, one a block, and 5 that end it",
      "  sum: WebAssembly",
    ].join("\n"),
  );
  const chain = max(
    A.map((x) => x * x),
    { axis: 0 },
  );
  const text = [
    "300-element DArray<f64> with 3 blocks of 100",
    "map → max: 30 tasks, one a block, and 9 that end it",
    "  map: WebAssembly, 8 elements at a time",
    "  max: JavaScript, because some axes are kept",
  ].join("\n");
  expect(chain.explain()).toBe(text);
  await chain.wait();
  expect(chain.explain()).toBe(text);
  expect(making(sum(matrix(), { keepdims: true })).at(-1)).toBe(
    "  sum: JavaScript, because blocks have fewer than 1024 elements",
  );
  const joined = A.reduce((a: number, b: number) => a + b, { keepdims: true });
  expect(making(joined).at(-1)).toBe("  reduce: JavaScript, because there is no other loop of it");
});

it("tells what a view is of, and what made the rest", () => {
  const A = matrix();
  const text = `a view of|  ${head}|  made by rand`.split("|");
  expect(making(A.transpose())).toEqual(text);
  expect(making(A.slice([0, 10], null).reshape([-1]))).toEqual([
    "a view of",
    "  10×64 DArray<f64> with 1×4 blocks of 10×16",
    "  a view of",
    ...text.slice(1).map((line) => `  ${line}`),
  ]);
  expect(making(A.rechunk(Blocks(32, 64)))).toEqual(["made by rechunk"]);
  expect(making(A.astype("f32"))).toEqual(["made by astype"]);
  expect(making(matmul(A, A))).toEqual(["made by matmul"]);
  expect(making(concat([A, A]))).toEqual(["made by concat"]);
  expect(making(sort(zeros(Blocks(2), [4])))).toEqual(["made by sort"]);
  expect(making(distribute([1, 2, 3], Blocks(2)))).toEqual(["made by distribute"]);
  const written = zeros(Blocks(3), [9]);
  written.slice([0, 4]).assign(1);
  expect(making(written)).toEqual(["made by assign, zeros"]);
});

it("takes local and empty arrays, and refuses what is none", () => {
  expect(explain(rand([4, 4]))).toBe("4×4 NDArray<f64>\nhere, made already");
  const empty = zeros(Blocks(3), [0]);
  expect(empty.explain()).toBe("0-element DArray<f64> with no blocks");
  expect(making(empty.map((x) => x + 1))).toEqual([
    "map: no tasks",
    "  map: WebAssembly, 8 elements at a time",
  ]);
  expect(() => explain(4 as never)).toThrow("explain(array) takes an array");
});

it("submits nothing, and leaves what is put off to its time", async () => {
  const A = zeros(Blocks(2), [4]);
  const B = A.map((x) => x + 1);
  const total = sum(B, { axis: 0, keepdims: true });
  const submitted = vi.spyOn(context().home, "submit");
  B.explain();
  total.explain();
  B.slice([0, 1]).explain();
  expect(submitted).not.toHaveBeenCalled();
  submitted.mockRestore();
  expect((await total.collect()).toArray()).toEqual([4]);
});
