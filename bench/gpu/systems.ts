/** The library on a device. A task there is done when its commands are submitted, so every pass ends with a fetch. */

import {
  globalIndex,
  kernel,
  matmul,
  mutable,
  type NDArray,
  rand,
  scope,
  spawn,
  spawnSequential,
  start,
  withOptions,
  zeros,
} from "bodkin";
import { timed } from "../support/passes.ts";
import type { Metrics } from "../support/topic.ts";

const gpu = scope({ gpu: 1 });
const f32 = { dtype: "f32" } as const;

const increment = kernel((O: Float32Array) => {
  O[globalIndex()] = (O[globalIndex()] as number) + 1;
});

/** A small array, and a way to wait until the device has done all that came before it was written. */
const marker = () => mutable(() => zeros([64], { dtype: "f32" }));

/** Launches one after the other of a kernel that does next to nothing. */
export async function launches(times: number, passes: number): Promise<Metrics> {
  await using _cluster = await start({ threads: 1 });
  const O = marker();
  return await timed(passes, async () => {
    await withOptions({ scope: gpu }, () =>
      spawnSequential(() => {
        for (let k = 1; k < times; k++) spawn(increment, O);
        return spawn(increment, O);
      }).fetch(),
    );
    await O.fetch();
  });
}

/** `a = b + s · c`, so many times. */
export async function triads(elements: number, times: number, passes: number): Promise<Metrics> {
  await using _cluster = await start({ threads: 1 });
  const [A, B, C] = [1, 2, 3].map(() => {
    const make = (n: number) => mutable(() => zeros([n], { dtype: "f32" }));
    return make(elements);
  });
  const done = marker();
  const triad = kernel((a: Float32Array, b: Float32Array, c: Float32Array) => {
    const i = globalIndex();
    a[i] = (b[i] as number) + 3 * (c[i] as number);
  });
  return await timed(passes, async () => {
    await withOptions({ scope: gpu }, () =>
      spawnSequential(() => {
        for (let k = 0; k < times; k++) spawn(triad, A, B, C);
        return spawn(increment, done);
      }).fetch(),
    );
    await done.fetch();
  });
}

/** Products of matrices of f32, so many times. */
export async function products(n: number, times: number, passes: number): Promise<Metrics> {
  await using _cluster = await start({ threads: 1 });
  const make = rand as (shape: readonly number[], options: typeof f32) => NDArray<"f32">;
  const random = () => withOptions({ scope: gpu }, () => spawn(make, [n, n], f32));
  const [A, B] = [random(), random()];
  const done = marker();
  return await timed(passes, async () => {
    await withOptions({ scope: gpu }, async () => {
      for (let k = 0; k < times; k++) await spawn(matmul, A, B).wait();
      await spawn(increment, done).fetch();
    });
    await done.fetch();
  });
}
