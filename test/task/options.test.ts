import {
  type Cluster,
  getOptions,
  scope,
  spawn,
  spawnWith,
  start,
  type TaskOptions,
  waitAll,
  withOptions,
} from "bodkin";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { times } from "../support/counts.ts";
import { gate, open, reached } from "../support/gate.ts";

const increment = (x: number): number => x + 1;

describe("scoped options", () => {
  it("are those of the innermost block, and nothing never overrides", () => {
    // A model: blocks merged from the outside in, leaving undefined out.
    const options = fc.record(
      {
        name: fc.option(fc.string(), { nil: undefined }),
        priority: fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined }),
        retries: fc.option(fc.nat(3), { nil: undefined }),
        occupancy: fc.option(fc.constantFrom(0, 0.5, 1), { nil: undefined }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(options, { maxLength: 5 }), (blocks) => {
        const expected: Record<string, unknown> = {};
        for (const block of blocks) {
          for (const [key, value] of Object.entries(block)) {
            if (value !== undefined) expected[key] = value;
          }
        }
        const inside = (left: readonly TaskOptions[]): TaskOptions => {
          const [first, ...rest] = left;
          return first ? withOptions(first, () => inside(rest)) : getOptions();
        };
        const seen = inside(blocks);
        expect(Object.fromEntries(Object.entries(seen).filter(([, v]) => v !== undefined))).toEqual(
          expected,
        );
        expect(getOptions()).toEqual({});
      }),
      { numRuns: times(10_000) },
    );
  });

  it("give back what the block gives, now or later", async () => {
    expect(withOptions({ priority: 1 }, () => "now")).toBe("now");
    const later = withOptions({ priority: 1 }, async () => "later");
    expectTypeOf(later).toEqualTypeOf<Promise<string>>();
    expect(await later).toBe("later");
    expect(() =>
      withOptions({ priority: 1 }, () => {
        throw new Error("out");
      }),
    ).toThrow("out");
    expect(getOptions("priority", "none")).toBe("none");
  });

  it("hold across awaits, timers and blocks side by side", async () => {
    const seen = (n: number) =>
      withOptions({ priority: n }, async () => {
        const before = getOptions("priority");
        await new Promise((resolve) => setTimeout(resolve, 1));
        const inner = await withOptions({ name: `n${n}` }, async () => {
          await Promise.resolve();
          return [getOptions("priority"), getOptions("name")];
        });
        return [before, ...inner, getOptions("priority"), getOptions("name", "none")];
      });
    expect(await Promise.all([1, 2, 3].map(seen))).toEqual(
      [1, 2, 3].map((n) => [n, n, `n${n}`, n, "none"]),
    );
  });

  it("are asked for one by one, with a default or else an error that names the remedy", () => {
    expect(() => getOptions("priority")).toThrow(/'priority' is not set.*getOptions\("priority", /);
    expect(getOptions("priority", 7)).toBe(7);
    expect(getOptions("priority", undefined)).toBeUndefined();
    expect(withOptions({ priority: 3 }, () => getOptions("priority", 7))).toBe(3);
    expect(() => getOptions("priorty" as "priority")).toThrow(/did you mean 'priority'/);
    expectTypeOf(() => getOptions("priority")).returns.toBeNumber();
  });
});

