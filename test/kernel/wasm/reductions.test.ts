/** Compiled reductions give the bits of the array reductions, whose order they follow, for any number of elements. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { max, min } from "../../../src/array/reductions/extrema.ts";
import { variance } from "../../../src/array/reductions/moments.ts";
import { norm } from "../../../src/array/reductions/norm.ts";
import { prod } from "../../../src/array/reductions/prod.ts";
import type { Reduction } from "../../../src/array/reductions/reduction.ts";
import { sum } from "../../../src/array/reductions/sum.ts";
import type { ElementDType } from "../../../src/kernel/ir.ts";
import {
  type ReductionKind,
  reduceElements,
  reductionModule,
  reductionScratch,
} from "../../../src/kernel/wasm/reductions.ts";
import type { DType } from "../../../src/memory/dtype.ts";
import { times } from "../../support/counts.ts";
import { arrayOf, DTYPES, values } from "./harness.ts";

const REFERENCE: Record<ReductionKind, (dtype: DType) => Reduction> = {
  sum,
  prod,
  min,
  max,
  moments: variance,
  norm,
};
const KINDS = Object.keys(REFERENCE) as ReductionKind[];

const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536, shared: true });
const DATA = 65536;
const SCRATCH = 1024;

function compare(kind: ReductionKind, dtype: ElementDType, numbers: readonly number[]): void {
  const data = arrayOf(dtype, numbers);
  const Elements = data.constructor as Float64ArrayConstructor;
  new Elements(memory.buffer as never, DATA, data.length).set(data as Float64Array);
  const view = { data, shape: [data.length], strides: [1], offset: 0, dtype };
  const { states } = REFERENCE[kind](dtype).step(view);
  const got = reduceElements(kind, dtype, memory, DATA, data.length, SCRATCH);
  expect([...got]).toEqual([...(states as Float64Array)]);
}

describe.each(KINDS)("%s", (kind) => {
  test.each(DTYPES)("of %s of any length", (dtype) => {
    const inputs = fc.tuple(
      fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 6000 })),
      fc.integer({ min: 1, max: 10_000 }),
    );
    const check = ([n, seed]: [number, number]): void => {
      const all = values(dtype, n, seed);
      compare(kind, dtype, all);
      // Without NaN and infinities, which hide everything else.
      compare(
        kind,
        dtype,
        all.map((x) => (Number.isFinite(x) ? Math.atan(x) * 40 : 1)),
      );
    };
    fc.assert(fc.property(inputs, check), { seed: 4, numRuns: times(1500) });
  });

  test("of many leaves", () => {
    const n = 100_003;
    compare(
      kind,
      "f64",
      values("f64", n, 7).map((x) => (Number.isFinite(x) ? Math.sin(x) : 0)),
    );
    compare(
      kind,
      "f32",
      values("f32", n, 7).map((x) => (Number.isFinite(x) ? Math.sin(x) : 0)),
    );
  });
});

test("very large and very small numbers keep their norm", () => {
  for (const scale of [2 ** 900, 2 ** -900, 1e-310]) {
    compare(
      "norm",
      "f64",
      Array.from({ length: 2000 }, (_, k) => (k % 5) * scale),
    );
  }
  compare("norm", "f64", [1, 2 ** 600, 2 ** -700, 3]);
});

test("writes only to the scratch memory that it asks for", () => {
  const bytes = new Uint8Array(memory.buffer);
  const n = 300_000;
  new Float64Array(memory.buffer, DATA, n).fill(1);
  for (const kind of KINDS) {
    const end = SCRATCH + reductionScratch(kind);
    bytes.fill(0xa5, 0, DATA);
    reduceElements(kind, "f64", memory, DATA, n, SCRATCH);
    expect(bytes.subarray(0, SCRATCH).every((byte) => byte === 0xa5)).toBe(true);
    expect(bytes.subarray(end, DATA).every((byte) => byte === 0xa5)).toBe(true);
  }
});

test("a module is compiled once", () => {
  expect(reductionModule("sum", "f64")).toBe(reductionModule("sum", "f64"));
  expect(reductionModule("sum", "f32")).not.toBe(reductionModule("sum", "f64"));
});
