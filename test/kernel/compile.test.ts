/** What is compiled once and given again, what captures do, and what is known of a kernel. */

import { describe, expect, it } from "vitest";
import { withCaptures } from "../../src/closure/captures.ts";
import { pretendNoInspector } from "../../src/closure/inspector.ts";
import {
  type ArgumentType,
  compileElementwise,
  compileKernel,
  scalarTypeOf,
} from "../../src/kernel/compile.ts";
import {
  atomicAdd,
  barrier,
  globalIndex,
  groupIndex,
  local,
  localIndex,
} from "../../src/kernel/intrinsics.ts";
import type { KernelIR, LetStatement } from "../../src/kernel/ir.ts";
import { javascriptKernel } from "../../src/kernel/js/javascript.ts";
import { rangeOf } from "../../src/kernel/range.ts";
import { statementsIn } from "../../src/kernel/walk.ts";
import type { Kernel } from "./support/cases.ts";

const array = (dtype: "f32" | "f64" | "i32" | "u32"): ArgumentType => ({ kind: "array", dtype });
const f32 = array("f32");

/** Kernels of one text that capture a number. */
const scaled =
  (k: number | boolean): Kernel =>
  (O) => {
    O[globalIndex()] = k;
  };

describe("a kernel is compiled once", () => {
  it("for a function that comes again", () => {
    const kernel = scaled(1);
    expect(compileKernel(kernel, [f32]).ir).toBe(compileKernel(kernel, [f32]).ir);
  });

  it("for functions of one text with other captured numbers", () => {
    const one = compileKernel(scaled(2), [f32]);
    const other = compileKernel(scaled(3), [f32]);
    expect(other.ir).toBe(one.ir);
    expect([one.captured, other.captured]).toEqual([[2], [3]]);
  });

  it("and again for other dtypes, kinds of numbers and captured helpers", () => {
    const { ir } = compileKernel(scaled(2), [f32]);
    expect(compileKernel(scaled(2), [array("i32")]).ir).not.toBe(ir);
    expect(compileKernel(scaled(2.5), [f32]).ir).not.toBe(ir);
    expect(compileKernel(scaled(true), [f32]).ir).not.toBe(ir);
    const by =
      (help: (x: number) => number): Kernel =>
      (O) => {
        O[globalIndex()] = help(1);
      };
    const doubled = compileKernel(
      by((x) => x * 2),
      [f32],
    ).ir;
    expect(
      compileKernel(
        by((x) => x * 3),
        [f32],
      ).ir,
    ).not.toBe(doubled);
    expect(
      compileKernel(
        by((x) => x * 2),
        [f32],
      ).ir,
    ).toBe(doubled);
  });

  it("for each value that it was made for", () => {
    const sized =
      (n: number): Kernel =>
      (O) => {
        const t = local("f32", n * 2);
        t[0] = 1;
        O[globalIndex()] = t[0];
      };
    const lengths = [4, 8, 4].map((n) => compileKernel(sized(n), [f32]).ir);
    expect(lengths.map((ir) => ir.shared[0]?.length)).toEqual([8, 16, 8]);
    expect(lengths[2]).toBe(lengths[0]);
  });

  it("with two helpers of one text, which may turn out to be one", () => {
    const both =
      (a: (x: number) => number, b: (x: number) => number): Kernel =>
      (O) => {
        O[globalIndex()] = a(1) + b(2);
      };
    const adder = (k: number) => (x: number) => x + k;
    const different = compileKernel(both(adder(1), adder(2)), [f32]);
    const same = adder(5);
    const one = compileKernel(both(same, same), [f32]);
    expect(different.captured).toEqual([1, 2]);
    expect(one.captured).toEqual([5]);
    expect(compileKernel(both(adder(3), adder(4)), [f32])).toEqual({
      ir: different.ir,
      captured: [3, 4],
    });
  });
});

describe("text of transpilers", () => {
  const compiled = (text: string) => {
    const make = new Function("lib", "__name", `return ${text};`);
    return compileKernel(make({ globalIndex, atomicAdd }, (fn: unknown) => fn) as Kernel, [f32]);
  };

  it("may call imports as (0, lib.name)()", () => {
    expect(compiled("(O) => { O[(0, lib.globalIndex)()] = 1; }").ir.facts.isElementwise).toBe(true);
  });

  it("may wrap functions to keep their names", () => {
    const text = `(O) => {
      const half = /* @__PURE__ */ __name((x) => x / 2, "half");
      function twice(x) { return x * 2; }
      __name(twice, "twice");
      O[lib.globalIndex()] = half(3) + twice(2);
    }`;
    const [store] = compiled(text).ir.body;
    expect(store).toMatchObject({ kind: "store", value: { kind: "constant", value: 5.5 } });
  });

  it("may be that of a method, whatever its name", () => {
    const holder = {
      delete(O: Float32Array) {
        O[globalIndex()] = 1;
      },
    };
    const { ir } = compileKernel(holder.delete, [f32]);
    const out = new Float32Array(2);
    javascriptKernel(ir)([out], rangeOf([2]), 0, 2);
    expect([...out]).toEqual([1, 1]);
  });
});

