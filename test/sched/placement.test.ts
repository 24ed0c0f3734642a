import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CostModel } from "../../src/sched/cost-model.ts";
import { type PlaceableTask, Placer } from "../../src/sched/placement.ts";

interface NamedTask extends PlaceableTask {
  readonly name: number;
}

let names = 0;
function task(more: Partial<PlaceableTask> = {}): NamedTask {
  return {
    name: names++,
    fn: "f",
    kind: "thread",
    class: 31,
    inputs: [],
    workers: [2, 3],
    scope: "all",
    ...more,
  };
}

/** A placer for workers of two threads each. */
function placer(costs = new CostModel(), workers = [2, 3]): Placer<NamedTask> {
  const made = new Placer<NamedTask>(costs);
  for (const worker of workers) made.addWorker(worker, 2);
  return made;
}

/** How many tasks each worker gets. */
function shares(placements: readonly { worker: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { worker } of placements) counts[worker] = (counts[worker] ?? 0) + 1;
  return counts;
}

it("a worker that is suspended gets nothing; what only it may run waits until it is taken back", () => {
  const placing = placer();
  placing.suspend(3, true);
  for (let i = 0; i < 6; i++) placing.add(task());
  placing.add(task({ workers: [3], scope: "three" }));
  expect(shares(placing.take())).toEqual({ 2: 6 });
  placing.suspend(3, false);
  expect(shares(placing.take())).toEqual({ 3: 1 });
});

describe("where tasks go", () => {
  it("changes with the measured cost of their function: dear ones are worth moving their data for", () => {
    const workersOf = (measured: number): Record<number, number> => {
      const costs = new CostModel();
      costs.taskTook("f", "thread", 1e6, measured);
      costs.transferTook(2, 3, 1e6, 0.01);
      const placing = placer(costs);
      for (let i = 0; i < 8; i++) placing.add(task({ inputs: [{ bytes: 1e6, holders: [2] }] }));
      return shares(placing.take());
    };
    expect(workersOf(1e-4)).toEqual({ 2: 8 });
    expect(workersOf(1)).toEqual({ 2: 4, 3: 4 });
  });

  it("changes with the measured cost of the link", () => {
    const workersOf = (measured: number): Record<number, number> => {
      const costs = new CostModel();
      costs.taskTook("f", "thread", 1e6, 0.01);
      costs.transferTook(2, 3, 1e6, measured);
      const placing = placer(costs);
      for (let i = 0; i < 8; i++) placing.add(task({ inputs: [{ bytes: 1e6, holders: [2] }] }));
      return shares(placing.take());
    };
    expect(workersOf(1)).toEqual({ 2: 8 });
    expect(workersOf(1e-4)).toEqual({ 2: 4, 3: 4 });
  });

  it("is where their large input is, and near the largest of several", () => {
    const placing = placer(new CostModel(), [2, 3, 4]);
    const workers = [2, 3, 4];
    const large = { bytes: 1e8, holders: [4] };
    placing.add(task({ workers, inputs: [large] }));
    placing.add(
      task({
        workers,
        inputs: [{ bytes: 1e6, holders: [2] }, large, { bytes: 1e6, holders: [3] }],
      }),
    );
    placing.add(task({ workers, inputs: [{ bytes: 1e8, holders: [2, 3] }] }));
    const [first, second, third] = placing.take();
    expect(first?.worker).toBe(4);
    expect(second?.worker).toBe(4);
    expect([2, 3]).toContain(third?.worker);
  });

  it("follows what users say of a cost rather than what was measured", () => {
    const costs = new CostModel();
    costs.taskTook("f", "thread", 1e6, 1e-6);
    costs.transferTook(2, 3, 1e6, 0.01);
    const placing = placer(costs);
    for (let i = 0; i < 4; i++)
      placing.add(task({ cost: 1, inputs: [{ bytes: 1e6, holders: [2] }] }));
    expect(shares(placing.take())).toEqual({ 2: 2, 3: 2 });
  });

  it("is spread over workers that are equal, and by their threads over those that are not", () => {
    const placing = placer(new CostModel(), []);
    placing.addWorker(2, 1);
    placing.addWorker(3, 3);
    for (let i = 0; i < 40; i++) placing.add(task({ cost: 0.001 }));
    expect(shares(placing.take())).toEqual({ 2: 10, 3: 30 });
  });

  it("packs tasks that keep a processor busy for a part only", () => {
    const placing = placer(new CostModel(), [2]);
    for (let i = 0; i < 100; i++) placing.add(task({ workers: [2], cost: 0.01, occupancy: 0.25 }));
    // Forty milliseconds ahead for two threads, at 2.5 ms each.
    expect(placing.take()).toHaveLength(16);
  });
});

