import type { NDArray } from "bodkin";
import { afterAll, beforeAll, describe, it } from "vitest";
import { arrayOfReference } from "../helpers.ts";
import { BACKENDS, casesOf, expectResult, functionOf, titleOf, useBackend } from "./support.ts";

const cases = [...casesOf("products"), ...casesOf("einsum"), ...casesOf("matrices")].map(
  (own) => [titleOf(own), own] as const,
);

describe.each(BACKENDS)("products of local arrays by $backend", ({ blas }) => {
  beforeAll(() => useBackend(blas));
  afterAll(() => useBackend(""));

  it.each(cases)("%s", (_title, own) => {
    expectResult(functionOf(own)(...own.operands.map(arrayOfReference)) as NDArray, own);
  });
});
