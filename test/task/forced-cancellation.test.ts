import { type Cluster, spawn, start, type Task, waitAll } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gate, open, reached } from "../support/gate.ts";
import { cancellationOf, hang, suspend } from "./cancelled.ts";

const increment = (x: number): number => x + 1;

describe("forced cancellation", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  /** Both threads work: tasks that meet each other end. */
  async function expectTwoThreads(): Promise<void> {
    const meeting = gate();
    const meet = (word: Int32Array) => {
      Atomics.add(word, 0, 1);
      Atomics.notify(word, 0);
      while (Atomics.load(word, 0) < 2) Atomics.wait(word, 0, 1);
    };
    await waitAll([spawn(meet, meeting), spawn(meet, meeting)]);
  }

  it("replaces the thread of a function that never returns", async () => {
    for (let i = 0; i < 3; i++) {
      const started = gate();
      const hanging = [spawn(hang, started), spawn(hang, started)];
      await reached(started, 2);
      for (const task of hanging) task.cancel({ force: true });
      for (const task of hanging) await cancellationOf(task);
      await expectTwoThreads();
    }
  });

  it("fails what else the thread was waiting for, and loses nothing that was queued", async () => {
    const [started, hold, spinning] = [gate(), gate(), gate()];
    const waiting = Array.from({ length: 4 }, () => spawn(suspend, started, hold));
    await reached(started, 4);
    const hanging = [spawn(hang, spinning), spawn(hang, spinning)];
    await reached(spinning, 2);
    const queued = Array.from({ length: 50 }, (_, i) => spawn(increment, i));
    for (const task of hanging) task.cancel({ force: true });
    for (const task of hanging) await cancellationOf(task);
    for (const [i, task] of queued.entries()) expect(await task.fetch()).toBe(i + 1);
    open(hold);
    for (const task of waiting) {
      await expect(task.fetch()).rejects.toThrow(/ended to cancel another task/);
    }
  });

  it("leaves a thread alone whose task only waits", async () => {
    const [started, hold] = [gate(), gate()];
    const tasks = Array.from({ length: 4 }, () => spawn(suspend, started, hold));
    await reached(started, 4);
    const [first, ...rest] = tasks as [Task<string>, ...Task<string>[]];
    first.cancel({ force: true });
    await cancellationOf(first);
    await expectTwoThreads();
    open(hold);
    for (const task of rest) expect(await task.fetch()).toBe("went on");
  });

  it("interrupts a function that did not stop when it was asked to", async () => {
    const started = gate();
    const hanging = spawn(hang, started);
    await reached(started, 1);
    hanging.cancel();
    await cancellationOf(hanging);
    hanging.cancel({ force: true }); // its thread is busy still
    await expectTwoThreads();
  });
});
