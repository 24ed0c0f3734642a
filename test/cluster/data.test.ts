import {
  addWorkers,
  type BodkinError,
  type Cluster,
  fetchAll,
  myid,
  scope,
  spawn,
  spawnWith,
  start,
  tochunk,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_BULK_BYTES } from "../../src/wire/frame.ts";
import { failureOf, tap, traffic, until } from "./inside.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 1 });
  await addWorkers(2, { threads: 1 });
});
afterAll(() => cluster.close());

const on = (worker: number) => ({ scope: scope({ worker }) });
const ramp = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i);
const sum = (xs: Float64Array): number => xs.reduce((a, b) => a + b, 0);
const rampSum = (n: number): number => (n * (n - 1)) / 2;

describe("values between processes", () => {
  it("arrive as what they are, both ways and from worker to worker", async () => {
    const values = [
      undefined,
      null,
      true,
      -0,
      Number.NaN,
      2n ** 70n,
      "text",
      new Map([["a", new Set([1])]]),
      new Date(7),
      [1, { two: [2] }],
      new Float32Array([1, 2]),
      new Uint8ClampedArray([300]),
      new BigInt64Array([-1n]),
      ramp(10_000),
      Array.from({ length: 10_000 }, (_, i) => ({ i })),
    ];
    for (const value of values) {
      const there = spawnWith(on(2), (x: unknown) => x, value);
      const further = spawnWith(on(3), (x: unknown) => x, there);
      const made = spawnWith(on(3), () => value);
      expect(await there.fetch()).toStrictEqual(value);
      expect(await further.fetch()).toStrictEqual(value);
      expect(await made.fetch()).toStrictEqual(value);
    }
  });

  it("may be functions, classes and tasks", async () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
      twice(): number {
        return this.x * 2;
      }
    }
    const point = await spawnWith(on(2), (p: Point) => new Point(p.twice()), new Point(4)).fetch();
    expect(point).toBeInstanceOf(Point);
    expect(point.twice()).toBe(16);
    const by = 10;
    const times = spawnWith(on(2), () => (x: number) => x * by);
    expect(await spawnWith(on(3), (f: (x: number) => number) => f(myid()), times).fetch()).toBe(30);
    const [child] = await spawnWith(on(2), () => [spawnWith(on(3), myid)]).fetch();
    expect(await child?.fetch()).toBe(3);
    expect(
      await spawnWith(on(3), async ([t]: readonly (typeof child)[]) => t?.fetch(), [child]).fetch(),
    ).toBe(3);
  });

  it("may be functions with much in them, and errors with much in them", async () => {
    const much = Array.from({ length: 5000 }, (_, i) => ({ i }));
    const made = spawnWith(on(2), () => () => much.length);
    expect((await made.fetch())()).toBe(5000);
    for (const worker of [1, 3]) {
      expect(await spawnWith(on(worker), (f: () => number) => f(), made).fetch()).toBe(5000);
    }
    const failing = spawnWith(on(2), () => {
      throw Object.assign(new Error("with much"), { much });
    });
    const dependant = spawnWith(on(3), (x: unknown) => x, failing);
    const error = await failureOf(spawnWith(on(1), (x: unknown) => x, dependant));
    expect((error.cause as { much: unknown }).much).toEqual(much);
  });

  it("carry errors with their class, cause and stack", async () => {
    const failing = spawnWith(on(2), function fails() {
      throw new RangeError("far away", { cause: { worker: myid() } });
    });
    const error = await failureOf(spawnWith(on(3), (x: unknown) => x, failing));
    expect(error.cause).toBeInstanceOf(RangeError);
    expect((error.cause as Error).cause).toEqual({ worker: 2 });
    expect((error.cause as Error).stack).toContain("fails");
    expect(error.path.map(({ name }) => name)).toEqual(["fails", "anonymous"]);
  });
});

