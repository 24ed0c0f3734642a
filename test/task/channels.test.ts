import { tracingChannel } from "node:diagnostics_channel";
import { type Cluster, spawn, spawnBulk, start } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TaskMessage } from "../../src/task/channels.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

const channel = tracingChannel<TaskMessage, TaskMessage>("bodkin:task");

/** What is told while a function runs. */
async function heard(
  run: () => Promise<unknown>,
): Promise<{ what: string; message: TaskMessage }[]> {
  const told: { what: string; message: TaskMessage }[] = [];
  const hear = (what: string) => (message: TaskMessage) => void told.push({ what, message });
  const subscribers = {
    start: hear("start"),
    end: hear("end"),
    asyncStart: hear("asyncStart"),
    asyncEnd: hear("asyncEnd"),
    error: hear("error"),
  };
  channel.subscribe(subscribers);
  try {
    await run();
  } finally {
    channel.unsubscribe(subscribers);
  }
  return told;
}

describe("tracing:bodkin:task", () => {
  it("tells of a task when it is spawned and when it is done, with one message", async () => {
    const double = (n: number): number => 2 * n;
    let id = "";
    const told = await heard(async () => {
      const task = spawn(double, 21);
      id = task.id;
      expect(await task.fetch()).toBe(42);
    });
    expect(told.map(({ what }) => what)).toEqual(["start", "end", "asyncStart", "asyncEnd"]);
    expect(new Set(told.map(({ message }) => message)).size).toBe(1);
    const { message } = told[0] as (typeof told)[number];
    expect({ id: message.id, name: message.name, error: message.error }).toEqual({
      id,
      name: "double",
      error: undefined,
    });
    expect(message.site).toContain("channels.test.ts");
  });

  it("tells what a task failed with, and what depends on it, with the path", async () => {
    const fails = (): number => {
      throw new RangeError("too far");
    };
    const after = (n: number): number => n;
    const told = await heard(() => spawn(after, spawn(fails)).wait());
    const errors = told.filter(({ what }) => what === "error").map(({ message }) => message);
    expect(errors.map(({ name, error }) => [name, error?.path.map((step) => step.name)])).toEqual([
      ["fails", ["fails"]],
      ["after", ["fails", "after"]],
    ]);
    expect(errors[0]?.error?.cause).toBeInstanceOf(RangeError);
  });

  it("tells of tasks that are launched later, that are never submitted, and that the cluster's end fails", async () => {
    const bulk = (): number => 1;
    const told = await heard(async () => {
      await spawnBulk(() => spawn(bulk)).wait();
      const controller = new AbortController();
      controller.abort();
      const { spawnWith } = await import("bodkin");
      await spawnWith({ signal: controller.signal, name: "aborted" }, bulk).wait();
      spawn(() => new Promise<void>(() => {}));
      await cluster.close();
      cluster = await start({ threads: 2 });
    });
    const errors = told.filter(({ what }) => what === "error").map(({ message }) => message);
    expect(errors.map(({ error }) => error?.cause).map(String)).toEqual([
      "AbortError: task 'aborted' was cancelled",
      "BodkinError: the cluster was closed before this task was done",
    ]);
    expect(told.filter(({ what }) => what === "asyncEnd")).toHaveLength(3);
    expect(told.filter(({ what }) => what === "start")).toHaveLength(3);
  });

  it("tells nothing once nobody listens", async () => {
    const told = await heard(async () => {});
    await spawn(() => 1).fetch();
    expect(told).toEqual([]);
  });
});
