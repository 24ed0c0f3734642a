/** Scope algebra against plain sets of the processors of a small cluster. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ANY_BOXES,
  type Axis,
  DEFAULT_BOXES,
  defaultWorkers,
  intersect,
  type ProcessorId,
  type ProcessorsOf,
  processorsIn,
  type ScopeBox,
  type ScopeBoxes,
  scopeKey,
} from "../../src/sched/scope.ts";

const axis: fc.Arbitrary<Axis> = fc.oneof(
  fc.constant("all" as const),
  fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
);
const box: fc.Arbitrary<ScopeBox> = fc
  .record({
    kind: fc.constantFrom("thread" as const, "gpu" as const),
    workers: axis,
    units: axis,
    byDefault: fc.boolean(),
  })
  .map(({ byDefault, ...rest }) => (byDefault ? { ...rest, byDefault } : rest));
const boxes: fc.Arbitrary<ScopeBoxes> = fc.array(box, { maxLength: 4 });
const cluster: fc.Arbitrary<ProcessorsOf[]> = fc
  .tuple(
    fc.subarray([1, 2, 3, 4], { minLength: 1 }),
    fc.array(fc.record({ threads: fc.nat(4), gpus: fc.nat(2) }), { minLength: 4, maxLength: 4 }),
  )
  .map(([workers, sizes]) =>
    workers.map((worker, i) => ({ worker, ...(sizes[i] as { threads: number; gpus: number }) })),
  );

const nameOf = ({ kind, worker, unit }: ProcessorId): string => `${kind} ${worker}.${unit}`;
const names = (scope: ScopeBoxes, processes: readonly ProcessorsOf[]): string[] =>
  processorsIn(scope, processes).map(nameOf);

/** The members of a scope, written down from the meaning of a box. */
function members(scope: ScopeBoxes, processes: readonly ProcessorsOf[]): Set<string> {
  const found = new Set<string>();
  const others = processes.some(({ worker }) => worker > 1);
  for (const { kind, workers, units, byDefault } of scope) {
    for (const { worker, threads, gpus = 0 } of processes) {
      if (workers !== "all" && !workers.includes(worker)) continue;
      if (byDefault && worker === 1 && others) continue;
      for (let unit = 1; unit <= (kind === "thread" ? threads : gpus); unit++) {
        if (units === "all" || units.includes(unit)) found.add(nameOf({ kind, worker, unit }));
      }
    }
  }
  return found;
}

describe("scopes", () => {
  it("name the processors that their boxes contain, each once", () => {
    fc.assert(
      fc.property(boxes, cluster, (scope, processes) => {
        const found = names(scope, processes);
        expect(new Set(found)).toEqual(members(scope, processes));
        expect(new Set(found).size).toBe(found.length);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it("list processors by worker, threads before GPUs, then by number", () => {
    const processes = [
      { worker: 1, threads: 2, gpus: 1 },
      { worker: 2, threads: 1, gpus: 2 },
    ];
    expect(names(ANY_BOXES, processes)).toEqual([
      "thread 1.1",
      "thread 1.2",
      "gpu 1.1",
      "thread 2.1",
      "gpu 2.1",
      "gpu 2.2",
    ]);
  });

  it("intersect as sets do", () => {
    fc.assert(
      fc.property(boxes, boxes, cluster, (a, b, processes) => {
        const both = members(a, processes).intersection(members(b, processes));
        expect(new Set(names(intersect(a, b), processes))).toEqual(both);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it("unite by putting their boxes together", () => {
    fc.assert(
      fc.property(boxes, boxes, cluster, (a, b, processes) => {
        const either = members(a, processes).union(members(b, processes));
        expect(new Set(names([...a, ...b], processes))).toEqual(either);
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it("are empty only where no processor could ever be in them", () => {
    const everybody = [1, 2, 3, 4].map((worker) => ({ worker, threads: 4, gpus: 4 }));
    const plain = boxes.map((list) =>
      list.map(({ kind, workers, units }) => ({ kind, workers, units })),
    );
    fc.assert(
      fc.property(plain, plain, (a, b) => {
        const both = intersect(a, b);
        expect(both.length === 0).toBe(names(both, everybody).length === 0);
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it("have one key only where they have the same processors", () => {
    fc.assert(
      fc.property(boxes, boxes, cluster, (a, b, processes) => {
        if (scopeKey(a) === scopeKey(b)) expect(names(a, processes)).toEqual(names(b, processes));
        expect(scopeKey(structuredClone(a))).toBe(scopeKey(a));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it("leave the first worker out by default, unless it is alone", () => {
    const alone = [{ worker: 1, threads: 2 }];
    const three = [...alone, { worker: 2, threads: 1 }, { worker: 3, threads: 1 }];
    expect(names(DEFAULT_BOXES, alone)).toEqual(["thread 1.1", "thread 1.2"]);
    expect(names(DEFAULT_BOXES, three)).toEqual(["thread 2.1", "thread 3.1"]);
    expect(defaultWorkers(three)).toEqual([2, 3]);
  });
});
