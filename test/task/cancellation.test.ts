import {
  type Cluster,
  isCancelled,
  scope,
  spawn,
  spawnWith,
  start,
  throwIfCancelled,
  waitAll,
  withOptions,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gate, open, reached } from "../support/gate.ts";
import { block, cancellationOf, suspend } from "./cancelled.ts";

const increment = (x: number): number => x + 1;

describe.each([1, 2])("cancellation on %i threads", (threads) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads });
  });
  afterAll(() => cluster.close());

  /** Blocks every thread; gives how to let them go on. */
  async function blockAll(): Promise<() => Promise<void>> {
    const [started, hold] = [gate(), gate()];
    const blockers = Array.from({ length: threads }, () => spawn(block, started, hold));
    await reached(started, threads);
    return async () => {
      open(hold);
      await waitAll(blockers);
    };
  }

  it("cancels a queued task, which never runs", async () => {
    const release = await blockAll();
    const ran = gate();
    const task = spawnWith({ name: "queued" }, (word: Int32Array) => Atomics.add(word, 0, 1), ran);
    task.cancel();
    expect(task.isReady).toBe(true);
    const error = await cancellationOf(task); // though every thread is busy
    expect(error.code).toBe("TASK_FAILED");
    expect(error.message).toContain("task 'queued' was cancelled");
    expect(error.path).toEqual([{ id: task.id, name: "queued" }]);
    await release();
    expect(await spawn(increment, 1).fetch()).toBe(2);
    expect(ran[0]).toBe(0);
  });

  it("cancels a task that waits for its arguments", async () => {
    const [started, hold] = [gate(), gate()];
    const before = spawn(suspend, started, hold);
    const task = spawn((text: string) => text, before);
    task.cancel();
    await cancellationOf(task);
    open(hold);
    expect(await before.fetch()).toBe("went on");
  });

  it("ends a running task at once for those who wait, and ignores its late result", async () => {
    const [started, hold] = [gate(), gate()];
    const task = spawn(block, started, hold);
    await reached(started, 1);
    task.cancel();
    await cancellationOf(task); // while its function still runs
    open(hold);
    expect(await spawn(increment, 1).fetch()).toBe(2);
    await cancellationOf(task);
  });

  it("tells the function, which may stop by itself", async () => {
    const [started, seen] = [gate(), gate()];
    const loop = (running: Int32Array, stopped: Int32Array) => {
      Atomics.store(running, 0, 1);
      Atomics.notify(running, 0);
      try {
        for (;;) throwIfCancelled();
      } catch (thrown) {
        const isAbort = (thrown as Error).name === "AbortError" && isCancelled();
        Atomics.store(stopped, 0, isAbort ? 1 : 2);
        Atomics.notify(stopped, 0);
        throw thrown;
      }
    };
    const task = spawn(loop, started, seen);
    await reached(started, 1);
    task.cancel();
    await reached(seen, 1);
    expect(seen[0]).toBe(1);
    await cancellationOf(task);
  });

  it("tells an asynchronous function, also after it waited", async () => {
    const [started, hold, seen] = [gate(), gate(), gate()];
    const task = spawn(
      async (running: Int32Array, go: Int32Array, stopped: Int32Array) => {
        const before = isCancelled();
        Atomics.store(running, 0, 1);
        Atomics.notify(running, 0);
        await Atomics.waitAsync(go, 0, 0).value;
        Atomics.store(stopped, 0, !before && isCancelled() ? 1 : 2);
        Atomics.notify(stopped, 0);
      },
      started,
      hold,
      seen,
    );
    await reached(started, 1);
    task.cancel();
    open(hold);
    await reached(seen, 1);
    expect(seen[0]).toBe(1);
  });

  it("fails dependants, at any distance, with the same cause", async () => {
    const release = await blockAll();
    const root = spawnWith({ name: "root" }, increment, 1);
    const last = spawnWith({ name: "last" }, increment, spawn(increment, root));
    const ordered = spawnWith({ syncdeps: [root] }, increment, 1);
    root.cancel();
    await release();
    for (const task of [last, ordered]) {
      const { path, cause } = await cancellationOf(task);
      expect(path[0]).toEqual({ id: root.id, name: "root" });
      expect((cause as Error).message).toContain("'root'");
    }
    await cancellationOf(spawn(increment, root)); // spawned later
  });

  it("changes nothing about a task that is done, and may be asked for twice", async () => {
    const done = spawn(increment, 1);
    await done.wait();
    done.cancel();
    expect(await done.fetch()).toBe(2);
    const release = await blockAll();
    const task = spawn(increment, 1);
    task.cancel({ reason: "first" });
    task.cancel({ reason: "second" });
    expect(((await cancellationOf(task)).cause as Error).cause).toBe("first");
    await release();
  });

  it("cancels with a signal, before, while queued, and while it runs", async () => {
    const early = new Error("too early");
    const ran = gate();
    const count = (word: Int32Array) => Atomics.add(word, 0, 1);
    const aborted = spawnWith({ signal: AbortSignal.abort(early) }, count, ran);
    expect(((await cancellationOf(aborted)).cause as Error).cause).toMatchObject({
      message: "too early",
    });
    await cancellationOf(spawn((n: number) => n, aborted));

    const release = await blockAll();
    const queued = new AbortController();
    const waiting = spawnWith({ signal: queued.signal }, count, ran);
    queued.abort();
    await cancellationOf(waiting);
    await release();

    const [started, hold] = [gate(), gate()];
    const controller = new AbortController();
    const running = spawnWith({ signal: controller.signal }, suspend, started, hold);
    await reached(started, 1);
    controller.abort();
    await cancellationOf(running);
    open(hold);
    await spawn(increment, 1).wait();
    expect(ran[0]).toBe(0);
  });

  it("cancels everything spawned under a signal, and nothing after", async () => {
    const release = await blockAll();
    const controller = new AbortController();
    const tasks = withOptions({ signal: controller.signal }, () => [
      spawn(increment, 1),
      spawn(increment, 2),
    ]);
    const other = spawn(increment, 3);
    controller.abort();
    await Promise.all(tasks.map(cancellationOf));
    await release();
    expect(await other.fetch()).toBe(4);
  });

  it("stops waiting with fetch({ signal }), and the task goes on", async () => {
    const [started, hold] = [gate(), gate()];
    const task = spawn(suspend, started, hold);
    const controller = new AbortController();
    const fetched = task.fetch({ signal: controller.signal });
    const waited = task.wait({ signal: controller.signal });
    controller.abort(new Error("no time"));
    await expect(fetched).rejects.toThrow("no time");
    await expect(waited).rejects.toThrow("no time");
    await expect(task.fetch({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(task.isReady).toBe(false);
    open(hold);
    expect(await task.fetch()).toBe("went on");
  });

  it("cancels what a waiting task spawned, and what that spawned", async () => {
    const [started, hold, late] = [gate(), gate(), gate()];
    const parent = spawn(
      async (running: Int32Array, go: Int32Array, ended: Int32Array) => {
        const leaf = async (word: Int32Array, wait: Int32Array, over: Int32Array) => {
          Atomics.add(word, 0, 1);
          Atomics.notify(word, 0);
          await Atomics.waitAsync(wait, 0, 0).value;
          Atomics.add(over, 0, isCancelled() ? 1 : 1000);
          Atomics.notify(over, 0);
        };
        const middle = async (word: Int32Array, wait: Int32Array, over: Int32Array) => {
          await spawn(leaf, word, wait, over).wait();
          Atomics.add(over, 0, isCancelled() ? 1 : 1000);
          Atomics.notify(over, 0);
        };
        await spawn(middle, running, go, ended).wait();
        Atomics.add(ended, 0, isCancelled() ? 1 : 1000);
        Atomics.notify(ended, 0);
      },
      started,
      hold,
      late,
    );
    await reached(started, 1);
    parent.cancel();
    await cancellationOf(parent);
    await reached(late, 2); // the parent and the middle task went on, since their children ended
    open(hold);
    await reached(late, 3);
    expect(late[0]).toBe(3);
  });

  it("cancels what a blocking task spawned when its function returns", async () => {
    const [started, hold, never, over, ran] = [gate(), gate(), gate(), gate(), gate()];
    const words = { started, hold, never, over, ran };
    const onFirst = { scope: scope({ worker: 1, thread: 1 }) };
    const parent = spawnWith(
      onFirst,
      (w: typeof words) => {
        const child = spawn(
          async ({ started: running, never: wait, over: ended }: typeof words) => {
            Atomics.add(running, 0, 1);
            Atomics.notify(running, 0);
            await Atomics.waitAsync(wait, 0, 0).value;
            Atomics.store(ended, 0, isCancelled() ? 1 : 2);
            Atomics.notify(ended, 0);
          },
          w,
        );
        spawn((word: Int32Array, _: unknown) => Atomics.add(word, 0, 1), w.ran, child);
        Atomics.add(w.started, 0, 1);
        Atomics.notify(w.started, 0);
        Atomics.wait(w.hold, 0, 0);
      },
      words,
    );
    await reached(started, threads); // the child, too, where there is a thread for it
    parent.cancel();
    open(hold);
    await cancellationOf(parent);
    await spawnWith(onFirst, increment, 1).wait(); // its thread is free: the function has returned
    open(never);
    if (threads > 1) await reached(over, 1);
    await waitAll(Array.from({ length: 20 }, (_, i) => spawn(increment, i)));
    expect(over[0]).not.toBe(2);
    expect(ran[0]).toBe(0);
  });

  it("leaves the children of a task that ended by itself alone", async () => {
    const hold = gate();
    const parent = spawn(
      (go: Int32Array) => [
        spawn(async (word: Int32Array) => {
          await Atomics.waitAsync(word, 0, 0).value;
          return "grew up";
        }, go),
      ],
      hold,
    );
    const [child] = await parent.fetch();
    parent.cancel();
    open(hold);
    expect(await child?.fetch()).toBe("grew up");
  });
});
