import { type Cluster, fetchAll, scope, spawn, spawnWith, start } from "bodkin";
import { trace } from "bodkin/trace";
import { afterEach, describe, expect, test } from "vitest";
import { type ChromeTrace, faultsOf } from "./perfetto.ts";

let cluster: Cluster | undefined;

async function recording(options: { threads: number; workers?: number }): Promise<void> {
  cluster = await start(options);
  trace.start();
}

afterEach(async () => {
  await trace.stop();
  await cluster?.close();
  cluster = undefined;
});

const chrome = async (): Promise<ChromeTrace> => JSON.parse(await trace.chrome()) as ChromeTrace;

function increment(x: number): number {
  return x + 1;
}
function add(a: number, b: number): number {
  return a + b;
}
async function later(x: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 2));
  return x;
}
function fails(): never {
  throw new Error("on purpose");
}

describe("a recording", () => {
  test("counts the tasks of each name exactly", async () => {
    await recording({ threads: 2 });
    const sums = Array.from({ length: 300 }, (_, i) =>
      spawn(add, spawn(increment, i), spawn(increment, i)),
    );
    await fetchAll(sums);
    await spawn(fails).wait();
    const { tasks, count, failed, spawned, idle, elapsed } = await trace.summary();
    const counts = tasks.map(({ name, count, spawned, failed }) => [name, count, spawned, failed]);
    expect(counts.sort()).toEqual([
      ["add", 300, 300, 0],
      ["fails", 1, 1, 1],
      ["increment", 600, 600, 0],
    ]);
    expect([count, failed, spawned]).toEqual([901, 1, 901]);
    expect(idle).toBeGreaterThanOrEqual(0);
    expect(idle).toBeLessThanOrEqual(1);
    expect(elapsed).toBeGreaterThan(0);
  });

  test("is a table as text", async () => {
    await recording({ threads: 1 });
    await spawn(increment, 1).fetch();
    const text = String(await trace.summary());
    expect(text).toMatch(/│ increment ┆ +1 ┆ +0 ┆/);
    expect(text).toMatch(/1 runs in .* on 1 threads, idle \d+ %, peak memory/);
  });

  test("keeps the rules of Perfetto, with tasks that wait, fail, run again and spawn others", async () => {
    await recording({ threads: 2 });
    const waits = Array.from({ length: 30 }, (_, i) => spawn(later, i));
    const chained = Array.from({ length: 100 }, (_, i) => spawn(add, spawn(increment, i), i));
    const nested = spawn(async () => {
      const inner = Array.from({ length: 20 }, (_, i) => spawn(increment, i));
      return (await fetchAll(inner)).length;
    });
    const again = spawnWith({ retries: 2 }, fails);
    await fetchAll([...waits, ...chained, nested]);
    await again.wait();
    const all = await chrome();
    expect(faultsOf(all)).toEqual([]);
    const slices = all.traceEvents.filter(({ ph, cat }) => ph === "X" && cat === "task");
    expect(slices.filter(({ name }) => name === "add")).toHaveLength(100);
    expect(slices.filter(({ name }) => name === "fails")).toHaveLength(3);
    const pairs = all.traceEvents.filter(({ ph, name }) => ph === "b" && name === "later");
    expect(pairs).toHaveLength(30);
    expect(all.traceEvents.filter(({ ph }) => ph === "s")).toHaveLength(100);
    const spawnedInside = all.traceEvents.filter(({ ph, args }) => ph === "i" && args?.["by"]);
    expect(spawnedInside.map(({ args }) => args?.["by"])).toEqual(Array(20).fill(nested.id));
  });

  test("has what other processes did, and what moved between them", async () => {
    await recording({ threads: 1, workers: 2 });
    const made = spawnWith({ scope: scope({ worker: 2 }) }, () => new Float64Array(100_000));
    const length = spawnWith(
      { scope: scope({ worker: 3 }) },
      (numbers: Float64Array) => numbers.length,
      made,
    );
    expect(await length.fetch()).toBe(100_000);
    await fetchAll(Array.from({ length: 50 }, (_, i) => spawn(increment, i)));
    const { tasks, threads } = await trace.summary();
    expect(tasks.find(({ name }) => name === "increment")).toMatchObject({
      count: 50,
      spawned: 50,
    });
    expect(threads).toBe(2);
    const all = await chrome();
    expect(faultsOf(all)).toEqual([]);
    const ran = all.traceEvents.filter(({ ph, cat }) => ph === "X" && cat === "task");
    expect(new Set(ran.map(({ pid }) => pid))).toEqual(new Set([2, 3]));
    const moves = all.traceEvents.filter(({ ph, cat }) => ph === "b" && cat === "move");
    expect(moves.map(({ args }) => args)).toContainEqual({ from: 2, to: 3, bytes: 800_000 });
  });

  test("can be read after the cluster was closed", async () => {
    await recording({ threads: 1, workers: 1 });
    await fetchAll(Array.from({ length: 10 }, (_, i) => spawn(increment, i)));
    await cluster?.close();
    expect((await trace.summary()).count).toBe(10);
  });

  test("goes over several clusters, and begins anew with the next start", async () => {
    await recording({ threads: 1 });
    await spawn(increment, 1).fetch();
    await cluster?.close();
    cluster = await start({ threads: 1 });
    await spawn(increment, 1).fetch();
    expect((await trace.summary()).count).toBe(2);
    trace.start();
    await spawn(increment, 1).fetch();
    expect((await trace.summary()).count).toBe(1);
  });

  test("has nothing of what ran after its end", async () => {
    await recording({ threads: 1 });
    await spawn(increment, 1).fetch();
    await trace.stop();
    await spawn(increment, 1).fetch();
    expect((await trace.summary()).count).toBe(1);
  });

  test("belongs to the main program", async () => {
    await recording({ threads: 1 });
    await expect(spawn(() => trace.start()).fetch()).rejects.toThrow(/main program/);
  });

  test("of a hundred thousand tasks has exact counts and bounded events", async () => {
    await recording({ threads: 2 });
    let last = spawn(increment, 0);
    for (let i = 1; i < 100_000; i++) last = spawn(increment, last);
    expect(await last.fetch()).toBe(100_000);
    const { count, events } = await trace.summary();
    expect(count).toBe(100_000);
    expect(events.kept).toBeLessThanOrEqual(2 ** 20);
  });
});

