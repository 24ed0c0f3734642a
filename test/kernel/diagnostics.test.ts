/**
 * What kernels cannot say is refused while they are compiled, before any back end is chosen: with the place, the
 * reason and what to write instead.
 */

import { describe, expect, it } from "vitest";
import { compileElementwise, compileKernel } from "../../src/kernel/compile.ts";
import { globalIndex } from "../../src/kernel/intrinsics.ts";
import { BodkinError, KernelError } from "../../src/wire/errors.ts";
import { refusedLanguage } from "./cases/refused-language.ts";
import { refusedNumbers } from "./cases/refused-numbers.ts";
import type { Kernel } from "./support/cases.ts";
import { f32 } from "./support/refusals.ts";

function refused(kernel: Kernel, types: Parameters<typeof compileKernel>[1]): KernelError {
  try {
    compileKernel(kernel, types);
  } catch (error) {
    if (error instanceof KernelError) return error;
    throw error;
  }
  throw new Error(`it was compiled: ${kernel}`);
}

describe("a kernel is refused for", () => {
  it.each([...refusedLanguage, ...refusedNumbers])("$what", ({ kernel, types, message }) => {
    const error = refused(kernel, types);
    expect(error.message.replace(/\s+/g, " ")).toMatch(message);
    expect(error.message).toMatch(/^kernel '/);
    expect(error).toBeInstanceOf(BodkinError);
    expect(error.code).toBe("KERNEL");
  });

  it("narrow arrays, which functions of elements may have", () => {
    const kernel: Kernel = (O) => {
      O[0] = 1;
    };
    expect(() => compileKernel(kernel, [{ kind: "array", dtype: "u8" }])).toThrow(
      /array of u8.*astype\("i32"\)/,
    );
  });
});

describe("a function of elements is refused for", () => {
  const compile = (fn: (...values: never[]) => unknown) =>
    compileElementwise(fn, ["f64"], "f64", { meaning: "javascript" });

  it("giving nothing", () => {
    expect(() => compile(() => {})).toThrow(/gives no value.*return/);
  });

  it("asking where it is", () => {
    expect(() => compile(() => globalIndex())).toThrow(
      /no meaning in a function of elements.*kernel\(/,
    );
  });

  it("a parameter that no array is for", () => {
    expect(() => compile((x: number, i: number) => x + i)).toThrow(/'i' is given nothing/);
  });
});

describe("a refusal shows", () => {
  it("line, column, the line itself and a caret", () => {
    // Written as text, so that no test runner moves it.
    const kernel = new Function(
      "return (O, A) => {\n  const i = 0;\n  O[i] = A[i] + nowhere * 2;\n}",
    )() as Kernel;
    const error = refused(kernel, [f32, f32]);
    expect([error.line, error.column]).toEqual([3, 17]);
    expect(error.message.split("\n").slice(1)).toEqual([
      "  3 |   O[i] = A[i] + nowhere * 2;",
      "    |                 ^",
    ]);
    expect(error.message).toContain("'nowhere' is no variable of the kernel");
  });

  it("the place in a helper", () => {
    const kernel = new Function(
      "const help = (x) =>\n  x + elsewhere;\nreturn (O) => { O[0] = help(1); }",
    )() as Kernel;
    const error = refused(kernel, [f32]);
    expect(error.message).toMatch(/^kernel 'help', line 2, column 7/);
  });

  it("part of a long line", () => {
    const long = "1 + ".repeat(100);
    const kernel = new Function(`return (O) => { O[0] = ${long}nowhere; }`)() as Kernel;
    const lines = refused(kernel, [f32]).message.split("\n");
    const [, shown = "", caret = ""] = lines;
    expect(shown.length).toBeLessThan(120);
    expect(shown.slice(caret.indexOf("^"))).toMatch(/^nowhere/);
  });
});
