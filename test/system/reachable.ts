/** Run by `views.test.ts` with `--expose-gc`: what keeps memory alive, and that nothing else does. */

import { setImmediate } from "node:timers/promises";
import { spawn, start, tochunk } from "bodkin";
import { findContext } from "../../src/runtime/context.ts";

const N = 1000;
const ones = (n: number): Float64Array => new Float64Array(n).fill(1);

const cluster = await start({ threads: 1 });
await spawn(ones, N).fetch();
const heap = findContext()?.heap as NonNullable<ReturnType<typeof findContext>>["heap"];

/** Collects, so that finalizers of what nothing reaches have run. */
async function collect(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
}

/** Takes and gives back memory, so that what was freed is written over. */
async function overwrite(): Promise<void> {
  const chunks = Array.from({ length: 50 }, () => tochunk(new Float64Array(N).fill(-7)));
  await Promise.all(chunks.map((chunk) => chunk.fetch()));
  for (const chunk of chunks) chunk.dispose();
}

/** A view, disposed of, and of which only `take` is left. */
async function leftOf<T>(take: (data: Float64Array) => T): Promise<T> {
  const task = spawn(ones, N);
  const view = (await task.fetch({ copy: false })) as unknown as {
    data: Float64Array;
    dispose(): void;
  };
  const left = take(view.data);
  view.dispose();
  task.dispose();
  return left;
}

const isLevel = (bytes: number): boolean => heap.stats().bytes === bytes;
const results: Record<string, boolean> = {};
await collect();
const level = heap.stats().bytes;

let part: Float64Array | undefined = await leftOf((data) => data.subarray(100, 200));
await collect();
await overwrite();
results["bySubarray"] = isLevel(level + N * 8) && part.every((x) => x === 1);
part = undefined;
await collect();
results["afterSubarray"] = isLevel(level);

let place = 0;
let buffer: ArrayBufferLike | undefined = await leftOf((data) => {
  place = data.byteOffset;
  return data.buffer;
});
await collect();
await overwrite();
results["byBuffer"] =
  isLevel(level + N * 8) && new Float64Array(buffer, place, N).every((x) => x === 1);
buffer = undefined;
await collect();
results["afterBuffer"] = isLevel(level);

await (async () => {
  const view = await spawn(ones, N).fetch({ copy: false });
  if (view === undefined) throw new Error("a view is a value");
})();
await collect();
results["afterForgotten"] = isLevel(level);

await (async () => {
  const chunks = [tochunk(ones(N)), tochunk(ones(N))];
  await Promise.all([spawn(ones, N).wait(), ...chunks.map((chunk) => chunk.fetch())]);
})();
await collect();
results["afterHandles"] = isLevel(level);

process.stdout.write(JSON.stringify(results));
await cluster.close();
