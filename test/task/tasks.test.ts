import {
  type Cluster,
  fetchAll,
  inTask,
  myid,
  spawn,
  spawnWith,
  start,
  TaskFailedError,
  taskId,
  taskProcessor,
  threadid,
  waitAll,
  waitAny,
} from "bodkin";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { gate, open } from "../support/gate.ts";

const add = (a: number, b: number): number => a + b;
const increment = (x: number): number => x + 1;

async function fib(n: number): Promise<number> {
  if (n < 2) return n;
  const [a, b] = [spawn(fib, n - 1), spawn(fib, n - 2)];
  return (await a.fetch()) + (await b.fetch());
}

describe.each([1, 2, 8])("tasks on %i threads", (threads) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await start({ threads });
  });
  afterAll(() => cluster.close());

  it("gives the result of a function, and passes results on", async () => {
    const a = spawn(increment, 41);
    const b = spawn((x: number, y: number) => x * y, a, 2);
    expect(await b.fetch()).toBe(84);
    expect(await a.fetch()).toBe(42);
    expect(a.isReady).toBe(true);
    expectTypeOf(b.fetch()).resolves.toBeNumber();
  });

  it("carries every kind of plain value", async () => {
    const values = [
      undefined,
      null,
      true,
      false,
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2n ** 80n,
      "",
      "text",
      [1, [2, { three: 3 }]],
      new Map([["a", new Set([1, 2])]]),
      new Date(5),
      /x/gi,
      new Float32Array([1, 2]),
      new BigInt64Array([-1n]),
      new Uint8Array(0),
      new Uint8ClampedArray([300]),
    ];
    for (const value of values) {
      expect(await spawn((x: unknown) => x, value).fetch()).toStrictEqual(value);
      expect(
        await spawn(
          (x: unknown) => x,
          spawn(() => value),
        ).fetch(),
      ).toStrictEqual(value);
    }
  });

  it("takes any number of arguments", async () => {
    for (const count of [0, 1, 2, 3, 4, 7, 8, 9, 16, 17, 40]) {
      const args = Array.from({ length: count }, (_, i) => i);
      const tasks = args.map((i) => spawn(increment, i - 1));
      const collect = (...xs: unknown[]) => xs;
      expect(await spawn(collect, ...args).fetch()).toEqual(args);
      expect(await spawn(collect, ...tasks).fetch()).toEqual(args);
      const mixed = args.map((i) => (i % 2 === 0 ? tasks[i] : i === 5 ? "five" : i));
      expect(await spawn(collect, ...mixed).fetch()).toEqual(
        args.map((i) => (i === 5 ? "five" : i)),
      );
    }
  });

  it("takes one task several times", async () => {
    const a = spawn(increment, 1);
    expect(await spawn(add, a, a).fetch()).toBe(4);
  });

  it("does not look for tasks inside of other arguments", async () => {
    const inner = spawn(increment, 1);
    const outer = spawn(
      async (list: readonly { fetch(): Promise<number> }[]) => {
        const [task] = list;
        return task ? await task.fetch() : 0;
      },
      [inner],
    );
    expect(await outer.fetch()).toBe(2);
  });

  it("runs a chain of 500 of which only the last is kept", async () => {
    let last = spawn(increment, 0);
    for (let i = 1; i < 500; i++) last = spawn(increment, last);
    expect(await last.fetch()).toBe(500);
  });

  it("runs a tree of 1000 leaves", async () => {
    let level = Array.from({ length: 1000 }, (_, i) => spawn(increment, i));
    while (level.length > 1) {
      const next = [];
      for (let i = 0; i < level.length; i += 2) {
        const [a, b] = [level[i], level[i + 1]];
        if (a && b) next.push(spawn(add, a, b));
        else if (a) next.push(a);
      }
      level = next;
    }
    expect(await level[0]?.fetch()).toBe(500_500);
  });

  it("runs 64 diamonds at once", async () => {
    const diamonds = Array.from({ length: 64 }, (_, i) => {
      const top = spawn(increment, i);
      return spawn(add, spawn(increment, top), spawn(add, top, 10));
    });
    expect(await fetchAll(diamonds)).toEqual(diamonds.map((_, i) => i + 2 + i + 11));
  });

  it("lets tasks spawn and fetch tasks", async () => {
    expect(await spawn(fib, 10).fetch()).toBe(55);
  });

  it("does not deadlock when every thread waits for children", async () => {
    const parents = Array.from({ length: 20 }, (_, i) =>
      spawn(async (n: number) => {
        const children = Array.from({ length: 5 }, (_, k) => spawn((x: number) => x * 2, n + k));
        let sum = 0;
        for (const child of children) sum += await child.fetch();
        return sum;
      }, i),
    );
    expect(await fetchAll(parents)).toEqual(parents.map((_, i) => 2 * (5 * i + 10)));
  });

  it("lets another task go on while one waits", async () => {
    const wait = gate();
    const waiting = spawn(async () => {
      await Atomics.waitAsync(wait, 0, 0).value;
      return "went on";
    });
    const others = Array.from({ length: threads }, () => spawn(increment, 1));
    expect(await fetchAll(others)).toEqual(others.map(() => 2));
    open(wait);
    expect(await waiting.fetch()).toBe("went on");
  });

  it("knows about itself", async () => {
    expect(inTask()).toBe(false);
    expect(() => taskId()).toThrow(/inTask/);
    const about = spawn(() => ({
      inside: inTask(),
      id: taskId(),
      processor: taskProcessor(),
      worker: myid(),
      thread: threadid(),
    }));
    const { inside, id, processor, worker, thread } = await about.fetch();
    expect(inside).toBe(true);
    expect(id).toBe(about.id);
    expect(worker).toBe(1);
    expect(thread).toBeGreaterThanOrEqual(1);
    expect(thread).toBeLessThanOrEqual(threads);
    expect(processor).toEqual({ kind: "thread", worker, thread });
    expect(myid()).toBe(1);
    expect(threadid()).toBe(0);
  });

  it("knows about itself after waiting", async () => {
    const about = spawn(async () => {
      await Promise.resolve();
      const child = spawn(increment, 1);
      await child.fetch();
      return { id: taskId(), inside: inTask() };
    });
    expect(await about.fetch()).toEqual({ id: about.id, inside: true });
  });

  it("is not thenable, so that an async function can give a task", async () => {
    const given = await (async () => spawn(increment, 1))();
    expect(given).not.toBe(2);
    expect(await given.fetch()).toBe(2);
    expect("then" in given).toBe(false);
  });

  it("waits for one, for all, and for all that a function spawns", async () => {
    const hold = gate();
    const slow = spawn((word: Int32Array) => {
      Atomics.wait(word, 0, 0);
      return "slow";
    }, hold);
    if (threads > 1) {
      const quick = spawn(() => "quick");
      expect(await (await waitAny<unknown>([slow, quick])).fetch()).toBe("quick");
    }
    open(hold);
    await waitAll([slow]);
    expect(slow.isReady).toBe(true);
    const seen: { isReady: boolean }[] = [];
    const result = await waitAll(() => {
      for (let i = 0; i < 10; i++) seen.push(spawn(increment, i));
      return "given";
    });
    expect(result).toBe("given");
    expect(seen.every((task) => task.isReady)).toBe(true);
  });

  it("orders tasks by syncdeps without passing values", async () => {
    const order = new Int32Array(new SharedArrayBuffer(12));
    const first = spawn((log: Int32Array) => {
      log[Atomics.add(log, 0, 1) + 1] = 1;
      return "unused";
    }, order);
    const second = spawnWith(
      { syncdeps: [first] },
      (log: Int32Array, ...rest: unknown[]) => {
        log[Atomics.add(log, 0, 1) + 1] = 2;
        return rest.length;
      },
      order,
    );
    expect(await second.fetch()).toBe(0);
    expect([...order]).toEqual([2, 1, 2]);
  });

  it("takes functions as arguments and gives them as results", async () => {
    const twice = (f: (x: number) => number, x: number) => f(f(x));
    expect(await spawn(twice, increment, 5).fetch()).toBe(7);
    const adder = await spawn((n: number) => (x: number) => x + n, 3).fetch();
    expect(adder(4)).toBe(7);
  });
});

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
    expect(error.site).toContain("tasks.test.ts");
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
