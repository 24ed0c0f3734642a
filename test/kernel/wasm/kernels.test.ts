/** Kernels over ranges of items: every way to reach elements, one source as WebAssembly and as JavaScript. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ArgumentType,
  compileElementwise,
  compileKernel,
} from "../../../src/kernel/compile.ts";
import {
  atomicAdd,
  atomicCompareExchange,
  atomicExchange,
  atomicMax,
  atomicMin,
  atomicSub,
  barrier,
  globalIndex,
  globalSize,
  groupIndex,
  groupSize,
  local,
  localIndex,
} from "../../../src/kernel/intrinsics.ts";
import type { ElementDType } from "../../../src/kernel/ir.ts";
import type { KernelArray } from "../../../src/kernel/js/javascript.ts";
import { type Range, rangeOf } from "../../../src/kernel/range.ts";
import { cannotCompile, wasmKernel } from "../../../src/kernel/wasm/webassembly.ts";
import { times } from "../../support/counts.ts";
import {
  arrayOf,
  firstDifference,
  type Given,
  line,
  runJavaScript,
  runWasm,
  values,
} from "./harness.ts";

// biome-ignore lint/suspicious/noExplicitAny: kernels are written for arrays of any dtype
type A = any;

const array = (dtype: ElementDType): ArgumentType => ({ kind: "array", dtype });

const typeOf = (given: KernelArray | number): ArgumentType => {
  if (typeof given === "number") {
    return { kind: "scalar", type: Number.isInteger(given) ? "int" : "float" };
  }
  const name = given.constructor.name.replace("Array", "").toLowerCase();
  return array(name.replace("float", "f").replace("uint", "u").replace("int", "i") as ElementDType);
};

/** Both back ends give the same arrays; also in parts, in which items are grouped otherwise. */
function same(fn: (...args: never[]) => unknown, given: Given, range: Range): KernelArray[] {
  const { ir, captured } = compileKernel(fn, given.map(typeOf));
  const all = [...given, ...captured];
  const wanted = runJavaScript(ir, all, range);
  const third = Math.floor(range.items / 3);
  for (const cuts of [
    [0, range.items],
    [0, third, Math.min(third + 1, range.items), range.items],
  ]) {
    const got = runWasm(ir, all, range, { cuts });
    got.forEach((result, k) => {
      expect(firstDifference(result, wanted[k] as KernelArray)).toBe(-1);
    });
  }
  return wanted;
}

const floats = (n: number, seed: number): KernelArray => arrayOf("f32", values("f32", n, seed));
const wholes = (n: number, seed: number): KernelArray => arrayOf("i32", values("i32", n, seed));

describe("elements", () => {
  test("of neighbours, and beyond the ends of arrays", () => {
    const blur = (O: A, I: A) => {
      const i = globalIndex();
      O[i] = I[i - 1] + I[i] * 2 + I[i + 1];
    };
    same(blur, [floats(50, 1), floats(50, 2)], line(50));
    same(blur, [floats(20, 1), floats(30, 2)], line(50));
    const [, , counts] = same(
      (O: A, I: A, N: A) => {
        const i = globalIndex();
        N[i * 2] = I[i] | 0;
        O[N.length - i] = i;
      },
      [floats(10, 1), floats(40, 2), wholes(30, 3)],
      line(40),
    ) as [KernelArray, KernelArray, KernelArray];
    expect(counts.length).toBe(30);
  });

  test("at places that are read from other arrays", () => {
    const gather = (O: A, I: A, P: A) => {
      const i = globalIndex();
      O[P[i]] = I[P[P[i]]] + P[-1];
    };
    const places = arrayOf(
      "i32",
      Array.from({ length: 64 }, (_, k) => (k * 37) % 70),
    );
    same(gather, [floats(64, 1), floats(64, 2), places], line(64));
  });

  test("of arrays that are shorter than the range", () => {
    const double = (O: A, I: A) => {
      O[globalIndex()] = I[globalIndex()] * 2;
    };
    for (const [n, m] of [
      [5, 40],
      [40, 5],
      [33, 32],
      [0, 7],
    ] as const) {
      same(double, [floats(n, 1), floats(m, 2)], line(40));
    }
  });

  test("of private arrays, which are zero at first", () => {
    const sort = (O: A, I: A) => {
      const own = new Float32Array(5);
      const i = globalIndex();
      let sum = own[3] as number;
      for (let k = 0; k < 5; k++) own[k] = I[(i + k) % 40];
      for (let k = 1; k < 5; k++) {
        for (let j = k; j > 0 && (own[j - 1] as number) > (own[j] as number); j--) {
          const swapped = own[j] as number;
          own[j] = own[j - 1] as number;
          own[j - 1] = swapped;
        }
      }
      for (let k = 0; k < 5; k++) sum += (own[k] as number) * k;
      O[i] = sum + ((own[5] as number) > 0 ? 1 : 0);
    };
    same(sort, [floats(40, 1), floats(40, 2)], line(40));
  });
});

