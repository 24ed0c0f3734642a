/** What arrays say about how they are made: exact texts, and that asking does nothing. */

import {
  Blocks,
  broadcast,
  type Cluster,
  rand,
  scope,
  sort,
  start,
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

it("tells functions in one pass, and the loop they are", async () => {
  const A = rand(Blocks(16, 16), [64, 64]);
  expect(A.explain()).toBe(`${head}\nrand: 16 tasks, one a block`);
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
});

it("says why a loop is in JavaScript", () => {
  const A = zeros(Blocks(3), [3]);
  const text = A.map((x) => Number.parseInt(`${x}`, 10), { dtype: "f64" }).explain();
  expect(text).toMatch(
    /^3-element DArray<f64> with 1 block\nmap: 1 task\n {2}JavaScript, because .+/,
  );
});

it("says where tasks may run, what is fast, what is a view, and what made the rest", () => {
  const A = rand(Blocks(16, 16), [64, 64]);
  const fast = withOptions({ scope: scope({ thread: 1 }) }, () =>
    A.map((x) => x + 1, { fast: true }),
  );
  expect(fast.explain().split("\n").slice(1)).toEqual([
    "map: 16 tasks, one a block in Scope(thread 1 of worker all)",
    "  WebAssembly, 8 elements at a time, fast",
  ]);
  expect(A.transpose().explain()).toContain("a view: its blocks are parts of another array's");
  expect(sort(zeros(Blocks(2), [4])).explain()).toContain("sort");
});

it("submits nothing", async () => {
  const A = zeros(Blocks(2), [4]);
  const B = A.map((x) => x + 1);
  const submitted = vi.spyOn(context().home, "submit");
  B.explain();
  expect(submitted).not.toHaveBeenCalled();
  submitted.mockRestore();
  await B.wait();
});
