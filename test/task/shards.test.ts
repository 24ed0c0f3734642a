import {
  addWorkers,
  allProcessors,
  type Cluster,
  fetchAll,
  getOptions,
  myid,
  SchedulingError,
  type Shard,
  scope,
  shard,
  spawn,
  spawnWith,
  start,
  threadid,
  waitAll,
  withOptions,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { causeOf } from "../support/failures.ts";

const THREADS = 2;
let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: THREADS });
  await addWorkers(2, { threads: THREADS });
});
afterAll(() => cluster.close());

const place = () => [myid(), threadid()];

describe("a shard", () => {
  const histogram = () => new Map<number, number>();
  const push = (h: Map<number, number>, value: number) => {
    h.set(value % 10, (h.get(value % 10) ?? 0) + 1);
    return place();
  };
  const total = async (h: Shard<Map<number, number>>): Promise<number> => {
    const sums = await fetchAll(h.map((m) => [...m.values()].reduce((a, b) => a + b, 0)));
    return sums.reduce((a, b) => a + b, 0);
  };

  it.each<readonly [string, () => Shard<Map<number, number>>, readonly string[]]>([
    ["a worker", () => shard(histogram), ["2", "3"]],
    ["a thread", () => shard(histogram, { perThread: true }), ["2.1", "2.2", "3.1", "3.2"]],
    ["a listed worker", () => shard(histogram, { workers: [1, 3] }), ["1", "3"]],
    [
      "a thread of a listed worker",
      () => shard(histogram, { workers: [1], perThread: true }),
      ["1.1", "1.2"],
    ],
    [
      "a listed processor",
      () => shard(histogram, { procs: allProcessors().filter(({ thread }) => thread === 2) }),
      ["1.2", "2.2", "3.2"],
    ],
  ])("has one piece %s; what 100 tasks push adds up", async (_, make, places) => {
    const h = make();
    expect(h.length).toBe(places.length);
    const used = await fetchAll(Array.from({ length: 100 }, (_, i) => spawn(push, h, i)));
    for (const [worker, thread] of used) {
      const isIn = places.includes(`${worker}`) || places.includes(`${worker}.${thread}`);
      expect(isIn).toBe(true);
    }
    expect(await total(h)).toBe(100);
  });

  it("maps a function over its pieces, in their order, each where it is", async () => {
    const h = shard(() => [myid(), threadid()], { perThread: true });
    const seen = await fetchAll(h.map((piece) => [piece, [myid(), threadid()]]));
    expect(seen.map(([piece]) => piece)).toEqual([
      [2, 1],
      [2, 2],
      [3, 1],
      [3, 2],
    ]);
    for (const [piece, here] of seen) expect(here).toEqual(piece);
    // Also under a scope that says otherwise.
    const under = withOptions({ computeScope: scope({ worker: 2 }), priority: 3 }, () =>
      h.map(() => [myid(), getOptions("priority", 0)]),
    );
    expect(await fetchAll(under)).toEqual([
      [2, 3],
      [2, 3],
      [3, 3],
      [3, 3],
    ]);
  });

  it("keeps tasks to the processors that have a piece", async () => {
    const h = shard(histogram, { workers: [2] });
    expect(await causeOf(spawnWith({ scope: scope({ worker: 3 }) }, push, h, 1))).toBeInstanceOf(
      SchedulingError,
    );
    const used = await fetchAll(Array.from({ length: 10 }, () => spawn(push, h, 1)));
    expect(new Set(used.map(([worker]) => worker))).toEqual(new Set([2]));
    await waitAll(h.map((m) => m.clear()));
    expect(await total(h)).toBe(0);
  });

  it("is used from within tasks, beside other arguments", async () => {
    const h = shard(histogram, { perThread: true });
    const mixed = spawn(
      (a: number, m: Map<number, number>, b: number) => m.set(a, b).get(a),
      spawn((x: number) => x, 5),
      h,
      7,
    );
    expect(await mixed.fetch()).toBe(7);
  });
});