describe("positions", () => {
  const where = (O: A) => {
    const at = globalIndex() * 16;
    O[at] = globalIndex(0);
    O[at + 1] = globalIndex(1);
    O[at + 2] = globalIndex(2);
    O[at + 3] = localIndex();
    O[at + 4] = localIndex(0);
    O[at + 5] = localIndex(1);
    O[at + 6] = groupIndex();
    O[at + 7] = groupIndex(0);
    O[at + 8] = groupIndex(2);
    O[at + 9] = globalSize();
    O[at + 10] = globalSize(1);
    O[at + 11] = groupSize();
    O[at + 12] = groupSize(2);
  };

  test("along three axes, in ragged ranges, from any item on", () => {
    const size = fc.integer({ min: 1, max: 6 });
    const ranges = fc
      .integer({ min: 1, max: 3 })
      .chain((axes) =>
        fc.tuple(
          fc.array(size, { minLength: axes, maxLength: axes }),
          fc.array(size, { minLength: axes, maxLength: axes }),
        ),
      );
    const check = ([sizes, group]: [number[], number[]]): void => {
      const range = rangeOf(sizes, group);
      same(where, [arrayOf("i32", Array(range.items * 16).fill(-1))], range);
    };
    fc.assert(fc.property(ranges, check), { seed: 3, numRuns: times(3000) });
  });

  test("an empty range writes nothing", () => {
    same(where, [arrayOf("i32", [1, 2, 3])], rangeOf([0, 4]));
  });
});

describe("atomic updates", () => {
  test.each(["i32", "u32"] as const)("of %s give the old value and wrap", (dtype) => {
    const update = (T: A, O: A) => {
      const i = globalIndex();
      O[i * 8] = atomicAdd(T, 0, i * 100000000);
      O[i * 8 + 1] = atomicSub(T, 1, i);
      O[i * 8 + 2] = atomicMin(T, 2, O[i]);
      O[i * 8 + 3] = atomicMax(T, 3, O[i]);
      O[i * 8 + 4] = atomicExchange(T, 4, i);
      O[i * 8 + 5] = atomicCompareExchange(T, 5, i, i + 1);
      O[i * 8 + 6] = atomicAdd(T, 99, i);
      atomicMax(T, 6, O[i * 8]);
    };
    const table = arrayOf(dtype, [0, 0, 2 ** 31 - 1, 0, 7, 0, 0]);
    same(update, [table, arrayOf(dtype, values(dtype, 400, 4))], line(50));
  });
});

test("scalar parameters and captured numbers", () => {
  const scale = 2.5;
  const axpy = (Y: A, X: A, a: A, n: A) => {
    const i = globalIndex();
    if (i < n) Y[i] = a * X[i] + scale;
  };
  same(axpy, [floats(40, 1), floats(40, 2), 0.1, 33], line(40));
});

test("escape times, where items leave a loop one after the other", () => {
  const mandelbrot = (O: A, X: A, Y: A, limit: A) => {
    const i = globalIndex();
    let x = 0;
    let y = 0;
    let n = 0;
    while (n < limit) {
      const next = x * x - y * y + X[i];
      y = 2 * x * y + Y[i];
      x = next;
      if (x * x + y * y > 4) break;
      n++;
    }
    O[i] = n;
  };
  const n = 301;
  const X = arrayOf(
    "f64",
    Array.from({ length: n }, (_, k) => -2 + (k % 20) / 7),
  );
  const Y = arrayOf(
    "f64",
    Array.from({ length: n }, (_, k) => -1 + k / 150),
  );
  const O = arrayOf("i32", Array(n).fill(-1));
  const [counts] = same(mandelbrot, [O, X, Y, 200], line(n)) as [Int32Array];
  expect(new Set(counts).size).toBeGreaterThan(10);
  const { ir } = compileKernel(mandelbrot, [O, X, Y, 200].map(typeOf));
  expect(wasmKernel(ir).lanes).toBe(4);
});

test("the first element for every item, where an array is a single value", () => {
  for (const dtype of ["f64", "f32", "i32", "u8", "bool"] as const) {
    const fn = (a: number, b: number) => (a > b ? a + 1 : Number(b));
    const { ir } = compileElementwise(fn, [dtype, dtype], "f64", { meaning: "javascript" });
    const one = arrayOf(dtype, [dtype === "f32" || dtype === "f64" ? 0.75 : 1]);
    const many = arrayOf(dtype, values(dtype, 61, 9));
    const O = arrayOf("f64", Array(61).fill(0));
    const repeated = arrayOf(dtype, Array(61).fill(one[0]));
    const name = (at: number): string => (ir.parameters[at] as { name: string }).name;
    const wanted = runWasm(ir, [many, repeated, O], line(61))[2] as KernelArray;
    const got = runWasm(ir, [many, one, O], line(61), { fixed: [name(1)] })[2] as KernelArray;
    expect(firstDifference(got, wanted)).toBe(-1);
    const first = runWasm(ir, [one, many, O], line(61), { fixed: [name(0)] })[2] as KernelArray;
    expect(
      firstDifference(first, runWasm(ir, [repeated, many, O], line(61))[2] as KernelArray),
    ).toBe(-1);
  }
});

test("kernels that need their group are left to other back ends, with the reason", () => {
  const reverse = (O: A) => {
    const shared = local("f32", 64);
    shared[localIndex()] = O[globalIndex()];
    barrier();
    O[globalIndex()] = shared[63 - localIndex()];
  };
  const { ir } = compileKernel(reverse, [array("f32")]);
  expect(cannotCompile(ir)).toBe("it has barriers");
  expect(() => wasmKernel(ir)).toThrow(
    "internal: kernel 'reverse' has no WebAssembly: it has barriers",
  );
});

test("a module is compiled once for each kernel and form", () => {
  const fn = (a: number) => a + 1;
  const make = () => compileElementwise(fn, ["f64"], "f64", { meaning: "javascript" }).ir;
  const ir = make();
  expect(wasmKernel(make())).toBe(wasmKernel(ir));
  const name = (ir.parameters[0] as { name: string }).name;
  expect(wasmKernel(ir, [name])).not.toBe(wasmKernel(ir));
  expect(wasmKernel(ir, [name])).toBe(wasmKernel(ir, [name]));
});
