import {
  type Cluster,
  fetchAll,
  inTask,
  myid,
  spawn,
  spawnWith,
  start,
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

  it("hears of one of very many that are waited for, while the others cannot end", async () => {
    const hold = gate();
    const wait = (word: Int32Array): number => {
      Atomics.wait(word, 0, 0);
      return 0;
    };
    // All threads but one are held, and many tasks wait for these.
    const held = Array.from({ length: threads - 1 }, () => spawn(wait, hold));
    const late = held.flatMap((task) => Array.from({ length: 100 }, () => spawn(increment, task)));
    const quick = spawn(increment, 41);
    expect(await Promise.race([...late, quick].map((task) => task.fetch()))).toBe(42);
    open(hold);
    await waitAll([...held, ...late]);
  });

  it("goes on with hundreds of chains whose steps the program takes one by one", async () => {
    const chain = async (start: number): Promise<number> => {
      let value = start;
      for (let step = 0; step < 20; step++) value = await spawn(increment, value).fetch();
      return value;
    };
    const ends = await Promise.all(Array.from({ length: 300 }, (_, i) => chain(i)));
    expect(ends).toEqual(Array.from({ length: 300 }, (_, i) => i + 20));
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
