import { describe, expect, it } from "vitest";
import { call, casesOf, expectOutcome, nameOf } from "./function-cases.ts";

describe.each([
  ["elementary", "close"],
  ["manipulation", "exact"],
  ["reductions", "close"],
  ["scans", "close"],
  ["sorting", "exact"],
  ["standard", "exact"],
  ["statistics", "close"],
] as const)("%s of local arrays", (name, precision) => {
  const { inputs, cases } = casesOf(name);
  const functions = [...new Set(cases.map(({ fn }) => fn))];

  it.each(functions)("%s gives what NumPy gives", (fn) => {
    const own = cases.filter((each) => each.fn === fn);
    expect(own.length).toBeGreaterThan(0);
    for (const each of own) {
      expectOutcome(
        call(each, inputs, (array) => array),
        each.out,
        nameOf(each),
        precision,
      );
    }
  });

  it.each(functions)("%s takes arrays of any strides", (fn) => {
    for (const each of cases.filter((one) => one.fn === fn)) {
      const strided = call(each, inputs, (array) => array.transpose().copy().transpose());
      expectOutcome(strided, each.out, nameOf(each), precision);
    }
  });
});
