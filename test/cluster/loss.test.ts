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
  type Task,
  workers,
} from "bodkin";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureNode } from "../../src/cluster/session.ts";
import { Placer } from "../../src/sched/placement.ts";
import { times } from "../support/counts.ts";
import { failureOf, isAlive, pidOf, until } from "./inside.ts";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await start({ threads: 1 });
});
afterEach(() => cluster.close());

const on = (worker: number) => ({ scope: scope({ worker }) });
const forever = (): Promise<void> => new Promise(() => {});
const kill = (pid: number): void => void process.kill(pid, "SIGKILL");
const lost = (error: { readonly cause?: unknown }): string => {
  const { code, message } = error.cause as BodkinError;
  return `${code}: ${message}`;
};

describe("a worker that is killed", () => {
  it("fails what it ran, within a second, and what depends on that; others go on; another can be added", async () => {
    await addWorkers(2, { threads: 2 });
    const pid = await pidOf(2);
    const elsewhere = spawnWith(on(3), async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return "went on";
    });
    const spin = spawnWith({ ...on(2), name: "spin" }, () => {
      for (;;);
    });
    const waits = spawnWith({ ...on(2), name: "waits" }, forever);
    const after = spawnWith({ ...on(3), name: "after" }, (..._: unknown[]) => 1, spin, waits);
    await spawnWith(on(2), () => 1).fetch();
    const started = performance.now();
    kill(pid);
    for (const task of [spin, waits]) {
      expect(lost(await failureOf(task))).toBe(
        "WORKER_LOST: worker 2 was lost while it ran this task: its process ended with signal SIGKILL",
      );
    }
    expect(performance.now() - started).toBeLessThan(1000);
    expect((await failureOf(after)).path.at(-1)?.name).toBe("after");
    expect(workers()).toEqual([1, 3]);
    expect(await elsewhere.fetch()).toBe("went on");
    expect(await fetchAll([spawn(myid), spawn(myid)])).toEqual([3, 3]);
    await expect(spawnWith(on(2), myid).fetch()).rejects.toThrow("No processors available");
    expect(await addWorkers(1)).toEqual([4]);
    expect(
      await spawnWith(on(4), () =>
        spawnWith({ scope: scope({ worker: 3 }) }, myid).fetch(),
      ).fetch(),
    ).toBe(3);
  });

  it("loses its data, which says so to whoever asks; copies of it live on", async () => {
    await addWorkers(2);
    const pid = await pidOf(2);
    const make = (n: number) => new Float64Array(n).fill(1);
    const length = (xs: Float64Array) => xs.length;
    const only = spawnWith(on(2), make, 1e5);
    const shared = spawnWith(on(2), make, 2e5);
    await only.wait();
    await shared.fetch(); // brings it here
    kill(pid);
    await until(() => !workers().includes(2));
    const wants = spawnWith(on(3), length, only);
    expect(lost(await failureOf(wants))).toMatch(
      /^WORKER_LOST: the data was on worker 2, which is gone/,
    );
    await expect(only.fetch()).rejects.toThrow("the data was on worker 2, which is gone");
    expect(await shared.fetch()).toHaveLength(2e5);
    expect(await spawnWith(on(3), length, shared).fetch()).toBe(2e5);
  });

  it("ends the wait for tasks that it had spawned, wherever they were asked for", async () => {
    await addWorkers(2);
    const pid = await pidOf(2);
    const [child] = await spawnWith(on(2), () => [
      spawn(() => new Promise<void>(() => {})),
    ]).fetch();
    const here = failureOf(child);
    const there = spawnWith(on(3), ([t]: readonly (typeof child)[]) => t?.fetch(), [child]);
    await until(async () => (await spawnWith(on(3), () => 1).fetch()) === 1);
    kill(pid);
    expect(lost(await here)).toBe("WORKER_LOST: the task was spawned on worker 2, which is gone");
    expect((await failureOf(there)).message).toContain(
      "the task was spawned on worker 2, which is gone",
    );
    expect(
      (await failureOf(spawnWith(on(3), ([t]: readonly (typeof child)[]) => t?.fetch(), [child])))
        .message,
    ).toContain("is gone");
  });

  it("during a transfer fails who waits for the data, and frees what was being sent to it", async () => {
    await addWorkers(2);
    const heap = ensureNode()?.context.heap;
    const level = heap?.stats().chunks ?? 0;
    for (const direction of ["from", "to"]) {
      const [worker] = await addWorkers(1);
      const pid = await pidOf(worker as number);
      const n = 8e6;
      const data = new Float64Array(n);
      const made = spawnWith(
        on(direction === "from" ? (worker as number) : 3),
        (k: number) => new Float64Array(k),
        n,
      );
      await made.wait();
      const users =
        direction === "from"
          ? [spawnWith(on(3), (xs: Float64Array) => xs.length, made)]
          : [
              spawnWith(on(worker as number), (xs: Float64Array) => xs.length, data),
              spawnWith(on(worker as number), (xs: Float64Array) => xs.length, made),
            ];
      await new Promise(setImmediate);
      kill(pid);
      for (const user of users) expect(lost(await failureOf(user))).toContain("WORKER_LOST");
      for (const task of [made, ...users]) task.dispose();
    }
    // What this process sent is its own again.
    await until(async () => {
      await spawn(() => 1).fetch();
      return (heap?.stats().chunks ?? 0) < level + 40;
    });
    expect(heap?.stats().bytes).toBeLessThan(60e6);
  });

  it("while it starts fails addWorkers, which leaves nothing behind", async () => {
    const [first] = await addWorkers(1);
    const added = addWorkers(2);
    const refused = expect(added).rejects.toThrow(
      /worker \d did not start: its process ended with signal SIGKILL/,
    );
    const { startedPids } = await import("./children.ts");
    await until(() => startedPids().length === 3);
    const pids = startedPids();
    kill(pids.at(-1) as number);
    await refused;
    expect(workers()).toEqual([1, first]);
    await until(() => pids.slice(1).every((pid) => !isAlive(pid)));
    expect(await addWorkers(1)).toEqual([5]);
    expect(
      await spawnWith(on(5), () =>
        spawnWith({ scope: scope({ worker: 2 }) }, myid).fetch(),
      ).fetch(),
    ).toBe(2);
  });

  it("while it is removed is no longer waited for", async () => {
    await addWorkers(2);
    const pid = await pidOf(2);
    const busy = spawnWith(on(2), forever);
    await spawnWith(on(2), () => 1).fetch();
    const removed = cluster.removeWorker(2);
    kill(pid);
    await removed;
    expect(lost(await failureOf(busy))).toContain("WORKER_LOST");
    expect(workers()).toEqual([1, 3]);
  });
});

