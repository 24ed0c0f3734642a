import {
  addWorkers,
  allProcessors,
  type Cluster,
  compatibleProcessors,
  fetchAll,
  myid,
  removeWorker,
  scope,
  spawn,
  spawnWith,
  start,
  threadid,
  workers,
} from "bodkin";
import { afterEach, describe, expect, it } from "vitest";
import { isAlive, pidOf, until } from "./inside.ts";

let cluster: Cluster;
afterEach(() => cluster.close());

const where = (): readonly [number, number] => [myid(), threadid()];

describe("added workers", () => {
  it("have the ids of the talk, and compute in place of the first", async () => {
    cluster = await start({ threads: 2 });
    expect(workers()).toEqual([1]);
    expect(await addWorkers(2, { threads: 2 })).toEqual([2, 3]);
    expect(workers()).toEqual([1, 2, 3]);
    expect(cluster.workers).toEqual([1, 2, 3]);
    expect(allProcessors().map(({ worker, thread }) => [worker, thread])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
      [3, 1],
      [3, 2],
    ]);
    expect(compatibleProcessors().map(({ worker }) => worker)).toEqual([2, 2, 3, 3]);

    const ran = await fetchAll(Array.from({ length: 50 }, () => spawn(myid)));
    expect(new Set(ran)).toEqual(new Set([2, 3]));
    expect(await spawnWith({ scope: scope({ worker: 1 }) }, myid).fetch()).toBe(1);
    expect(await spawnWith({ scope: scope({ worker: 3, thread: 2 }) }, where).fetch()).toEqual([
      3, 2,
    ]);
    expect(myid()).toBe(1);
    expect(threadid()).toBe(0);
  });

  it("know each other: their tasks see all, and spawn on all", async () => {
    cluster = await start({ threads: 1, workers: 2 });
    for (const worker of [1, 2, 3]) {
      const seen = await spawnWith({ scope: scope({ worker }) }, async () => {
        const others = await fetchAll(
          [1, 2, 3].map((other) => spawnWith({ scope: scope({ worker: other }) }, myid)),
        );
        return { workers: workers(), others };
      }).fetch();
      expect(seen).toEqual({ workers: [1, 2, 3], others: [1, 2, 3] });
    }
  });

  it("may have other numbers of threads, and be added by several calls at once", async () => {
    cluster = await start({ threads: 1 });
    const added = await Promise.all([
      addWorkers(1, { threads: 3 }),
      cluster.addWorkers(2),
      addWorkers(1, { threads: 2 }),
    ]);
    expect(added.flat()).toEqual([2, 3, 4, 5]);
    expect(allProcessors().map(({ worker }) => worker)).toEqual([1, 2, 2, 2, 3, 4, 5, 5]);
    const pairs = [2, 3, 4, 5].flatMap((a) => [2, 3, 4, 5].map((b) => [a, b] as const));
    const reached = pairs.map(([a, b]) =>
      spawnWith(
        { scope: scope({ worker: a }) },
        async (other: number) =>
          [myid(), await spawnWith({ scope: scope({ worker: other }) }, myid).fetch()] as const,
        b,
      ),
    );
    expect(await fetchAll(reached)).toEqual(pairs);
  });

  it("get tasks that were spawned before", async () => {
    cluster = await start({ threads: 1 });
    const before = spawn(myid);
    await addWorkers(1);
    expect(await before.fetch()).toBe(1);
    expect(await spawn(myid).fetch()).toBe(2);
  });
});

describe("a removed worker", () => {
  it("ends its tasks first, and its process ends", async () => {
    cluster = await start({ threads: 1, workers: 2 });
    const pid = await pidOf(2);
    const slow = spawnWith({ scope: scope({ worker: 2 }) }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return myid();
    });
    await removeWorker(2);
    expect(await slow.fetch()).toBe(2);
    expect(isAlive(pid)).toBe(false);
    expect(workers()).toEqual([1, 3]);
    expect(await spawn(myid).fetch()).toBe(3);
    await cluster.removeWorker(3);
    expect(workers()).toEqual([1]);
    expect(await spawn(myid).fetch()).toBe(1);
    expect(await addWorkers(1)).toEqual([4]);
    expect(await spawn(myid).fetch()).toBe(4);
  });

  it("ends the tasks of other workers first", async () => {
    cluster = await start({ threads: 1, workers: 2 });
    const pid = await pidOf(2);
    const through = spawnWith({ scope: scope({ worker: 3 }) }, () =>
      spawnWith({ scope: scope({ worker: 2 }) }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 200));
        return process.pid;
      }).fetch(),
    );
    // The inner task must have begun; worker 3 says so by having begun to wait.
    await until(async () => {
      const idle = spawnWith({ scope: scope({ worker: 3 }) }, () => 1);
      return (await idle.fetch()) === 1;
    });
    await removeWorker(2);
    expect(await through.fetch()).toBe(pid);
  });

  it("leaves its data to those who need it, and they to others", async () => {
    cluster = await start({ threads: 1, workers: 3 });
    const make = (n: number) => new Float64Array(n).fill(myid());
    const made = spawnWith({ scope: scope({ worker: 2 }) }, make, 100_000);
    // Known to worker 3 through worker 2: that reference must not be lost either.
    const passed = spawnWith({ scope: scope({ worker: 2 }) }, () =>
      spawnWith(
        { scope: scope({ worker: 3 }) },
        (n: number) => new Float64Array(n).fill(myid()),
        50_000,
      ).fetch(),
    );
    await made.wait();
    await passed.wait();
    await removeWorker(2);
    const sum = (xs: Float64Array) => xs.reduce((a, b) => a + b, 0);
    for (const worker of [3, 4]) {
      expect(await spawnWith({ scope: scope({ worker }) }, sum, made).fetch()).toBe(200_000);
      expect(await spawnWith({ scope: scope({ worker }) }, sum, passed).fetch()).toBe(150_000);
    }
    expect(sum(await made.fetch())).toBe(200_000);
  });

  it("fails tasks that only it could run, saying so", async () => {
    cluster = await start({ threads: 1, workers: 2 });
    const only = scope({ worker: 2 });
    await removeWorker(2);
    await expect(spawnWith({ scope: only }, myid).fetch()).rejects.toThrow(
      "No processors available, try widening scope",
    );
  });

  it("must be one that there is, and not the first", async () => {
    cluster = await start({ threads: 1, workers: 1 });
    await expect(removeWorker(1)).rejects.toThrow(
      "worker 1 is this process; end it with cluster.close()",
    );
    await expect(removeWorker(7)).rejects.toThrow("there is no worker 7; there are 1, 2");
    await removeWorker(2);
    await expect(removeWorker(2)).rejects.toThrow("there is no worker 2; there are 1");
  });
});
