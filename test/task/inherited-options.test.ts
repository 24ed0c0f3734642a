import {
  addWorkers,
  type Cluster,
  fetchAll,
  getOptions,
  myid,
  type Scope,
  scope,
  spawn,
  spawnWith,
  start,
  taskId,
  threadid,
  withOptions,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

describe("options and tasks of tasks, on three workers", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 1 });
    await addWorkers(2, { threads: 2 });
  });
  afterAll(() => cluster.close());

  const where = () => myid();
  const inherited = async () => {
    const own = [getOptions("priority", 0), myid()];
    await Promise.resolve();
    const child = await spawn(() => [getOptions("priority", 0), myid()]).fetch();
    const grand = await spawn(async () =>
      spawn(() => [getOptions("priority", 0), myid()]).fetch(),
    ).fetch();
    return [own, child, grand];
  };

  it.each([1, 2, 3])("reach the tasks of a task on worker %i", async (worker) => {
    const options = { priority: 4, scope: scope({ worker }) };
    const task = withOptions(options, () => spawn(inherited));
    expect(await task.fetch()).toEqual([
      [4, worker],
      [4, worker],
      [4, worker],
    ]);
    // Options of one task are its own.
    const alone = spawnWith({ ...options, scope: scope({ worker }) }, () =>
      getOptions("priority", "none"),
    );
    expect(await alone.fetch()).toBe("none");
  });

  it("leave the task's name alone, wherever it runs", async () => {
    for (const worker of [1, 2]) {
      const task = spawnWith({ scope: scope({ worker }) }, async () => {
        const before = taskId();
        await Promise.resolve();
        return [before, taskId()];
      });
      expect(await task.fetch()).toEqual([task.id, task.id]);
    }
  });

  it("are changed within a task, for its tasks", async () => {
    const switching = async (there: Scope) => {
      const before = await spawn(where).fetch();
      const inside = await withOptions({ scope: there }, async () => {
        const first = await spawn(where).fetch();
        return [first, await spawn(where).fetch(), getOptions("priority", 0)];
      });
      return [before, inside, await spawn(where).fetch(), String(getOptions("scope"))];
    };
    const [two, three] = [scope({ worker: 2 }), scope({ worker: 3 })];
    const task = withOptions({ scope: two, priority: 2 }, () => spawn(switching, three));
    expect(await task.fetch()).toEqual([2, [3, 3, 2], 2, String(two)]);
  });

  it("let computeScope win over scope", async () => {
    const [two, three] = [scope({ worker: 2 }), scope({ worker: 3 })];
    expect(await spawnWith({ scope: two, computeScope: three }, where).fetch()).toBe(3);
    expect(
      await withOptions({ computeScope: three }, () => spawnWith({ scope: two }, where)).fetch(),
    ).toBe(3);
  });

  it("compute where the result shall be, and use it there", async () => {
    const three = scope({ worker: 3 });
    const task = spawnWith({ resultScope: three }, where);
    expect(await task.fetch()).toBe(3);
    expect(await spawn((_: number) => myid(), task).fetch()).toBe(3);
    const thread = scope({ worker: 2, thread: 2 });
    const inside = spawnWith({ scope: scope({ worker: 2 }), resultScope: thread }, () => [
      myid(),
      threadid(),
    ]);
    expect(await inside.fetch()).toEqual([2, 2]);
    const outside = spawnWith({ scope: scope({ worker: 2 }), resultScope: three }, where);
    await expect(outside.fetch()).rejects.toThrow(
      /compute_scope and result_scope are not compatible: /,
    );
    const elsewhere = spawnWith({ scope: scope({ worker: 2 }) }, (n: number) => n, task);
    await expect(elsewhere.fetch()).rejects.toThrow(
      /Current scope and argument Chunk scope are not compatible: /,
    );
  });

  it("run a failed task again on another worker, too", async () => {
    const twice = () => {
      const seen = globalThis as { tries?: number };
      seen.tries = (seen.tries ?? 0) + 1;
      if (seen.tries < 3) throw new Error(`try ${seen.tries}`);
      return [myid(), seen.tries];
    };
    const on = scope({ worker: 2, thread: 1 });
    expect(await spawnWith({ scope: on, retries: 2 }, twice).fetch()).toEqual([2, 3]);
  });

  it("let independent tasks under one scope use all of it", async () => {
    const on = scope({ workers: [2, 3] });
    const meeting = withOptions({ scope: on }, () =>
      Array.from({ length: 40 }, () => spawn(where)),
    );
    const used = new Set(await fetchAll(meeting));
    for (const worker of used) expect([2, 3]).toContain(worker);
  });
});