describe("a worker that is frozen", () => {
  const freeze = (pid: number): void => void process.kill(pid, "SIGSTOP");

  it("is given up within three seconds: its tasks fail, others go on, its process ends", async () => {
    await addWorkers(2, { threads: 2 });
    const pid = await pidOf(2);
    const waits = spawnWith({ ...on(2), name: "waits" }, forever);
    const data = spawnWith(on(2), (n: number) => new Float64Array(n), 1e5);
    await data.wait();
    const started = performance.now();
    freeze(pid);
    const wants = spawnWith(on(3), (xs: Float64Array) => xs.length, data);
    expect(lost(await failureOf(waits))).toBe(
      "WORKER_LOST: worker 2 was lost while it ran this task: nothing was heard of it for 2 s",
    );
    expect(performance.now() - started).toBeLessThan(3000);
    expect(lost(await failureOf(wants))).toContain("the data was on worker 2, which is gone");
    expect(workers()).toEqual([1, 3]);
    expect(await spawnWith(on(3), myid).fetch()).toBe(3);
    await until(() => !isAlive(pid));
  });

  it("gets no more tasks as soon as it is suspected; heard again, it goes on", async () => {
    await addWorkers(2, { threads: 1 });
    const pid = await pidOf(2);
    const node = ensureNode();
    const suspected = Promise.withResolvers<void>();
    const placing = Reflect.get(Placer.prototype, "suspend");
    Placer.prototype.suspend = function (worker, is) {
      placing.call(this, worker, is);
      if (worker === 2 && is) suspected.resolve();
    };
    try {
      freeze(pid);
      await suspected.promise;
      const busy = spawnWith(on(3), forever); // worker 2 would be the better one
      expect(await spawnWith({ scope: scope({ worker: 2 }, { worker: 3 }) }, myid).fetch()).toBe(3);
      process.kill(pid, "SIGCONT");
      expect(await spawnWith(on(2), myid).fetch()).toBe(2);
      expect(node?.members.map(({ worker }) => worker)).toEqual([1, 2, 3]);
      busy.cancel();
    } finally {
      Placer.prototype.suspend = placing;
    }
  });

  it("is waited for as long as the program wants", async () => {
    await cluster.close();
    cluster = await start({ threads: 1, workers: 1, lostAfter: 400 });
    const pid = await pidOf(2);
    const waits = spawnWith(on(2), forever);
    freeze(pid);
    expect(lost(await failureOf(waits))).toMatch(/nothing was heard of it for 0.4 s$/);
  });

  it("is not taken for one when this process itself was busy for long", async () => {
    await cluster.close();
    cluster = await start({ threads: 1, workers: 2, lostAfter: 200 });
    for (let i = 0; i < 4; i++) {
      const until = performance.now() + 500;
      while (performance.now() < until);
      await new Promise(setImmediate);
    }
    expect(await fetchAll([spawnWith(on(2), myid), spawnWith(on(3), myid)])).toEqual([2, 3]);
  });
});

