import { type Cluster, spawn, spawnWith, start, TaskFailedError, waitAll } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gate, open } from "../support/gate.ts";

const add = (a: number, b: number): number => a + b;
const increment = (x: number): number => x + 1;

describe("failures", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads: 2 });
  });
  afterAll(() => cluster.close());

  class OwnError extends Error {
    override readonly name = "OwnError";
    readonly detail = { n: 1 };
  }
  const fail = (message: string): number => {
    throw new OwnError(message);
  };

  async function failureOf(promise: Promise<unknown>): Promise<TaskFailedError> {
    const error = await promise.then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(TaskFailedError);
    return error as TaskFailedError;
  }

  it("rejects with what was thrown, its stack and where it was spawned", async () => {
    const task = spawnWith({ name: "mean" }, fail, "no numbers");
    const error = await failureOf(task.fetch());
    expect(error.code).toBe("TASK_FAILED");
    expect(error.cause).toBeInstanceOf(OwnError);
    expect((error.cause as OwnError).message).toBe("no numbers");
    expect((error.cause as OwnError).detail).toEqual({ n: 1 });
    expect((error.cause as OwnError).stack).toContain("fail");
    expect(error.path).toEqual([{ id: task.id, name: "mean" }]);
    expect(error.message).toContain("task 'mean' failed: OwnError: no numbers");
    expect(error.site).toContain("failures.test.ts");
  });

  it("carries anything that is thrown", async () => {
    for (const thrown of ["text", 42, null, undefined, { a: 1 }, [1]]) {
      const error = await failureOf(
        spawn((value: unknown) => {
          throw value;
        }, thrown).fetch(),
      );
      expect(error.cause).toStrictEqual(thrown);
    }
  });

  it("does not run dependants, at any distance, and names the way", async () => {
    const ran = new Int32Array(new SharedArrayBuffer(4));
    const root = spawnWith({ name: "root" }, fail, "x");
    const count = (word: Int32Array, _value: unknown) => Atomics.add(word, 0, 1);
    const middle = spawnWith({ name: "middle" }, count, ran, root);
    const last = spawnWith({ name: "last" }, count, ran, middle);
    const error = await failureOf(last.fetch());
    expect(error.path.map((step) => step.name)).toEqual(["root", "middle", "last"]);
    expect(error.path.map((step) => step.id)).toEqual([root.id, middle.id, last.id]);
    expect(error.message).toContain("task 'last' did not run, because 'root' failed");
    expect(error.message).toContain("root → middle → last");
    const later = spawnWith({ name: "later" }, count, ran, root);
    expect((await failureOf(later.fetch())).path.map((step) => step.name)).toEqual([
      "root",
      "later",
    ]);
    expect(ran[0]).toBe(0);
  });

  it("fails at once, though other arguments are not there yet", async () => {
    const hold = gate();
    const slow = spawn((word: Int32Array) => Atomics.wait(word, 0, 0), hold);
    const error = await failureOf(
      spawn((...xs: unknown[]) => xs, slow, spawn(fail, "now")).fetch(),
    );
    expect((error.cause as Error).message).toBe("now");
    open(hold);
    await slow.wait();
  });

  it("shortens long paths in the middle", async () => {
    let last = spawn(fail, "far");
    for (let i = 0; i < 200; i++) last = spawn(increment, last);
    const { path } = await failureOf(last.fetch());
    expect(path).toHaveLength(22);
    expect(path[11]?.name).toBe("… 180 more …");
  });

  it("fails both branches of a diamond with one root, and nothing else", async () => {
    const root = spawn(fail, "root");
    const [left, right] = [spawn(increment, root), spawn(increment, root)];
    const bottom = spawn(add, left, right);
    for (const task of [left, right, bottom]) {
      expect(((await failureOf(task.fetch())).cause as Error).message).toBe("root");
    }
    expect(await spawn(increment, 1).fetch()).toBe(2);
  });

  it("never throws from wait", async () => {
    const task = spawn(fail, "x");
    await expect(task.wait()).resolves.toBeUndefined();
    await expect(waitAll([task, spawn(increment, task)])).resolves.toBeUndefined();
    expect(task.isReady).toBe(true);
  });

  it("rejects with a rejected promise of the function", async () => {
    const error = await failureOf(
      spawn(async () => {
        await Promise.resolve();
        throw new RangeError("late");
      }).fetch(),
    );
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  it("passes failures of ordering dependencies on", async () => {
    const error = await failureOf(
      spawnWith({ syncdeps: [spawn(fail, "order")] }, increment, 1).fetch(),
    );
    expect((error.cause as Error).message).toBe("order");
  });

  it("keeps the cause of the cause", async () => {
    const error = await failureOf(
      spawn(() => {
        throw new Error("outer", { cause: new TypeError("inner") });
      }).fetch(),
    );
    expect((error.cause as Error).cause).toBeInstanceOf(TypeError);
  });

  it("runs again as often as asked", async () => {
    const tries = new Int32Array(new SharedArrayBuffer(4));
    const attempt = (word: Int32Array, needed: number) => {
      const n = Atomics.add(word, 0, 1) + 1;
      if (n < needed) throw new Error(`try ${n}`);
      return n;
    };
    expect(await spawnWith({ retries: 3 }, attempt, tries, 4).fetch()).toBe(4);
    tries[0] = 0;
    const error = await failureOf(spawnWith({ retries: 2 }, attempt, tries, 4).fetch());
    expect((error.cause as Error).message).toBe("try 3");
  });
});
