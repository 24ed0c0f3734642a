import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CostModel } from "../../src/sched/cost-model.ts";

const seconds = fc.double({ min: 1e-7, max: 100, noNaN: true });

describe("costs of tasks", () => {
  it("are the median of the last fifteen runs, in seconds", () => {
    fc.assert(
      fc.property(fc.array(seconds, { minLength: 1, maxLength: 40 }), (runs) => {
        const costs = new CostModel();
        for (const run of runs) costs.taskTook("f", "thread", 1000, run);
        const sorted = runs.slice(-15).sort((a, b) => a - b);
        expect(costs.taskCost("f", "thread", 1000)).toBe(sorted[sorted.length >> 1]);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("are not moved by one run that took a thousand times as long", () => {
    const costs = new CostModel();
    for (let i = 0; i < 5; i++) costs.taskTook("f", "thread", 0, 0.002);
    costs.taskTook("f", "thread", 0, 2);
    expect(costs.taskCost("f", "thread", 0)).toBe(0.002);
  });

  it("are kept for each size of the arguments; unseen sizes are judged by the nearest", () => {
    const costs = new CostModel();
    costs.taskTook("f", "thread", 0, 1e-6);
    costs.taskTook("f", "thread", 1 << 10, 1e-4);
    costs.taskTook("f", "thread", 1 << 24, 1);
    expect(costs.taskCost("f", "thread", 0)).toBe(1e-6);
    expect(costs.taskCost("f", "thread", 1 << 10)).toBe(1e-4);
    expect(costs.taskCost("f", "thread", 1 << 12)).toBe(1e-4);
    expect(costs.taskCost("f", "thread", 1 << 22)).toBe(1);
    expect(costs.taskCost("f", "thread", 2 ** 40)).toBe(1);
  });

  it("are kept for each function and each kind of processor", () => {
    const costs = new CostModel();
    costs.taskTook("f", "thread", 8, 1);
    costs.taskTook("f", "gpu", 8, 0.01);
    costs.taskTook("g", "thread", 8, 3);
    expect(costs.taskCost("f", "thread", 8)).toBe(1);
    expect(costs.taskCost("f", "gpu", 8)).toBe(0.01);
    expect(costs.taskCost("g", "thread", 8)).toBe(3);
  });

  it("of a function never seen are those of any function, and a millisecond before the first", () => {
    const costs = new CostModel();
    expect(costs.taskCost("new", "thread", 8)).toBe(1e-3);
    costs.taskTook("f", "thread", 8, 0.5);
    expect(costs.taskCost("new", "thread", 8)).toBe(0.5);
  });
});

describe("costs of transfers", () => {
  it("are nothing within a worker", () => {
    expect(new CostModel().transferCost(2, 2, 2 ** 30)).toBe(0);
  });

  it("follow what was measured on that link and direction", () => {
    const costs = new CostModel();
    const assumed = costs.transferCost(2, 3, 1e8);
    costs.transferTook(2, 3, 1e8, 1); // 100 MB/s
    expect(costs.transferCost(2, 3, 1e8)).toBeCloseTo(1, 2);
    expect(costs.transferCost(3, 2, 1e8)).toBe(assumed);
    expect(costs.transferCost(2, 4, 1e8)).toBe(assumed);
  });

  it("take latency from small transfers and bandwidth from large ones", () => {
    const costs = new CostModel();
    costs.transferTook(2, 3, 100, 0.5);
    costs.transferTook(2, 3, 1e6, 1e-3);
    expect(costs.transferCost(2, 3, 0)).toBe(0.5);
    expect(costs.transferCost(2, 3, 2e6)).toBeCloseTo(0.5 + 2e-3, 9);
  });

  it("grow with the bytes and are finite, whatever was measured", () => {
    const transfer = fc.record({
      bytes: fc.nat(2 ** 31 - 1),
      seconds: fc.oneof(fc.constant(0), seconds),
    });
    fc.assert(
      fc.property(fc.array(transfer), fc.nat(), fc.nat(), (transfers, a, b) => {
        const costs = new CostModel();
        for (const { bytes, seconds: took } of transfers) costs.transferTook(1, 2, bytes, took);
        const [less, more] = [
          costs.transferCost(1, 2, Math.min(a, b)),
          costs.transferCost(1, 2, Math.max(a, b)),
        ];
        expect(Number.isFinite(more)).toBe(true);
        expect(less).toBeGreaterThanOrEqual(0);
        expect(less).toBeLessThanOrEqual(more);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