it("a process that calls process.exit() in its control thread, or stops for want of threads, is lost as well", async () => {
  await addWorkers(2);
  const task = spawnWith(
    on(2),
    () => process.kill(process.pid, "SIGTERM") && new Promise(() => {}),
  );
  expect(lost(await failureOf(task))).toContain("its process ended with");
  expect(await spawn(myid).fetch()).toBe(3);
});

it("random graphs never hang and never give a wrong result, whenever workers die", async () => {
  await addWorkers(3, { threads: 2 });
  const node = fc.record({
    inputs: fc.array(fc.nat(), { maxLength: 3 }),
    size: fc.constantFrom(1, 3000, 100_000),
    place: fc.constantFrom("any", "any", "last"),
    milliseconds: fc.constantFrom(0, 0, 0, 2),
  });
  const run = (size: number, milliseconds: number, ...inputs: Float64Array[]): Float64Array => {
    const until = performance.now() + milliseconds;
    while (performance.now() < until);
    return new Float64Array(size).fill(inputs.reduce((sum, xs) => sum + (xs[0] as number), 1));
  };
  const property = fc.asyncProperty(
    fc.array(node, { minLength: 5, maxLength: 60 }),
    fc.nat(30),
    async (nodes, delay) => {
      const last = workers().at(-1) as number;
      const pid = await pidOf(last);
      const expected: number[] = [];
      const tasks: Task<Float64Array>[] = [];
      for (const [i, { inputs, size, place, milliseconds }] of nodes.entries()) {
        const from = i === 0 ? [] : inputs.map((n) => n % i);
        expected.push(from.reduce((sum, n) => sum + (expected[n] as number), 1));
        const options = place === "last" ? on(last) : {};
        const args = from.map((n) => tasks[n] as Task<Float64Array>);
        tasks.push(spawnWith(options, run, size, milliseconds, ...args));
      }
      await new Promise((resolve) => setTimeout(resolve, delay));
      kill(pid);
      const outcomes = await Promise.allSettled(tasks.map((task) => task.fetch()));
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.status === "fulfilled") expect(outcome.value[0]).toBe(expected[i]);
        else {
          // The task failed, or its result was lost.
          const { cause = outcome.reason } = outcome.reason;
          expect(cause.code).toMatch(/^(WORKER_LOST|SCHEDULING)$/);
        }
      }
      await until(() => !workers().includes(last));
      await addWorkers(1, { threads: 2 });
    },
  );
  await fc.assert(property, { seed: 5, numRuns: Math.max(3, times(100)), endOnFailure: true });
}, 600_000);
