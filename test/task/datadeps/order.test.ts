import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccessOrder } from "../../../src/task/datadeps/order.ts";
import { covers, type Interval, overlap } from "../../../src/task/datadeps/parts.ts";

/** Disjoint intervals in ascending order, of bytes 0 to 29. */
const bytes = fc.uniqueArray(fc.nat(29), { maxLength: 12 }).map((list) => {
  const spans: [number, number][] = [];
  for (const at of list.sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && last[1] === at) last[1]++;
    else spans.push([at, at + 1]);
  }
  return spans as Interval[];
});
const setOf = (spans: readonly Interval[]): Set<number> =>
  new Set(spans.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)));

describe("intervals", () => {
  it("overlap and cover as sets of bytes do", () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [one, two] = [setOf(a), setOf(b)];
        expect(overlap(a, b)).toBe(!one.isDisjointFrom(two));
        expect(covers(a, b)).toBe(two.isSubsetOf(one));
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe("the order of accesses", () => {
  const program = fc.array(
    fc.record({
      memory: fc.constantFrom("a", "b"),
      bytes: fc.oneof(bytes, fc.constant("all" as const)),
      writes: fc.boolean(),
    }),
    { maxLength: 25 },
  );

  it("puts exactly those tasks after one another that meet, one writing", () => {
    fc.assert(
      fc.property(program, (accesses) => {
        const order = new AccessOrder<number>();
        /** All tasks before each, directly or not. */
        const before: Set<number>[] = [];
        accesses.forEach(({ memory, bytes: own, writes }, task) => {
          const direct = order.add(memory, task, own, writes);
          before.push(new Set(direct.flatMap((other) => [other, ...(before[other] ?? [])])));
        });
        const all = new Set(Array.from({ length: 30 }, (_, i) => i));
        const bytesOf = (at: number): Set<number> => {
          const { bytes: own } = accesses[at]!;
          return own === "all" ? all : setOf(own);
        };
        // The transitive closure of what must be ordered.
        const expected: Set<number>[] = [];
        accesses.forEach((access, task) => {
          const own = new Set<number>();
          for (let other = 0; other < task; other++) {
            const earlier = accesses[other]!;
            const meets =
              earlier.memory === access.memory &&
              (earlier.writes || access.writes) &&
              !bytesOf(other).isDisjointFrom(bytesOf(task));
            if (meets) for (const each of [other, ...expected[other]!]) own.add(each);
          }
          expected.push(own);
        });
        expect(before.map((set) => [...set].sort())).toEqual(
          expected.map((set) => [...set].sort()),
        );
      }),
      { numRuns: 3000, seed: 2 },
    );
  });

  it("never makes a task wait for itself", () => {
    const order = new AccessOrder<string>();
    expect(order.add("m", "t", "all", true)).toEqual([]);
    expect(order.add("m", "t", "all", false)).toEqual([]);
    expect(order.add("m", "u", "all", true)).toEqual(["t"]);
  });
});
