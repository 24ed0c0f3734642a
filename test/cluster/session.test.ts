import {
  addWorkers,
  allProcessors,
  type BodkinError,
  type Cluster,
  removeWorker,
  scope,
  spawn,
  spawnWith,
  start,
  TaskFailedError,
  workers,
} from "bodkin";
import { afterEach, describe, expect, it } from "vitest";
import type { AddOptions, StartOptions } from "../../src/cluster/settings.ts";
import { script } from "../support/script.ts";
import { heapOf, isAlive, pidOf } from "./inside.ts";

let cluster: Cluster | undefined;
const VARIABLES = [
  "BODKIN_THREADS",
  "BODKIN_WORKERS",
  "BODKIN_MEMORY",
  "BODKIN_LOST_AFTER",
] as const;
afterEach(async () => {
  for (const name of VARIABLES) delete process.env[name];
  await cluster?.close();
  cluster = undefined;
});

describe("start", () => {
  it("twice is refused, saying what to do", async () => {
    cluster = await start({ threads: 1 });
    await expect(start()).rejects.toThrow(
      "a cluster is running (the first spawn starts one): call start() before the first task, or close() it first",
    );
    const both = await Promise.allSettled([start(), start()]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("works again after close, as often as you like", async () => {
    for (let round = 0; round < 3; round++) {
      const own = await start({ threads: 1, workers: round % 2 });
      expect(workers()).toEqual(round % 2 ? [1, 2] : [1]);
      expect(await spawn((x: number) => x + 1, round).fetch()).toBe(round + 1);
      await own.close();
    }
  });

  it("waits for a close that is under way", async () => {
    const first = await start({ threads: 1, workers: 1 });
    void first.close();
    cluster = await start({ threads: 1 });
    expect(await spawn(() => "new").fetch()).toBe("new");
    expect(workers()).toEqual([1]);
  });

  it.each([
    [{ threads: 0 }, "threads must be a whole number from 1 to 254, not 0"],
    [{ threads: 1.5 }, "threads must be a whole number from 1 to 254, not 1.5"],
    [{ threads: 1000 }, "threads must be a whole number from 1 to 254, not 1000"],
    [{ threads: Number.NaN }, "threads must be a whole number from 1 to 254, not NaN"],
    [{ workers: -1 }, "workers must be a whole number from 0 to 254, not -1"],
    [{ memory: "lots" }, 'memory must be from 1 MiB to 4 GiB, such as "512MiB", not lots'],
    [{ memory: "8GiB" }, 'memory must be from 1 MiB to 4 GiB, such as "512MiB", not 8GiB'],
    [{ memory: 5 }, 'memory must be from 1 MiB to 4 GiB, such as "512MiB", not 5'],
    [{ memory: "512 parsecs" }, "memory must be from 1 MiB to 4 GiB"],
    [{ spillDir: "" }, "spillDir must be the path of a folder, or false"],
    [{ spillDir: "/no/such/folder" }, "spillDir: '/no/such/folder' does not exist; name a folder"],
    [{ spillDir: process.execPath }, "is not a folder; name a folder"],
    [{ lostAfter: 0 }, "lostAfter must be milliseconds from 200, or false to give up no worker"],
    [{ lostAfter: Number.NaN }, "lostAfter must be milliseconds from 200"],
    [{ thread: 2 }, "start() has no option 'thread' (did you mean 'threads'?)"],
  ])("refuses %o before anything runs", async (options, message) => {
    await expect(start(options as StartOptions)).rejects.toThrow(message);
    cluster = await start({ threads: 1 }); // nothing was left behind
  });

  it("inside of a task is refused", async () => {
    cluster = await start({ threads: 1 });
    await expect(spawn(async () => void (await start())).fetch()).rejects.toThrow(
      "start() belongs into the main program, not into a task",
    );
    await expect(spawn(async () => void (await addWorkers(1))).fetch()).rejects.toThrow(
      "addWorkers() belongs into the main program, not into a task",
    );
  });
});

describe("the environment", () => {
  it("says how many threads and workers, and how much memory, where the call does not", async () => {
    process.env["BODKIN_THREADS"] = "3";
    process.env["BODKIN_WORKERS"] = "1";
    process.env["BODKIN_MEMORY"] = "64MiB";
    cluster = await start();
    expect(allProcessors().map(({ worker }) => worker)).toEqual([1, 1, 1, 2, 2, 2]);
    expect((await heapOf(2)).spill?.bound).toBe(64 * 2 ** 20);
    await cluster.close();
    cluster = await start({ threads: 1, workers: 0, memory: "32 MiB" });
    expect(allProcessors()).toHaveLength(1);
    expect((await heapOf(1)).spill?.bound).toBe(32 * 2 ** 20);
  });

  it("holds for what the first task starts; its tasks go to the workers", async () => {
    const { code, stdout } = await script(
      `print(await spawn(() => \`\${bodkin.myid()} of \${workers()}\`).fetch());`,
      { env: { BODKIN_THREADS: "1", BODKIN_WORKERS: "1" } },
    ).ended;
    expect(stdout).toBe("2 of 1,2\n");
    expect(code).toBe(0);
  });

  it.each([
    ["BODKIN_THREADS", "many", "BODKIN_THREADS must be a whole number from 1 to 254, not many"],
    ["BODKIN_WORKERS", "-2", "BODKIN_WORKERS must be a whole number from 0 to 254, not -2"],
    ["BODKIN_MEMORY", "1 byte", "BODKIN_MEMORY must be from 1 MiB to 4 GiB"],
    ["BODKIN_LOST_AFTER", "soon", "BODKIN_LOST_AFTER must be milliseconds from 200, or false"],
  ])("%s=%s is refused, by name", async (name, value, message) => {
    process.env[name] = value;
    await expect(start()).rejects.toThrow(message);
    expect(() => spawn(() => 1)).toThrow(message);
  });
});

describe("memory", () => {
  it("is as large as start() says in every worker, unless addWorkers() says otherwise", async () => {
    cluster = await start({ threads: 1, memory: "48MiB" });
    await addWorkers(1);
    await cluster.addWorkers(1, { memory: 16 * 2 ** 20 });
    await cluster.addWorkers(1, { spillDir: false });
    const heaps = await Promise.all([1, 2, 3, 4].map(heapOf));
    expect(heaps.map(({ spill }) => spill && spill.bound / 2 ** 20)).toEqual([
      48,
      48,
      16,
      undefined,
    ]);
    expect(heaps[3]?.capacity).toBe(48 * 2 ** 20);
  });

  it("that is full, where nothing goes to disk, fails the task that asks for more, and only that one", async () => {
    cluster = await start({ threads: 1, workers: 1, memory: "16MiB", spillDir: false });
    const fill = (n: number) => new Float64Array(n).fill(1);
    for (const target of [{ worker: 1 }, { worker: 2 }]) {
      const error: TaskFailedError = await spawnWith({ scope: scope(target) }, fill, 4e6)
        .fetch()
        .catch((thrown) => thrown);
      expect(error).toBeInstanceOf(TaskFailedError);
      expect((error.cause as BodkinError).code).toBe("HEAP_FULL");
      expect((error.cause as BodkinError).message).toMatch(
        /no room for 30\.5 MiB in the heap of 16\.0 MiB/,
      );
      expect(await spawnWith({ scope: scope(target) }, fill, 10).fetch()).toHaveLength(10);
    }
  });
});

describe("close", () => {
  it("may be called again, also at once, and by `await using`", async () => {
    {
      await using own = await start({ threads: 1, workers: 1 });
      const pid = await pidOf(2);
      await Promise.all([own.close(), own.close()]);
      await own.close();
      expect(isAlive(pid)).toBe(false);
    }
    await using next = await start({ threads: 1 });
    expect(next.threads).toBe(1);
  });

  it("fails what is not done, wherever it runs, with an error that says why", async () => {
    const own = await start({ threads: 1, workers: 1 });
    const forever = (): Promise<void> => new Promise(() => {});
    const spin = (): void => {
      for (;;);
    };
    const tasks = [
      spawn(forever),
      spawnWith({ scope: scope({ worker: 1 }) }, forever),
      spawn(spin),
      spawnWith({ scope: scope({ worker: 1 }) }, spin),
    ];
    const after = spawn((..._: unknown[]) => 1, ...tasks);
    const outcomes = Promise.allSettled([...tasks, after].map((task) => task.fetch()));
    await own.close();
    for (const outcome of await outcomes) {
      const { cause } = (outcome as PromiseRejectedResult).reason as TaskFailedError;
      expect((cause as BodkinError).code).toBe("CLOSED");
      expect((cause as BodkinError).message).toBe(
        "the cluster was closed before this task was done",
      );
    }
    for (const task of tasks) await task.wait();
  });

  it("leaves results that are here readable, and ends the wait for those that are not", async () => {
    const own = await start({ threads: 1, workers: 1 });
    const small = spawn(() => [1, 2, 3]);
    const large = spawn(() => new Float64Array(1e5));
    await small.wait();
    await large.wait();
    await own.close();
    expect(await small.fetch()).toEqual([1, 2, 3]);
    await expect(large.fetch()).rejects.toThrow("worker 2, which is gone");
  });

  it("leaves no cluster: workers cannot be added to it or removed from it", async () => {
    const own = await start({ threads: 1 });
    await own.close();
    await expect(own.addWorkers(1)).rejects.toThrow("the cluster is closed; start() another");
    await expect(own.removeWorker(2)).rejects.toThrow("the cluster is closed; start() another");
    await expect(removeWorker(2)).rejects.toThrow("no cluster is running");
  });

  it("while workers start ends those too", async () => {
    const own = await start({ threads: 1 });
    const added = own.addWorkers(2);
    const refused = expect(added).rejects.toThrow(/closed|did not start/);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await own.close();
    await refused;
  });

  it("of one cluster does not touch the next, whose tasks refuse the results of the first", async () => {
    const first = await start({ threads: 1 });
    const old = spawn(() => new Float64Array(100));
    await old.wait();
    await first.close();
    cluster = await start({ threads: 1 });
    expect(() => spawn((x: Float64Array) => x.length, old)).toThrow(/closed/);
  });
});

describe("addWorkers", () => {
  it.each([
    [0, {}, "addWorkers(n) needs a number of processes from 1, not 0"],
    [1.5, {}, "addWorkers(n) needs a number of processes from 1, not 1.5"],
    [1, { threads: 0 }, "threads must be a whole number from 1 to 254, not 0"],
    [1, { memory: "1" }, "memory must be from 1 MiB to 4 GiB"],
    [1, { treads: 2 }, "addWorkers() has no option 'treads' (did you mean 'threads'?)"],
  ])("refuses %s, %o", async (count, options, message) => {
    cluster = await start({ threads: 1 });
    await expect(addWorkers(count, options as AddOptions)).rejects.toThrow(message);
    expect(workers()).toEqual([1]);
  });
});
