import { type Cluster, fetchAll, myid, spawn, start, threadid } from "bodkin";
import { afterEach, describe, expect, it } from "vitest";
import { gate, open, reached } from "../support/gate.ts";
import { script } from "../support/script.ts";

let cluster: Cluster;
afterEach(() => cluster.close());

/** Blocks its thread until `count` of these are running at once; gives where it runs. */
function meet(word: Int32Array, count: number): readonly [number, number] {
  Atomics.add(word, 0, 1);
  Atomics.notify(word, 0);
  for (let seen = Atomics.load(word, 0); seen < count; seen = Atomics.load(word, 0)) {
    Atomics.wait(word, 0, seen);
  }
  return [myid(), threadid()];
}

describe.each([1, 2, 8])("%i threads", (threads) => {
  it("all run independent tasks at once", async () => {
    cluster = await start({ threads });
    for (let round = 0; round < 3; round++) {
      const word = gate();
      const met = await fetchAll(Array.from({ length: threads }, () => spawn(meet, word, threads)));
      const ids = met.map(([, thread]) => thread).sort((a, b) => a - b);
      expect(ids).toEqual(Array.from({ length: threads }, (_, i) => i + 1));
    }
  });

  it("never deadlock on tasks that fetch tasks that fetch tasks", async () => {
    cluster = await start({ threads });
    async function tree(depth: number): Promise<number> {
      if (depth === 0) return 1;
      const children = Array.from({ length: 3 }, () => spawn(tree, depth - 1));
      let sum = 0;
      for (const child of children) sum += await child.fetch();
      return sum;
    }
    expect(await spawn(tree, 5).fetch()).toBe(3 ** 5);
  });

  it("let tasks that wait be many more than threads", async () => {
    cluster = await start({ threads });
    const word = gate();
    const waiting = Array.from({ length: 100 }, (_, i) =>
      spawn(
        async (hold: Int32Array, n: number) => {
          const wait = Atomics.waitAsync(hold, 0, 0);
          if (wait.async) await wait.value;
          return n;
        },
        word,
        i,
      ),
    );
    // Runs though all threads have begun tasks that are not done.
    expect(await spawn(() => "meanwhile").fetch()).toBe("meanwhile");
    open(word);
    expect(await fetchAll(waiting)).toEqual(waiting.map((_, i) => i));
  });
});

describe("the main thread", () => {
  it("is not needed for tasks to go on, nor for those that depend on them", async () => {
    cluster = await start({ threads: 2 });
    const steps = gate();
    const count = (word: Int32Array): number => {
      const n = Atomics.add(word, 0, 1) + 1;
      Atomics.notify(word, 0);
      return n;
    };
    const step = (word: Int32Array, _before: number): number => count(word);
    let last = spawn(count, steps);
    for (let i = 1; i < 1000; i++) last = spawn(step, steps, last);
    while (Atomics.load(steps, 0) < 1000) Atomics.wait(steps, 0, Atomics.load(steps, 0), 1000);
    while (!last.isReady); // the last one has counted, and ends
    expect(await last.fetch()).toBe(1000);
  });

  it("may spin", async () => {
    cluster = await start({ threads: 1 });
    const task = spawn(() => 7);
    while (!task.isReady);
    expect(await task.fetch()).toBe(7);
  });

  it("hears of the end of a task though the threads go on with others", async () => {
    cluster = await start({ threads: 1 });
    const [hold, running] = [gate(), gate()];
    const first = spawn(() => 1);
    const busy = spawn(
      (word: Int32Array, begun: Int32Array) => {
        Atomics.store(begun, 0, 1);
        Atomics.notify(begun, 0);
        Atomics.wait(word, 0, 0);
      },
      hold,
      running,
    );
    await reached(running, 1);
    expect(await first.fetch()).toBe(1);
    open(hold);
    await busy.wait();
  });
});

it("more threads than cores, and a main thread that only waits, use next to no processor time", async () => {
  cluster = await start({ threads: 1 });
  const { code, stdout } = await script(`
    await start({ threads: 8 });
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((thread) =>
      spawnWith({ scope: scope({ worker: 1, thread }) }, () => 1).fetch()));
    const before = process.cpuUsage();
    const until = performance.now() + 500;
    while (performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
    const { user, system } = process.cpuUsage(before);
    print(user + system < 250_000 ? "idle" : \`busy for \${(user + system) / 1000} ms of 500\`);
  `).ended;
  expect(stdout).toBe("idle\n");
  expect(code).toBe(0);
});
