import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { BodkinError, type Cluster, full, scope, spawn, spawnWith, start, tochunk } from "bodkin";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findContext } from "../../src/runtime/context.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start({ threads: 2 });
  // Each thread keeps the name of a function for good when it first gives a result of it.
  const onEach = [1, 2].map((thread) =>
    spawnWith({ scope: scope({ worker: 1, thread }) }, ones, 1000),
  );
  await Promise.all(onEach.map((task) => task.fetch()));
  for (const task of onEach) task.dispose();
});
afterAll(() => cluster.close());

const ones = (n: number): Float64Array => new Float64Array(n).fill(1);

interface View {
  readonly data: Float64Array;
  dispose(): void;
}

/** Fetches without a copy: the declared type is that of the value, what comes is a view of it. */
const viewOf = async (source: {
  fetch(options: { copy: boolean }): Promise<unknown>;
}): Promise<View> => (await source.fetch({ copy: false })) as View;

const heap = () => findContext()?.heap as NonNullable<ReturnType<typeof findContext>>["heap"];

/** Takes memory until freed blocks of this size must have been given out again. */
async function overwrite(elements: number): Promise<void> {
  const chunks = Array.from({ length: 50 }, () => tochunk(new Float64Array(elements).fill(-7)));
  await Promise.all(chunks.map((chunk) => chunk.fetch()));
  for (const chunk of chunks) chunk.dispose();
}

describe("what fetch gives", () => {
  it("is a copy of its own: nothing that happens to the task's result reaches it, nor the other way", async () => {
    const task = spawn(ones, 1000);
    const first = await task.fetch();
    expect(first.buffer).toBeInstanceOf(ArrayBuffer);
    first.fill(5);
    const second = await task.fetch();
    expect(second.every((x) => x === 1)).toBe(true);
    task.dispose();
    await overwrite(1000);
    expect(second.every((x) => x === 1)).toBe(true);
    expect(first.every((x) => x === 5)).toBe(true);
  });

  it("is a copy for chunks and arrays too", async () => {
    const chunk = tochunk(ones(100));
    (await chunk.fetch())[0] = 9;
    expect((await chunk.fetch())[0]).toBe(1);
    const task = spawn((n: number) => full([n], 1), 100);
    const array = await task.fetch();
    expect(array.data.buffer).toBeInstanceOf(ArrayBuffer);
    array.set(0, 9);
    expect((await task.fetch()).get(0)).toBe(1);
  });
});

describe("a view", () => {
  it("reads the memory itself, without a copy", async () => {
    const task = spawn(ones, 1000);
    const [view, other] = [await viewOf(task), await viewOf(task)];
    expect(view.data.length).toBe(1000);
    view.data[3] = 4;
    expect(other.data[3]).toBe(4);
    expect(view.data).toBe(view.data);
    view.dispose();
    other.dispose();
  });

  it("pins its chunk until it is disposed of, whatever becomes of the task", async () => {
    const before = heap().stats().bytes;
    const task = spawn(ones, 1000);
    const view = await viewOf(task);
    task.dispose();
    await overwrite(1000);
    expect(heap().stats().bytes).toBe(before + 8000);
    expect(view.data.every((x) => x === 1)).toBe(true);
    view.dispose();
    await overwrite(1000);
    // `view.data` was handed out above, and may be reachable still.
    expect(heap().stats().bytes).toBe(before + 8000);
  });

  it("of which nobody took the elements frees its chunk when it is disposed of", async () => {
    const before = heap().stats().bytes;
    const task = spawn(ones, 1000);
    const view = await viewOf(task);
    task.dispose();
    expect(heap().stats().bytes).toBe(before + 8000);
    view.dispose();
    expect(heap().stats().bytes).toBe(before);
  });

  it("cannot be read after it was disposed of, and says what to do", async () => {
    const task = spawn(ones, 10);
    const view = await viewOf(task);
    view.dispose();
    view.dispose();
    expect(() => view.data).toThrow(BodkinError);
    expect(() => view.data).toThrow("this view was disposed of; fetch the value again");
    expect((await task.fetch())[0]).toBe(1);
  });

  it("of an array is an array, and ends like one", async () => {
    const task = spawn((n: number) => full([n, n], 2), 10);
    const view = await task.fetch({ copy: false });
    expect(view.shape).toEqual([10, 10]);
    expect(view.get(3, 4)).toBe(2);
    (view as unknown as View).dispose();
    expect(() => view.get(3, 4)).toThrow("this view was disposed of; fetch the value again");
    expect(() => view.data).toThrow("this view was disposed of");
    expect((await task.fetch()).get(3, 4)).toBe(2);
  });

  it("gives itself back at the end of a `using` block", async () => {
    const chunk = tochunk(ones(10));
    let kept: View;
    {
      using view = (await viewOf(chunk)) as View & Disposable;
      expect(view.data[0]).toBe(1);
      kept = view;
    }
    expect(() => kept.data).toThrow("was disposed of");
  });

  it("may be an argument: the task gets its elements, not what the memory holds later", async () => {
    const task = spawn(ones, 1000);
    const view = await viewOf(task);
    const sum = spawn((xs: Float64Array) => xs.reduce((a, b) => a + b), view.data.subarray(10));
    view.data.fill(3);
    expect(await sum.fetch()).toBe(990);
    view.dispose();
  });
});

describe("freed memory", () => {
  it("cannot be reached through typed arrays that outlive their view", async () => {
    const task = spawn(ones, 1000);
    const view = await viewOf(task);
    const { data } = view;
    const part = data.subarray(500);
    const words = new Int32Array(data.buffer, data.byteOffset, 2);
    view.dispose();
    task.dispose();
    await overwrite(1000);
    expect(data.every((x) => x === 1)).toBe(true);
    expect(part.every((x) => x === 1)).toBe(true);
    expect([...words]).toEqual([0, 0x3ff00000]);
  });

  it("is what nothing reaches, and only that: with the collector's help", () => {
    const script = fileURLToPath(new URL("./reachable.ts", import.meta.url));
    const flags = [
      "--expose-gc",
      "--conditions=bodkin-source",
      "--disable-warning=ExperimentalWarning",
    ];
    const run = spawnSync(process.execPath, [...flags, script], {
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toEqual({
      // Kept alive by a subarray, by a buffer alone.
      bySubarray: true,
      byBuffer: true,
      // Given back once nothing reaches it, and where a view was never disposed of.
      afterSubarray: true,
      afterBuffer: true,
      afterForgotten: true,
      afterHandles: true,
    });
  });
});