describe("what cannot be an option", () => {
  const bad: readonly (readonly [string, unknown, RegExp])[] = [
    [
      "a misspelt name",
      { scop: scope("any") },
      /no option 'scop' \(did you mean 'scope'\?\).*name, scope/,
    ],
    ["an unknown name", { colour: 1 }, /no option 'colour'; they have name, scope/],
    ["nothing", null, /options must be an object such as/],
    ["a list", [], /options must be an object such as/],
    ["text", "fast", /options must be an object such as/],
    ["a name that is no text", { name: 1 }, /name must be a string/],
    ["a scope that is no scope", { scope: { worker: 1 } }, /made by scope\(/],
    ["a compute scope that is no scope", { computeScope: "any" }, /made by scope\(/],
    ["a result scope that is no scope", { resultScope: 1 }, /made by scope\(/],
    ["a priority that is no number", { priority: "high" }, /priority must be a number, not high/],
    ["a priority that is NaN", { priority: Number.NaN }, /priority must be a number, not NaN/],
    ["a meta that is no boolean", { meta: 1 }, /meta must be true or false/],
    ["syncdeps that are no list", { syncdeps: 1 }, /syncdeps must be a list of tasks/],
    ["syncdeps with something else in it", { syncdeps: [1] }, /syncdeps must be a list of tasks/],
    ["a negative time", { timeUtil: -1 }, /timeUtil must be a number from 0, not -1/],
    ["an occupancy above 1", { occupancy: 2 }, /occupancy must be a number from 0 to 1, not 2/],
    ["a signal that is none", { signal: {} }, /signal must be an AbortSignal/],
    [
      "retries that are no count",
      { retries: 0.5 },
      /retries must be a whole number from 0 to 65534, not 0.5/,
    ],
    ["allocUtil, for now", { allocUtil: 1 }, /'allocUtil' is not implemented yet; leave it out/],
    ["checkpoint, for now", { checkpoint: () => {} }, /'checkpoint' is not implemented yet/],
    ["restore, for now", { restore: () => {} }, /'restore' is not implemented yet/],
  ];
  it.each(bad)("refuses %s before anything runs", (_, options, message) => {
    const ran = gate();
    const count = (word: Int32Array) => Atomics.add(word, 0, 1);
    expect(() => spawnWith(options as TaskOptions, count, ran)).toThrow(message);
    expect(() => withOptions(options as TaskOptions, () => Atomics.add(ran, 0, 1))).toThrow(
      message,
    );
    expect(ran[0]).toBe(0);
  });

  it("is found by the compiler as well", () => {
    const compiled = () => {
      // @ts-expect-error no such option
      spawnWith({ colour: 1 }, increment, 1);
      // @ts-expect-error a string
      withOptions({ name: 1 }, () => 1);
    };
    expect(compiled).toBeTypeOf("function");
  });
});

describe("options of one task, on one thread", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1 });
  });
  afterAll(() => cluster.close());

  /** Spawns while the only thread is busy; gives the order in which the tasks ran. */
  async function orderOf(body: (log: (n: number) => unknown) => void): Promise<number[]> {
    const [started, hold] = [gate(), gate()];
    const order = new Int32Array(new SharedArrayBuffer(4 * 64));
    const busy = spawn(
      (running: Int32Array, wait: Int32Array) => {
        Atomics.store(running, 0, 1);
        Atomics.notify(running, 0);
        Atomics.wait(wait, 0, 0);
      },
      started,
      hold,
    );
    await reached(started, 1);
    const note = (list: Int32Array, n: number) => {
      list[Atomics.add(list, 0, 1) + 1] = n;
    };
    const all = waitAll(() => body((n) => spawn(note, order, n)));
    open(hold);
    await all;
    await busy.wait();
    return [...order.subarray(1, 1 + (order[0] ?? 0))];
  }

  it("run the more urgent first, whatever the order they came in", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: -16, max: 16 })), async (priorities) => {
        const order = await orderOf((log) => {
          for (const priority of priorities) withOptions({ priority }, () => log(priority));
        });
        expect(order).toEqual([...priorities].sort((a, b) => b - a));
      }),
      { numRuns: times(1000) },
    );
  });

  it("give a task its name, which its errors and dependants show", async () => {
    const fail = () => {
      throw new Error("x");
    };
    const named = spawnWith({ name: "named" }, fail);
    expect(named.name).toBe("named");
    expect(spawn(increment, 1).name).toBe("increment");
    expect(spawn(() => 1).name).toBe("anonymous");
    expect(withOptions({ name: "outer" }, () => spawn(increment, 1).name)).toBe("outer");
    expect(
      withOptions({ name: "outer" }, () => spawnWith({ name: undefined }, increment, 1).name),
    ).toBe("outer");
    expect(
      withOptions({ name: "outer" }, () => spawnWith({ name: "inner" }, increment, 1).name),
    ).toBe("inner");
    await expect(spawn(increment, named as never).fetch()).rejects.toThrow(/named → increment/);
  });

  it("run a task again as often as retries say, and only the task itself", async () => {
    const [tries, after] = [gate(), gate()];
    const attempt = (word: Int32Array, needed: number) => {
      const n = Atomics.add(word, 0, 1) + 1;
      if (n < needed) throw new Error(`try ${n}`);
      return n;
    };
    const third = spawnWith({ retries: 2 }, attempt, tries, 3);
    const count = (word: Int32Array, _: unknown) => Atomics.add(word, 0, 1) + 1;
    expect(await spawnWith({ retries: 5 }, count, after, third).fetch()).toBe(1);
    expect(tries[0]).toBe(3);
    tries[0] = 0;
    const late = spawnWith(
      { retries: 2 },
      async (word: Int32Array) => {
        await Promise.resolve();
        throw new Error(`try ${Atomics.add(word, 0, 1) + 1}`);
      },
      tries,
    );
    await expect(late.fetch()).rejects.toThrow("try 3");
    await expect(spawnWith({ retries: 5 }, count, after, late).fetch()).rejects.toThrow("try 3");
    expect([tries[0], after[0]]).toEqual([3, 1]);
  });

  it("order a task after its syncdeps, of which it gets nothing", async () => {
    const order = await orderOf((log) => {
      const last = withOptions({ priority: 5 }, () => log(3));
      withOptions({ priority: -1, syncdeps: [last as never] }, () => log(1));
      withOptions({ priority: 9, syncdeps: [log(2) as never] }, () => log(4));
    });
    expect(order.indexOf(4)).toBeGreaterThan(order.indexOf(2));
    expect(order.indexOf(1)).toBeGreaterThan(order.indexOf(3));
    expect(
      await spawnWith({ syncdeps: [spawn(increment, 1)] }, (...xs: unknown[]) => xs.length).fetch(),
    ).toBe(0);
  });

  it("take what is known of the cost, and the share of the processor", async () => {
    const known = spawnWith({ timeUtil: 0.5, occupancy: 0 }, increment, 1);
    expect(await known.fetch()).toBe(2);
  });
});