describe("numbers", () => {
  it("travel as they lie in memory, of any size up to several pieces", async () => {
    for (const n of [1, 2047, 2048, 2049, MAX_BULK_BYTES / 8, MAX_BULK_BYTES / 8 + 1, 3_000_000]) {
      const made = spawnWith(on(2), ramp, n);
      expect(await spawnWith(on(3), sum, made).fetch()).toBe(rampSum(n));
      const mine = await made.fetch();
      expect(mine.length).toBe(n);
      expect(sum(mine)).toBe(rampSum(n));
      expect(await spawnWith(on(3), sum, mine).fetch()).toBe(rampSum(n));
    }
  });

  it("go as bulk, beside the messages: none of those grows with them", async () => {
    const messages = tap(2);
    const data = ramp(500_000);
    expect(await spawnWith(on(2), sum, data).fetch()).toBe(rampSum(500_000));
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages) expect(JSON.stringify(message).length).toBeLessThan(5000);
  });

  it("go straight from worker to worker, not through the first process", async () => {
    const before = traffic();
    const made = spawnWith(on(2), ramp, 1_000_000);
    const used = spawnWith(on(3), sum, made);
    expect(await used.fetch()).toBe(rampSum(1_000_000));
    expect(traffic()).toEqual(before);
    await made.fetch();
    expect(traffic()).toEqual({ ...before, received: before.received + 8e6 });
  });

  it("stay where they were made until somebody asks", async () => {
    const before = traffic();
    const made = spawnWith(on(2), ramp, 1_000_000);
    await made.wait();
    expect(await spawnWith(on(2), sum, made).fetch()).toBe(rampSum(1_000_000));
    expect(traffic()).toEqual(before);
  });

  it("move once to a worker while tasks of it use them, however many ask at once", async () => {
    const chunk = tochunk(ramp(1_000_000));
    const before = traffic();
    const slow = async (xs: Float64Array): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return xs.length;
    };
    const tasks = Array.from({ length: 8 }, () => spawnWith(on(2), slow, chunk));
    expect(await fetchAll(tasks)).toEqual(tasks.map(() => 1_000_000));
    expect(traffic()).toEqual({ ...before, sent: before.sent + 8e6 });
    chunk.dispose();
  });
});

describe("functions", () => {
  it("are sent once to a worker, with their sources", async () => {
    const messages = [tap(2), tap(3)];
    const helper = (x: number): number => x * 3;
    const used = (x: number): number => helper(x) + 1;
    const tasks = Array.from({ length: 200 }, (_, i) => spawnWith(on(2 + (i % 2)), used, i));
    expect(await fetchAll(tasks)).toEqual(tasks.map((_, i) => i * 3 + 1));
    for (const said of messages) {
      const sources = said.filter((m) => m.type === "source").map(({ text }) => text);
      expect(sources.filter((text) => text.includes("helper(x) + 1"))).toHaveLength(1);
      expect(new Set(sources).size).toBe(sources.length);
      expect(said.filter((m) => m.type === "function").length).toBeLessThanOrEqual(1);
      expect(said.filter((m) => m.type === "task")).toHaveLength(100);
    }
  });

  it("that capture what changes are sent by value, their source once", async () => {
    const messages = tap(2);
    let changing = 0;
    const results: number[] = [];
    for (changing = 0; changing < 5; changing++) {
      results.push(await spawnWith(on(2), () => changing * 2).fetch());
    }
    expect(results).toEqual([0, 2, 4, 6, 8]);
    const sources = messages.filter((m) => m.type === "source").map(({ text }) => text);
    expect(sources.filter((text) => text.includes("changing * 2"))).toHaveLength(1);
  });
});

it("a worker whose heap is full refuses what it has no room for, and goes on", async () => {
  const [small] = await addWorkers(1, { memory: "4MiB", spillDir: false });
  const there = on(small as number);
  const error = await failureOf(spawnWith(there, sum, ramp(1_000_000)));
  expect((error.cause as BodkinError).code).toBe("HEAP_FULL");
  // Filled up with many small values: there is no room for arguments, functions or errors of their own.
  const hold = [];
  for (let i = 0; i < 400; i++)
    hold.push(spawnWith(there, (n: number) => new Uint8Array(n), 16_000));
  await Promise.all(hold.map((task) => task.wait()));
  const refused = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      spawnWith(there, (_x: Uint8Array) => i, new Uint8Array(12_000))
        .fetch()
        .catch(({ cause }) => cause.code),
    ),
  );
  expect(refused.filter((code) => typeof code === "string" && code !== "HEAP_FULL")).toEqual([]);
  for (const task of hold) task.dispose();
  await until(async () => {
    const value = await spawnWith(there, sum, ramp(1000))
      .fetch()
      .catch(({ cause }) => {
        expect(cause.code).toBe("HEAP_FULL");
      });
    return value === rampSum(1000);
  });
});

it("a value of a task can be asked for by several processes before it is there", async () => {
  const slow = spawnWith(
    on(2),
    async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return Float64Array.from({ length: n }, () => 1);
    },
    100_000,
  );
  const asked = [1, 2, 3].map((worker) => spawnWith(on(worker), sum, slow));
  expect(await fetchAll(asked)).toEqual([1e5, 1e5, 1e5]);
  expect(await spawn(sum, slow).fetch()).toBe(1e5);
});