describe("graphs of tasks", () => {
  test("show what needs what, and what became of it", async () => {
    await recording({ threads: 1 });
    const a = spawn(increment, 1);
    const b = spawn(add, a, a);
    const c = spawn(fails);
    await b.fetch();
    await c.wait();
    const dot = await trace.graphviz();
    expect(dot).toContain(`"${a.id}" -> "${b.id}";`);
    expect(dot).toMatch(new RegExp(`"${c.id}" \\[label="fails.*fillcolor="#f2b8b5"`));
    const mermaid = await trace.mermaid({ by: "name" });
    expect(mermaid).toContain("tn1 -->|2| tn2");
  });

  test("show tasks that have not run", async () => {
    await recording({ threads: 1 });
    const gate = spawn(later, 1);
    const next = spawn(increment, gate);
    expect(await trace.graphviz()).toContain(`"${gate.id}" -> "${next.id}";`);
    await next.fetch();
  });

  test("refuse what they cannot be grouped by", async () => {
    await recording({ threads: 1 });
    await expect(trace.graphviz({ by: "worker" as "name" })).rejects.toThrow(/"task" or "name"/);
    await expect(trace.mermaid({ bye: "name" } as object)).rejects.toThrow(/bye/);
  });

  test("and pictures of threads are SVG with a bar for each call", async () => {
    await recording({ threads: 1 });
    await fetchAll([spawn(increment, 1), spawn(increment, 2)]);
    const svg = await trace.gantt();
    expect(svg.match(/<title>increment/g)).toHaveLength(2);
  });
});
