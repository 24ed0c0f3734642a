import { expect, test } from "vitest";
import { compile } from "../../src/util/compile.ts";

test("compiles a function of parameters and named values", () => {
  const add = compile<(a: number, b: number) => number>("add", ["a", "b"], "return a + b + c;", {
    c: 1,
  });
  expect(add(2, 3)).toBe(6);
  expect(add.name).toBe("add");
});

test("equal source gives functions with a scope of their own", () => {
  const make = (k: number) => compile<() => number>("give", [], "return k;", { k });
  const [one, two] = [make(1), make(2)];
  expect([one(), two()]).toEqual([1, 2]);
});
