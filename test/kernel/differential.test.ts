/**
 * Every kernel of the tables gives the same on all back ends and as the plain function called item by item. The
 * numbers are chosen so that sums and products of floats are exact, so nothing but functions and quotients may
 * differ at all.
 */

import { describe, expect, it, vi } from "vitest";
import { compileKernel, scalarTypeOf } from "../../src/kernel/compile.ts";
import type { ElementDType } from "../../src/kernel/ir.ts";
import { rangeOf } from "../../src/kernel/range.ts";
import { elementTypeOf } from "../../src/memory/dtype.ts";
import { arithmetic } from "./cases/arithmetic.ts";
import { atomics } from "./cases/atomics.ts";
import { barriers } from "./cases/barriers.ts";
import { control } from "./cases/control.ts";
import { conversions } from "./cases/conversions.ts";
import { dimensions } from "./cases/dimensions.ts";
import { functions } from "./cases/functions.ts";
import { groups } from "./cases/groups.ts";
import { integers } from "./cases/integers.ts";
import { loops } from "./cases/loops.ts";
import { mathematics } from "./cases/mathematics.ts";
import { type Argument, BACK_ENDS } from "./support/back-ends.ts";
import { isArray, type KernelCase } from "./support/cases.ts";
import { runPlainly } from "./support/plain.ts";

vi.mock("../../src/kernel/intrinsics.ts", () => import("./support/plain.ts"));

const TABLES: Readonly<Record<string, readonly KernelCase[]>> = {
  arithmetic,
  integers,
  conversions,
  control,
  loops,
  mathematics,
  functions,
  dimensions,
  groups,
  barriers,
  atomics,
};

const copy = (args: readonly Argument[]): Argument[] =>
  args.map((each) => (isArray(each) ? each.slice() : each));

const typeOf = (each: Argument) =>
  isArray(each)
    ? ({ kind: "array", dtype: elementTypeOf(each) as ElementDType } as const)
    : ({ kind: "scalar", type: scalarTypeOf(each) } as const);

function compare(got: readonly Argument[], wanted: readonly Argument[], tolerance: number): void {
  got.forEach((each, k) => {
    const other = wanted[k] as Argument;
    if (!isArray(each) || !isArray(other)) return;
    for (const [i, value] of each.entries()) {
      const expected = other[i] as number;
      const allowed = tolerance * Math.max(1, Math.abs(expected));
      if (Object.is(value, expected) || value === expected) continue;
      if (Math.abs(value - expected) <= allowed) continue;
      expect.fail(`argument ${k}, element ${i}: ${value}, not ${expected}`);
    }
  });
}

describe.each(Object.entries(TABLES))("%s", (_, table) => {
  it.each(table)("$name", async ({ kernel, args, range, group, tolerance = 0, ...rest }) => {
    const given = args();
    const [first] = given.filter(isArray);
    const over = rangeOf(range ?? [first?.length ?? 1], group);
    const { ir, captured } = compileKernel(kernel, given.map(typeOf));
    const results: Argument[][] = [];
    for (const backEnd of BACK_ENDS) {
      if (!backEnd.canRun(ir)) continue;
      const own = copy(given);
      await backEnd.run(ir, [...own, ...captured], over);
      results.push(own);
    }
    const [reference = [], ...others] = results;
    for (const other of others) compare(other, reference, tolerance);
    if (rest.hasNoModel) return;
    const model = copy(given);
    if (rest.expected) rest.expected(model);
    else runPlainly(kernel, model, over);
    compare(reference, model, tolerance);
  });
});
