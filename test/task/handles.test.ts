import { inspect } from "node:util";
import {
  addWorkers,
  type Cluster,
  fetchAll,
  mutable,
  myid,
  scope,
  shard,
  spawn,
  spawnWith,
  start,
  type Task,
  tochunk,
  waitAll,
  waitAny,
  zeros,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gate, open, reached } from "../support/gate.ts";

const increment = (x: number): number => x + 1;
const field = <T extends object>(value: T, key: keyof T) => value[key];

const block = async (started: Int32Array, hold: Int32Array): Promise<string> => {
  Atomics.add(started, 0, 1);
  Atomics.notify(started, 0);
  await Atomics.waitAsync(hold, 0, 0).value;
  return "done";
};

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
  await addWorkers(1, { threads: 1 });
});
afterAll(() => cluster.close());

describe("tasks as values", () => {
  it("are dependencies at the top level, and handles inside of containers", async () => {
    const task = spawn(increment, 1);
    const kind = (direct: unknown, list: readonly unknown[], map: ReadonlyMap<string, unknown>) => [
      typeof direct,
      typeof list[0],
      typeof map.get("task"),
    ];
    for (const worker of [1, 2]) {
      const seen = spawnWith(
        { scope: scope({ worker }) },
        kind,
        task as unknown,
        [task],
        new Map([["task", task]]),
      );
      expect(await seen.fetch()).toEqual(["number", "object", "object"]);
    }
  });

  it("may be asked for their fields and elements before they are done", async () => {
    const [started, hold] = [gate(), gate()];
    const record = spawn(
      async (word: Int32Array, wait: Int32Array) => {
        Atomics.add(word, 0, 1);
        Atomics.notify(word, 0);
        await Atomics.waitAsync(wait, 0, 0).value;
        return { name: "n", list: [1, 2, 3] };
      },
      started,
      hold,
    );
    await reached(started, 1);
    const list = spawn((r: { list: number[] }) => field(r, "list"), record);
    const second = spawn((xs: number[], i: number) => xs[i], list, 1);
    expect(second.isReady).toBe(false);
    open(hold);
    expect(await second.fetch()).toBe(2);
  });

  it("set elements of data that may change, as a task", async () => {
    const cells = mutable(() => new Map<string, number>(), { worker: 2 });
    const set = (m: Map<string, number>, key: string, value: number) => {
      m.set(key, value);
      return value;
    };
    expect(await spawn(set, cells, "a", spawn(increment, 6)).fetch()).toBe(7);
    expect((await cells.fetch()).get("a")).toBe(7);
  });

  it("work in other tasks: waiting, fetching, passing on, on every worker", async () => {
    const [started, hold] = [gate(), gate()];
    const slow = spawnWith({ scope: scope({ worker: 1 }) }, block, started, hold);
    const quick = spawn(increment, 1);
    const use = async (tasks: readonly [Task<string>, Task<number>]) => {
      const [a, b] = tasks;
      const first = await waitAny<unknown>([a, b]);
      const all = await fetchAll([b, b]);
      const passed = await spawn(increment, b).fetch();
      await waitAll([b]);
      return [first.id === b.id, all, passed, b.isReady, String(b).startsWith("Task(increment ")];
    };
    for (const worker of [1, 2]) {
      const task = spawnWith({ scope: scope({ worker }) }, use, [slow, quick] as const);
      expect(await task.fetch()).toEqual([true, [2, 2], 3, true, true]);
    }
    const later = spawnWith(
      { scope: scope({ worker: 2 }) },
      ([a]: readonly [Task<string>]) => a.fetch(),
      [slow] as const,
    );
    open(hold);
    expect(await later.fetch()).toBe("done");
  });

  it("come back from tasks that spawned them", async () => {
    for (const worker of [1, 2]) {
      const on = { scope: scope({ worker }) };
      const parent = spawnWith(on, () => spawnWith({ name: "child" }, () => myid() * 10));
      const child = await parent.fetch();
      expect(child.name).toBe("child");
      expect(await child.fetch()).toBeGreaterThanOrEqual(10);
    }
  });

  it("cannot be cancelled by a task that did not spawn them, and say how to", async () => {
    const task = spawn(increment, 1);
    const cancel = spawn(([other]: readonly [Task<number>]) => other.cancel(), [task] as const);
    await expect(cancel.fetch()).rejects.toThrow(/spawn it with an AbortSignal/);
  });

  it("that were disposed of say so to whoever asks", async () => {
    const task = spawn(() => "gone");
    await task.wait();
    task.dispose();
    task.dispose();
    await expect(task.fetch()).rejects.toThrow(/disposed of/);
    expect(() => spawn((s: string) => s, task)).toThrow(/disposed of/);
    const asked = spawn(([other]: readonly [Task<string>]) => other.fetch(), [task] as const);
    await expect(asked.fetch()).rejects.toThrow(/disposed of/);
  });
});

describe("waitAll(body)", () => {
  it("goes on after a spawn that was refused", async () => {
    const seen = await waitAll(() => {
      const task = spawn(increment, 1);
      expect(() => spawn(5 as never)).toThrow(/needs a function to run/);
      return task;
    });
    expect(seen.isReady).toBe(true);
  });

  it("throws what the body throws, and collects nothing of it afterwards", async () => {
    await expect(
      waitAll(() => {
        throw new RangeError("body");
      }),
    ).rejects.toThrow("body");
    await waitAll(() => {}); // waits for nothing
  });
});

describe("printing", () => {
  const shown = (value: unknown): string => inspect(value);

  it("shows the state of a task, and never waits or computes", async () => {
    const [started, hold] = [gate(), gate()];
    const running = spawnWith({ name: "slow", scope: scope({ worker: 1 }) }, block, started, hold);
    const waiting = spawn((text: string) => text, running);
    await reached(started, 1);
    expect(shown(running)).toBe(`Task(slow ${running.id}: running)`);
    expect(shown(waiting)).toBe(`Task(anonymous ${waiting.id}: waiting)`);
    running.cancel();
    await waiting.wait();
    expect(shown(running)).toBe(`Task(slow ${running.id}: failed)`);
    open(hold);
    const done = spawn(increment, 1);
    await done.wait();
    expect(`${done}`).toBe(`Task(increment ${done.id}: done)`);
    expect(shown({ deep: { task: done } })).toContain(`task: Task(increment ${done.id}: done)`);
    done.dispose();
    expect(shown(done)).toContain("disposed");
  });

  it("shows what a chunk or shard is and where", async () => {
    expect(shown(tochunk(zeros([3, 4])))).toBe("Chunk(3×4, 96 bytes on worker 1)");
    expect(shown(tochunk({ a: 1 }))).toMatch(/^Chunk\(\d+ bytes on worker 1\)$/);
    const map = mutable(() => new Map(), { scope: scope({ worker: 1, thread: 2 }) });
    expect(shown(map)).toMatch(/^Chunk\(of Task\(anonymous .*\)\)$/);
    await map.fetch();
    expect(shown(map)).toBe("Chunk(an object on thread 2 of worker 1)");
    map.dispose();
    expect(shown(map)).toBe("Chunk(disposed)");
    expect(shown(shard(() => 1, { workers: [1, 2] }))).toBe(
      "Shard(2 pieces: thread all of worker 1 or thread all of worker 2)",
    );
  });

  it("shows a scope and the cluster", () => {
    expect(shown(scope({ worker: 2 }))).toBe("Scope(thread all of worker 2)");
    expect(shown(cluster)).toBe("Cluster(workers 1, 2)");
  });
});
