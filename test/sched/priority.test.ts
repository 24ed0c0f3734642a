import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLASS_COUNT } from "../../src/sched/layout.ts";
import { classOf } from "../../src/sched/priority.ts";

const priority = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer({ min: -40, max: 40 }),
  fc.constantFrom(0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53, -(2 ** 53)),
);

describe("classOf", () => {
  it("never gives a larger priority a lower class", () => {
    fc.assert(
      fc.property(priority, priority, (a, b) => {
        const [low, high] = a <= b ? [a, b] : [b, a];
        expect(classOf(low)).toBeLessThanOrEqual(classOf(high));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("stays within the classes of the core", () => {
    fc.assert(
      fc.property(priority, (p) => {
        expect(Number.isInteger(classOf(p))).toBe(true);
        expect(classOf(p)).toBeGreaterThanOrEqual(0);
        expect(classOf(p)).toBeLessThan(CLASS_COUNT);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it("tells integers from -16 to 16 apart", () => {
    const classes = Array.from({ length: 33 }, (_, i) => classOf(i - 16));
    expect(new Set(classes).size).toBe(33);
    expect(classes).toEqual([...classes].sort((a, b) => a - b));
  });

  it("tells large priorities apart where they differ by half or more", () => {
    for (let p = 16; p < 1000; p *= 1.6) {
      expect(classOf(p * 1.6)).toBeGreaterThan(classOf(p));
      expect(classOf(-p * 1.6)).toBeLessThan(classOf(-p));
    }
  });

  it.each([Number.NaN, "high", null, undefined, 1n])("refuses %s and says what it takes", (bad) => {
    expect(() => classOf(bad as number)).toThrow(
      /priority must be a number \(larger is more urgent\)/,
    );
  });
});
