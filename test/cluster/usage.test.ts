import {
  addWorkers,
  allProcessors,
  type Cluster,
  fetchAll,
  myid,
  scope,
  spawn,
  spawnWith,
  start,
  threadid,
} from "bodkin";
import { afterAll, beforeAll, expect, it } from "vitest";
import { traffic } from "./inside.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
  await addWorkers(2, { threads: 2 });
  // Threads start with the first task of their process.
  await fetchAll(
    allProcessors().map(({ worker, thread = 1 }) =>
      spawnWith({ scope: scope({ worker, thread }) }, threadid),
    ),
  );
});
afterAll(() => cluster.close());

const ALL = ["2.1", "2.2", "3.1", "3.2"];

/** Keeps a thread busy, not in a way that the engine can optimise away; gives where. */
function work(milliseconds: number): string {
  const until = performance.now() + milliseconds;
  let x = 1;
  while (performance.now() < until) x = (x * 1_103_515_245 + 12_345) % 2_147_483_648;
  return x < 0 ? "" : `${myid()}.${threadid()}`;
}

it("independent tasks use every thread of every worker by default", async () => {
  const ran = await fetchAll(Array.from({ length: 100 }, () => spawn(work, 10)));
  expect([...new Set(ran)].sort()).toEqual(ALL);
});

it("also few long ones, of a function never seen: no thread waits while another has two", async () => {
  const waiting = Array.from({ length: 4 }, () =>
    spawn((ms: number) => {
      const until = performance.now() + ms;
      while (performance.now() < until);
      return `${myid()}.${threadid()}`;
    }, 300),
  );
  expect((await fetchAll(waiting)).sort()).toEqual(ALL);
});

it("one task a processor, by scope, runs where the scope says", async () => {
  const places = [1, 2, 3].flatMap((worker) => [1, 2].map((thread) => ({ worker, thread })));
  const ran = await fetchAll(places.map((place) => spawnWith({ scope: scope(place) }, work, 1)));
  expect(ran).toEqual(places.map(({ worker, thread }) => `${worker}.${thread}`));
});

it("tasks of a task use every thread as well", async () => {
  const ran = await spawnWith({ scope: scope({ worker: 2 }) }, () =>
    fetchAll(Array.from({ length: 100 }, () => spawn(work, 10))),
  ).fetch();
  expect([...new Set(ran)].sort()).toEqual(ALL);
});

it("a task that is short goes to the worker that holds its large chunk", async () => {
  const before = traffic();
  for (const worker of [2, 3, 3, 2]) {
    const made = spawnWith({ scope: scope({ worker }) }, (n: number) => new Float64Array(n), 2e6);
    await made.wait();
    const users = Array.from({ length: 4 }, () =>
      spawnWith({ timeUtil: 1e-4 }, (xs: Float64Array) => [xs.length, myid()], made),
    );
    expect(await fetchAll(users)).toEqual(users.map(() => [2e6, worker]));
  }
  expect(traffic()).toEqual(before);
});

it("what was measured changes where a task goes: a costly one leaves the worker that holds its chunk", async () => {
  const heavy = (xs: Float64Array): number => {
    const until = performance.now() + 100;
    while (performance.now() < until) xs.length;
    return myid();
  };
  const light = (xs: Float64Array): number => {
    if (xs.length < 0) return 0;
    return myid();
  };
  const held = spawnWith(
    { scope: scope({ worker: 2 }) },
    (n: number) => new Float64Array(n),
    2.5e6,
  );
  await held.wait();
  const both = { scope: scope({ workers: [2, 3] }) };
  // Measured on the worker that holds the chunk, where nothing is moved.
  for (const fn of [heavy, light]) {
    for (let i = 0; i < 4; i++) await spawnWith({ scope: scope({ worker: 2 }) }, fn, held).fetch();
  }
  const places = async (fn: typeof heavy): Promise<number[]> => {
    const tasks = Array.from({ length: 6 }, () => spawnWith(both, fn, held));
    return (await fetchAll(tasks)).sort();
  };
  // Six of them are six tenths of a second on two threads: moving 20 MB pays.
  expect(new Set(await places(heavy))).toEqual(new Set([2, 3]));
  // Nothing but the measurements tells these apart from the others.
  expect(new Set(await places(light))).toEqual(new Set([2]));
});

it("tasks that wait for others do not keep those from their place", async () => {
  const gateTask = spawn((n: number) => n, 1);
  const last = spawn(async (n: number) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return n;
  }, gateTask);
  // Ready long after these have begun, which fill every worker.
  const late = spawn((n: number) => n + 1, last);
  const waiting = Array.from({ length: 400 }, () =>
    spawn(async ([task]: readonly { fetch(): Promise<number> }[]) => task?.fetch(), [late]),
  );
  expect(new Set(await fetchAll(waiting))).toEqual(new Set([2]));
});
