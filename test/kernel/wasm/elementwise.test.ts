/** Functions of elements, compiled, against the same functions called by JavaScript. */

import { describe, expect, test } from "vitest";
import { compileElementwise } from "../../../src/kernel/compile.ts";
import type { ElementDType } from "../../../src/kernel/ir.ts";
import { wasmKernel } from "../../../src/kernel/wasm/webassembly.ts";
import {
  arrayOf,
  DTYPES,
  firstDifference,
  line,
  runJavaScript,
  runWasm,
  values,
} from "./harness.ts";

type Fn = (a: number, b: number) => number | boolean;

/** All operators, and what is made of them. */
const FUNCTIONS: Record<string, Fn> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  remainder: (a, b) => a % b,
  negate: (a) => -a,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  complement: (a) => ~a,
  shl: (a, b) => a << b,
  "shl by 3": (a) => a << 3,
  shr: (a, b) => a >> b,
  "shr by 5": (a) => a >> 5,
  "ushr by 1": (a) => a >>> 1,
  imul: (a, b) => Math.imul(a, b),
  "to int": (a) => a | 0,
  "integer quotient": (a, b) => (a / b) | 0,
  less: (a, b) => a < b,
  "less or equal": (a, b) => a <= b,
  greater: (a, b) => a > b,
  "greater or equal": (a, b) => a >= b,
  equal: (a, b) => a === b,
  unequal: (a, b) => a !== b,
  both: (a, b) => a > 0 && b > 0,
  either: (a, b) => a > 0 || b > 0,
  not: (a) => !(a > 1),
  choice: (a, b) => (a < b ? a : b * 2),
  "choice of constants": (a) => (a > 2 ? 1 : 0),
  clamp: (a) => Math.min(Math.max(a, 1), 2),
  abs: (a) => Math.abs(a),
  sign: (a) => Math.sign(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  trunc: (a) => Math.trunc(a),
  round: (a) => Math.round(a),
  sqrt: (a) => Math.sqrt(a),
  fround: (a) => Math.fround(a),
  polynomial: (a, b) => ((a * 0.5 + b) * a - 3) * a + 1,
  triad: (a, b) => a * 2 + b,
  branches: (a, b) => {
    let x = a;
    if (b > 0) x += 1;
    else if (b < -1) x -= b;
    return x * 2;
  },
  "early return": (a, b) => {
    if (a < 0) return 0;
    if (b < 0) return -b;
    return a;
  },
  "loop of fixed length": (a, b) => {
    let x = a;
    for (let i = 0; i < 5; i++) x = x * 0.5 + b;
    return x;
  },
  "loop that ends where it will": (a, b) => {
    let n = 0;
    let x = Math.abs(a);
    while (x > 1 && n < 20) {
      x /= 2;
      n++;
      if (b > 3) continue;
      if (n > 7) break;
    }
    return n + x;
  },
  "nested loops": (a, b) => {
    let total = 0;
    for (let i = 0; i < 3; i++) {
      let j = 0;
      do {
        total += a * j - b;
        if (total > 100) return total;
        j++;
      } while (j < 4 && total < 50);
    }
    return total;
  },
};

const COUNT = 103;

const inputsOf = (dtype: ElementDType) => [
  arrayOf(dtype, values(dtype, COUNT, 3)),
  arrayOf(dtype, values(dtype, COUNT, 8)),
];

describe.each(DTYPES)("elements of %s", (dtype) => {
  test.each(Object.keys(FUNCTIONS))("%s means what it does in JavaScript", (name) => {
    const fn = FUNCTIONS[name] as Fn;
    const [a, b] = inputsOf(dtype) as [Float64Array, Float64Array];
    const isBool = dtype === "bool";
    const element = (array: Float64Array, i: number) =>
      (isBool ? array[i] !== 0 : array[i]) as number;
    for (const output of new Set<ElementDType>([dtype, "f64"])) {
      const { ir } = compileElementwise(fn, [dtype, dtype].slice(0, fn.length), output, {
        meaning: "javascript",
      });
      const wanted = arrayOf(output, Array(COUNT).fill(0));
      for (let i = 0; i < COUNT; i++) {
        const value = fn(element(a, i), element(b, i));
        wanted[i] = output === "bool" ? Number(Number(value) !== 0) : Number(value);
      }
      const given = [...[a, b].slice(0, fn.length), arrayOf(output, Array(COUNT).fill(99))];
      const got = runWasm(ir, given, line(COUNT)).at(-1) as Float64Array;
      const at = firstDifference(got, wanted as Float64Array);
      const what = `${name}(${a[at]}, ${b[at]}) is ${wanted[at]}, got ${got[at]}`;
      expect(at, what).toBe(-1);
    }
  });

  test.each(Object.keys(FUNCTIONS))("%s rounded at each step is that of the reference", (name) => {
    const fn = FUNCTIONS[name] as Fn;
    const { ir } = compileElementwise(fn, [dtype, dtype].slice(0, fn.length), dtype, {
      meaning: "dtype",
    });
    const given = [...inputsOf(dtype).slice(0, fn.length), arrayOf(dtype, Array(COUNT).fill(99))];
    const wanted = runJavaScript(ir, given, line(COUNT)).at(-1) as Float64Array;
    const got = runWasm(ir, given, line(COUNT)).at(-1) as Float64Array;
    const at = firstDifference(got, wanted);
    const what = `${name}(${given.map((x) => (x as Float64Array)[at])}) is ${wanted[at]}, got ${got[at]}`;
    expect(at, what).toBe(-1);
  });
});

test("what the vectors can do is done by vectors", () => {
  const scalar = Object.entries(FUNCTIONS).filter(([, fn]) => {
    const { ir } = compileElementwise(
      fn,
      ["f64", "f64"].slice(0, fn.length) as ElementDType[],
      "f64",
      {
        meaning: "javascript",
      },
    );
    return wasmKernel(ir).lanes === 1;
  });
  expect(scalar.map(([name]) => name)).toEqual(["remainder", "shl", "shr"]);
});
