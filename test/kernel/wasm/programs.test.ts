/** Random programs give the same bits by vectors, item by item, and as JavaScript. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { KernelIR } from "../../../src/kernel/ir.ts";
import { type KernelArray, toJavaScript } from "../../../src/kernel/js/javascript.ts";
import { wasmKernel } from "../../../src/kernel/wasm/webassembly.ts";
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
import { PROGRAM_ARRAYS, programs } from "./programs.ts";

const COUNT = 45;

const scalars = fc
  .constantFrom(0, 1, -3, 2.5, 77)
  .map((x) => [x, Math.fround(x), x | 0, x >>> 0, Number(x > 0)]);

const givenFor = (seed: number, numbers: readonly number[]): Given => [
  ...PROGRAM_ARRAYS.map((dtype, k) => arrayOf(dtype, values(dtype, COUNT, seed + k))),
  ...numbers,
];

function expectSame(
  ir: KernelIR,
  got: readonly KernelArray[],
  wanted: readonly KernelArray[],
): void {
  got.forEach((array, k) => {
    const at = firstDifference(array, wanted[k] as KernelArray);
    if (at < 0) return;
    const what = `element ${at} of a${k} is ${array[at]}, not ${wanted[k]?.[at]}`;
    throw new Error(`${what}, after\n${toJavaScript(ir).body}`);
  });
}

test("random programs", () => {
  let byVectors = 0;
  const inputs = fc.tuple(programs, fc.integer({ min: 1, max: 1000 }), scalars);
  const check = ([ir, seed, numbers]: [KernelIR, number, number[]]): void => {
    const given = givenFor(seed, numbers);
    const wanted = runJavaScript(ir, given, line(COUNT));
    if (wasmKernel(ir).lanes > 1) byVectors++;
    expectSame(ir, runWasm(ir, given, line(COUNT)), wanted);
    expectSame(ir, runWasm(ir, given, line(COUNT), { cuts: [0, 1, 20, 23, COUNT] }), wanted);
    const single: KernelIR = { ...ir, facts: { ...ir.facts, isElementwise: false } };
    expectSame(single, runWasm(single, given, line(COUNT)), wanted);
  };
  const numRuns = times(30_000);
  fc.assert(fc.property(inputs, check), { seed: 11, numRuns });
  expect(byVectors).toBeGreaterThanOrEqual(numRuns);
});
