import { type Cluster, fetchAll, spawn, start, type Task } from "bodkin";
import { afterAll, beforeAll, expect, it } from "vitest";
import { context } from "../../src/runtime/context.ts";
import { TAG } from "../../src/sched/layout.ts";
import type { TaskHandle } from "../../src/task/task.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
});
afterAll(() => cluster.close());

/** How a result came: its tag. */
async function tagOf(task: Task<unknown>): Promise<number | undefined> {
  await task.wait();
  return (task as TaskHandle<unknown>).outcome?.tag;
}

it.each([
  ["a number", 1.5, TAG.number],
  ["NaN", Number.NaN, TAG.number],
  ["true", true, TAG.true],
  ["false", false, TAG.false],
  ["null", null, TAG.null],
  ["undefined", undefined, TAG.undefined],
])("%s is a word of the record: it takes no memory of the heap", async (_, value, tag) => {
  const same = (x: unknown): unknown => x;
  await spawn(same, value).fetch();
  const { heap } = context();
  const before = heap.stats().chunks;
  const tasks = Array.from({ length: 500 }, () => spawn(same, value));
  const after = tasks.map((task) => spawn(same, task));
  expect(await fetchAll(after)).toEqual(after.map(() => value));
  expect(await tagOf(after[0] as Task<unknown>)).toBe(tag);
  expect(heap.stats().chunks).toBeLessThan(before + 20);
});

it("an array goes from task to task as one chunk: nothing is copied or serialised", async () => {
  const data = new Float64Array(1000).fill(1);
  const made = spawn((xs: Float64Array) => xs.map((x) => x + 1), data);
  const passed = spawn((xs: Float64Array) => xs, made);
  expect(await tagOf(made)).toBe(TAG.chunk);
  expect(await tagOf(passed)).toBe(TAG.chunk);
  const [a, b] = [made, passed].map(
    (task) => (task as TaskHandle<unknown>).outcome?.word as number,
  );
  expect(a).toBe(b);
  expect(context().heap.kindOf(a as number)).toBe("typed");
  expect(await passed.fetch()).toEqual(data.map(() => 2));
});

it("a failure keeps the class, the cause and the stack of what was thrown, whatever that is", async () => {
  for (const thrown of [
    new TypeError("bad", { cause: [1] }),
    "text",
    7,
    null,
    undefined,
    { code: 3 },
  ]) {
    const task = spawn((what: unknown) => {
      throw what;
    }, thrown);
    const error = await task.fetch().catch((reason) => reason);
    expect(error.cause).toStrictEqual(thrown);
  }
});