describe("captured values", () => {
  it("are those of the call", () => {
    let k = 1;
    const kernel: Kernel = (O) => {
      O[globalIndex()] = k;
    };
    const before = compileKernel(kernel, [f32]).captured;
    k = 7;
    expect([before, compileKernel(kernel, [f32]).captured]).toEqual([[1], [7]]);
  });

  it("can be stated, and win", () => {
    expect(compileKernel(scaled(1), [f32], { captures: { k: 5 } }).captured).toEqual([5]);
    expect(compileKernel(withCaptures(scaled(1), { k: 6 }), [f32]).captured).toEqual([6]);
  });

  it("must be stated where nothing can be read", () => {
    pretendNoInspector(true);
    try {
      expect(() => compileKernel(scaled(1), [f32])).toThrow(/captures: \{/);
      const captures = { k: 5, globalIndex };
      const kernel = new Function("return (O) => { O[globalIndex()] = k; }")() as Kernel;
      expect(compileKernel(kernel, [f32], { captures }).captured).toEqual([5]);
    } finally {
      pretendNoInspector(false);
    }
  });

  it("are told apart by what they are while they are numbers", () => {
    const kinds = [0, 7, 2 ** 31 - 1, -1, 2 ** 31, 2 ** 32, 0.5, -0, Number.NaN, true];
    expect(kinds.map(scalarTypeOf)).toEqual([
      "int",
      "int",
      "int",
      "i32",
      "u32",
      "float",
      "float",
      "float",
      "float",
      "bool",
    ]);
  });
});

describe("types of variables", () => {
  const typeOf = (kernel: Kernel, name: string, ...types: ArgumentType[]): string | undefined => {
    const { ir } = compileKernel(kernel, types);
    const found = [...statementsIn(ir.body)].find(
      (each): each is LetStatement => each.kind === "let" && each.name.startsWith(`${name}_`),
    );
    return found?.type;
  };

  const summed: Kernel = (O, A) => {
    let s = 0;
    for (let k = 0; k < 4; k++) s += A[k];
    O[0] = s;
  };

  it.each(["f32", "f64", "i32", "u32"] as const)("a sum of %s elements has their type", (dtype) => {
    expect(typeOf(summed, "s", array(dtype), array(dtype))).toBe(dtype);
    expect(typeOf(summed, "k", array(dtype), array(dtype))).toBe("i32");
  });

  it("a variable is a float if any of its values is one", () => {
    const kernel: Kernel = (O, A) => {
      let x = 1;
      let y = x;
      for (let k = 0; k < 3; k++) {
        O[k] = y;
        y = x;
        x = A[k] / 2;
      }
    };
    expect(typeOf(kernel, "y", array("i32"), array("i32"))).toBe("f32");
  });

  it("a comparison is a boolean, and a number once it is counted with", () => {
    const kernel: Kernel = (O, A) => {
      let a = A[0] > 1;
      let b = A[1] > 1;
      if (a) a = A[2] > 1;
      (b as unknown as number) += 1;
      O[0] = a ? b : 2;
    };
    expect(typeOf(kernel, "a", f32, f32)).toBe("bool");
    expect(typeOf(kernel, "b", f32, f32)).toBe("i32");
  });
});

describe("facts", () => {
  const facts = (kernel: Kernel, ...types: ArgumentType[]): KernelIR["facts"] =>
    compileKernel(kernel, types).ir.facts;

  it("a kernel is elementwise if it touches arrays at the linear global index only", () => {
    const yes: Kernel = (O, A) => {
      const i = globalIndex();
      if (A[i] > 0) O[i] = A[i] * 2;
    };
    const shifted: Kernel = (O, A) => {
      O[globalIndex()] = A[globalIndex() + 1];
    };
    const axis: Kernel = (O, A) => {
      O[globalIndex(0)] = A[globalIndex(0)];
    };
    expect(facts(yes, f32, f32)).toMatchObject({ isElementwise: true, axes: 0, usesGroups: false });
    expect(facts(shifted, f32, f32).isElementwise).toBe(false);
    expect(facts(axis, f32, f32)).toMatchObject({ isElementwise: false, axes: 1 });
    const mapped = compileElementwise((x: number) => x * 2, ["i16"], "f32", {
      meaning: "javascript",
    });
    expect(mapped.ir.facts).toMatchObject({ isElementwise: true, usesF64: true });
  });

  it("tell of barriers, atomics and groups, and how arrays are used", () => {
    const kernel: Kernel = (O, A, C) => {
      const t = local("f32", 4);
      t[localIndex()] = A[0];
      barrier();
      O[groupIndex()] = t[0];
      atomicAdd(C, 0, 1);
    };
    const { ir } = compileKernel(kernel, [f32, f32, array("u32")]);
    expect(ir.facts).toMatchObject({ hasBarriers: true, hasAtomics: true, usesGroups: true });
    expect(
      ir.parameters.map((each) =>
        each.kind === "array" ? [each.isRead, each.isWritten, each.isAtomic] : [],
      ),
    ).toEqual([
      [false, true, false],
      [true, false, false],
      [true, true, true],
    ]);
  });
});