describe("the order of tasks", () => {
  it("is by class, then by age", () => {
    const placing = placer();
    const tasks = [31, 40, 5, 40, 31].map((cls) => task({ class: cls, cost: 1e-6 }));
    for (const each of tasks) placing.add(each);
    const order = placing.take().map((placement) => tasks.indexOf(placement.task));
    expect(order).toEqual([1, 3, 0, 4, 2]);
  });

  it("lets no scope wait behind tasks of another that cannot go anywhere", () => {
    const placing = placer();
    for (let i = 0; i < 100; i++) placing.add(task({ workers: [2], scope: "2", cost: 1 }));
    placing.add(task({ workers: [3], scope: "3", cost: 1 }));
    expect(shares(placing.take())[3]).toBe(1);
  });

  it("lets no task wait behind one of its own scope whose data is on a full worker", () => {
    const placing = placer();
    const heavy = { bytes: 1e9, holders: [2] };
    for (let i = 0; i < 12; i++) placing.add(task({ cost: 0.01, inputs: [heavy] }));
    placing.add(task({ cost: 0.01, inputs: [{ bytes: 1e9, holders: [3] }] }));
    expect(shares(placing.take())[3]).toBe(1);
  });

  it("keeps work back for workers that join later", () => {
    const placing = placer(new CostModel(), [2]);
    for (let i = 0; i < 100; i++) placing.add(task({ cost: 0.1, workers: [2, 3] }));
    expect(shares(placing.take())).toEqual({ 2: 8 });
    placing.addWorker(3, 2);
    expect(shares(placing.take())).toEqual({ 3: 8 });
  });
});

/** Random histories: tasks come, end, are withdrawn; workers come and go. */
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("add" as const), of: fc.nat(1000) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("end" as const), of: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("withdraw" as const), of: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), of: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("join" as const), of: fc.nat(3) }) },
);

describe("random histories", () => {
  it("place every task once, only where it may run, and all of them in the end", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const placing = placer(new CostModel(), [2, 3, 4]);
        const present = new Set([2, 3, 4]);
        const waiting = new Set<NamedTask>();
        const placed = new Map<NamedTask, number>();
        const take = (): void => {
          for (const { task: each, worker } of placing.take()) {
            expect(waiting.delete(each)).toBe(true);
            expect(each.workers).toContain(worker);
            expect(present).toContain(worker);
            placed.set(each, worker);
          }
        };
        const end = (each: NamedTask): void => {
          placed.delete(each);
          placing.done(each);
        };
        for (const { do: what, of } of steps) {
          const worker = 2 + (of % 3);
          if (what === "add") {
            const scope = of % 7;
            const workers = [2, 3, 4].filter((_, i) => ((scope + 1) >> i) & 1);
            const inputs = [{ bytes: of * 1000, holders: [worker] }];
            const each = task({
              class: of % 4,
              scope: `${scope}`,
              workers,
              inputs,
              cost: of / 1e5,
            });
            waiting.add(each);
            placing.add(each);
          } else if (what === "end") {
            const some = [...placed.keys()];
            if (some.length > 0) end(some[of % some.length] as NamedTask);
          } else if (what === "withdraw") {
            const gone = placing.remove((each) => each.name % 5 === of % 5);
            for (const each of gone) expect(waiting.delete(each)).toBe(true);
          } else if (what === "leave") {
            placing.removeWorker(worker);
            present.delete(worker);
          } else if (!present.has(worker)) {
            placing.addWorker(worker, 2);
            present.add(worker);
          }
          take();
        }
        for (const worker of [2, 3, 4]) {
          if (!present.has(worker)) placing.addWorker(worker, 2);
          present.add(worker);
        }
        take();
        while (placed.size > 0) {
          for (const each of [...placed.keys()]) end(each);
          take();
        }
        expect([...waiting]).toEqual([]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it("load equal workers equally, to within the longest task", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }), (costs) => {
        const placing = placer();
        for (const cost of costs) placing.add(task({ cost: cost / 1000 }));
        const longest = Math.max(...costs) / 1000;
        const load = { 2: 0, 3: 0 };
        for (const placement of placing.take()) {
          load[placement.worker as 2 | 3] += placement.task.cost as number;
        }
        expect(Math.abs(load[2] - load[3])).toBeLessThanOrEqual(longest + 1e-9);
        expect(load[2] + load[3]).toBeGreaterThan(0);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it("forget what a worker had to do when it leaves", () => {
    const placing = placer(new CostModel(), [2]);
    const old = Array.from({ length: 8 }, () => task({ cost: 1, workers: [2] }));
    for (const each of old) placing.add(each);
    expect(placing.take()).toHaveLength(8);
    placing.removeWorker(2);
    placing.addWorker(2, 2);
    for (const each of old) placing.done(each); // they ended with the worker that left
    for (let i = 0; i < 20; i++) placing.add(task({ cost: 1, workers: [2] }));
    expect(placing.take()).toHaveLength(8);
  });
});
