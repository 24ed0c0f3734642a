/** Functions of elements as one kernel give what they give one after the other with arrays in between, bit by bit. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { compileElementwise, compileSteps } from "../../src/kernel/compile.ts";
import type { ElementStep, StepInput } from "../../src/kernel/front/steps.ts";
import type { ElementDType } from "../../src/kernel/ir.ts";
import type { KernelArray } from "../../src/kernel/js/javascript.ts";
import { wasmKernel } from "../../src/kernel/wasm/webassembly.ts";
import { times } from "../support/counts.ts";
import {
  arrayOf,
  DTYPES,
  firstDifference,
  line,
  runJavaScript,
  runWasm,
  values,
} from "./wasm/harness.ts";

const k = 2.5;
const helper = (x: number): number => (x < k ? x * k : x - 1);

const FUNCTIONS: readonly ((x: number, y: number) => number | boolean)[] = [
  (x, y) => x * 2 + y,
  (x, y) => (x > y ? x / 3 : -y),
  (x, y) => x <= y,
  (x) => helper(x) / 7,
  (x, y) => (x | 0) ^ (y >>> 3),
  (x) => Math.exp(x / 100) + Math.sqrt(Math.abs(x)),
  (x, y) => {
    let s = 0;
    for (let i = 0; i < 3; i++) s += x * i - y;
    return s;
  },
  (x) => {
    if (x > 5) return 5;
    return x;
  },
];

const COUNT = 67;
const OPERANDS = 2;

interface Chain {
  readonly operands: readonly ElementDType[];
  readonly steps: readonly ElementStep[];
  readonly meaning: "javascript" | "dtype";
}

const chain: fc.Arbitrary<Chain> = fc
  .record({
    operands: fc.array(fc.constantFrom(...DTYPES), { minLength: OPERANDS, maxLength: OPERANDS }),
    parts: fc.array(
      fc.record({
        fn: fc.constantFrom(...FUNCTIONS),
        dtype: fc.constantFrom(...DTYPES),
        from: fc.tuple(fc.nat(), fc.nat()),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    meaning: fc.constantFrom("javascript" as const, "dtype" as const),
  })
  .map(({ operands, parts, meaning }) => ({
    operands,
    meaning,
    steps: parts.map(({ fn, dtype, from }, at) => ({
      fn,
      dtype,
      // Of the last step and any other, so that all matter.
      inputs: from.slice(0, fn.length).map((choice, j): StepInput => {
        if (j === 0 && at > 0) return { step: at - 1 };
        const chosen = choice % (OPERANDS + at);
        return chosen < OPERANDS ? { operand: chosen } : { step: chosen - OPERANDS };
      }),
    })),
  }));

const BACK_ENDS = { JavaScript: runJavaScript, WebAssembly: runWasm };

test.each(Object.keys(BACK_ENDS))("in %s", (name) => {
  const run = BACK_ENDS[name as keyof typeof BACK_ENDS];
  const empty = (dtype: ElementDType): KernelArray => arrayOf(dtype, Array(COUNT).fill(99));
  fc.assert(
    fc.property(chain, ({ operands, steps, meaning }) => {
      const given = operands.map((dtype, at) => arrayOf(dtype, values(dtype, COUNT, at + 3)));
      const made: KernelArray[] = [];
      for (const { fn, inputs, dtype } of steps) {
        const own = inputs.map((each) =>
          "step" in each
            ? { array: made[each.step], dtype: steps[each.step]?.dtype }
            : { array: given[each.operand], dtype: operands[each.operand] },
        );
        const dtypes = own.map((each) => each.dtype as ElementDType);
        const { ir, captured } = compileElementwise(fn, dtypes, dtype, { meaning });
        const arrays = own.map((each) => each.array as KernelArray);
        const out = run(ir, [...arrays, empty(dtype), ...captured], line(COUNT)).at(-1);
        made.push(out as KernelArray);
      }
      const { ir, captured } = compileSteps(steps, operands, { meaning });
      const { dtype } = steps.at(-1) as ElementStep;
      const fused = run(ir, [...given, empty(dtype), ...captured], line(COUNT)).at(-1);
      expect(firstDifference(fused as KernelArray, made.at(-1) as KernelArray)).toBe(-1);
    }),
    { numRuns: times(20_000), seed: 11 },
  );
});

test("a captured number is what each function takes it for", () => {
  const third = 1 / 3;
  const scaled = (x: number) => x * third;
  const steps = [
    { fn: scaled, inputs: [{ operand: 0 }], dtype: "i32" },
    { fn: scaled, inputs: [{ step: 0 }], dtype: "f64" },
  ] as const;
  const { ir, captured } = compileSteps(steps, ["f32"], { meaning: "dtype" });
  const given = [Float32Array.of(30, -75), new Float64Array(2)];
  for (const run of [runJavaScript, runWasm]) {
    const result = run(ir, [...given, ...captured], line(2)).at(-1) as Float64Array;
    expect([...result]).toEqual([10 * third, -25 * third]);
  }
});

test("a function that comes twice has its own variables each time", () => {
  const twice = (x: number) => {
    let y = x;
    y = y * 2 + 1;
    return y;
  };
  const { ir } = compileSteps(
    [
      { fn: twice, inputs: [{ operand: 0 }], dtype: "i32" },
      { fn: twice, inputs: [{ step: 0 }], dtype: "f64" },
    ],
    ["f64"],
    { meaning: "javascript" },
  );
  const given = [Float64Array.of(0.25, 3, -1.5), new Float64Array(3)];
  expect([...(runWasm(ir, given, line(3)).at(-1) ?? [])]).toEqual([3, 15, -3]);
});

test("the same functions make the same kernel, with what they captured now", () => {
  const steps = (a: number, b: number): ElementStep[] => [
    { fn: (x: number) => x * a, inputs: [{ operand: 0 }], dtype: "f32" },
    { fn: (x: number) => x + b, inputs: [{ step: 0 }], dtype: "f32" },
  ];
  const first = compileSteps(steps(1, 2), ["f32"], { meaning: "javascript" });
  const second = compileSteps(steps(3, 4), ["f32"], { meaning: "javascript" });
  expect(second.ir).toBe(first.ir);
  expect([first.captured, second.captured]).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test("what is rounded to f32 in between is computed in f32, where that gives the same bits", () => {
  const { ir } = compileSteps(
    [
      { fn: (x: number) => x * 2, inputs: [{ operand: 0 }], dtype: "f32" },
      { fn: (x: number) => x + 1, inputs: [{ step: 0 }], dtype: "f32" },
    ],
    ["f32"],
    { meaning: "javascript" },
  );
  expect(wasmKernel(ir).lanes).toBe(16);
});

test("errors say in which of the functions they are", () => {
  const bad = function second(x: number) {
    return `${x}` as unknown as number;
  };
  expect(() =>
    compileSteps(
      [
        { fn: (x: number) => x, inputs: [{ operand: 0 }], dtype: "f64" },
        { fn: bad, inputs: [{ step: 0 }], dtype: "f64" },
      ],
      ["f64"],
      { meaning: "javascript" },
    ),
  ).toThrow(/kernel 'second', line 2/);
});
