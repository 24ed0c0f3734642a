/** Random kernels mean the same as the plain function, on every back end. */

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { compileKernel } from "../../src/kernel/compile.ts";
import { globalIndex } from "../../src/kernel/intrinsics.ts";
import { rangeOf } from "../../src/kernel/range.ts";
import { times } from "../support/counts.ts";
import { BACK_ENDS, type BackEnd } from "./support/back-ends.ts";
import { floats, type Kernel, smallInts } from "./support/cases.ts";
import { runPlainly } from "./support/plain.ts";
import { programFrom, small } from "./support/programs.ts";

vi.mock("../../src/kernel/intrinsics.ts", () => import("./support/plain.ts"));

const n = 32;
const TYPES = (["i32", "f32", "i32", "f32"] as const).map(
  (dtype) => ({ kind: "array", dtype }) as const,
);

const made = (): [Int32Array, Float32Array, Int32Array, Float32Array] => [
  new Int32Array(n),
  new Float32Array(n),
  smallInts(n),
  floats(n),
];

const tape = fc.array(fc.nat({ max: 0xffff }), { minLength: 5, maxLength: 150 });

async function check(numbers: readonly number[], backEnd: BackEnd): Promise<void> {
  const text = programFrom(numbers);
  const make = new Function("globalIndex", "small", `return ${text};`);
  const kernel = make(globalIndex, small) as Kernel;
  const range = rangeOf([n]);
  const wanted = made();
  runPlainly(kernel, wanted, range);
  const { ir, captured } = compileKernel(kernel, TYPES);
  const got = made();
  await backEnd.run(ir, [...got, ...captured], range);
  const shown = ([O, P]: ReturnType<typeof made>) => ({
    text,
    O: [...O],
    P: [...P].map((x) => (backEnd.hasSignedZeros ? x : x + 0)),
  });
  expect(shown(got)).toEqual(shown(wanted));
}

describe.each(BACK_ENDS)("random programs in $name", (backEnd) => {
  const numRuns = times(backEnd.name === "WGSL" ? 4_000 : 40_000);
  it("give what the plain function gives", async () => {
    await fc.assert(
      fc.asyncProperty(tape, (numbers) => check(numbers, backEnd)),
      { numRuns, seed: 3 },
    );
  }, 3_600_000);
});
