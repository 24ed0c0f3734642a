/** Quantiles by selection against sorting. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantileOf } from "../../src/table/groupby/quantile.ts";
import { times } from "../support/counts.ts";

describe("quantileOf", () => {
  it("gives what sorting all values gives", () => {
    const value = fc.oneof(
      fc.integer({ min: -5, max: 5 }),
      fc.double(),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 7),
    );
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 300, size: "max" }),
        fc.constantFrom(0, 0.1, 0.25, 0.5, 0.9, 1),
        (values, fraction) => {
          const sorted = Float64Array.from(values).sort();
          const place = fraction * (sorted.length - 1);
          const low = Math.floor(place);
          const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
          const expected = low === place ? a : a + (b - a) * (place - low);
          expect(quantileOf(Float64Array.from(values), fraction)! + 0).toEqual(expected + 0);
        },
      ),
      { numRuns: times(20_000), seed: 1 },
    );
  });

  it("of many equal, ordered or alternating values takes no longer than sorting", () => {
    for (const make of [() => 1, (i: number) => i, (i: number) => -i, (i: number) => i % 2]) {
      const values = Float64Array.from({ length: 100_001 }, (_, i) => make(i));
      const middle = Float64Array.from(values).sort()[50_000];
      expect(quantileOf(values, 0.5)).toBe(middle);
    }
    expect(quantileOf(new Float64Array(0), 0.5)).toBeUndefined();
  });
});
