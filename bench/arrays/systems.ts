/**
 * Operations on whole arrays of f64 in C, in a plain JavaScript loop and on Bodkin's distributed arrays. A pass goes
 * through all elements once; Bodkin makes a new array in each, the others write over the one before.
 */

import { runNative } from "../support/native.ts";
import { timed } from "../support/passes.ts";
import type { Metrics } from "../support/topic.ts";

/** Twice an array; twice an array and another one; the sum of an array. */
export type Operation = "scale" | "axpy" | "sum";

export interface Work {
  readonly operation: Operation;
  readonly elements: number;
  readonly threads: number;
  /** Passes that are measured. */
  readonly passes: number;
}

export type Measure = (work: Work) => Promise<Metrics>;

export const inC: Measure = async ({ operation, elements, threads, passes }) => {
  const args = [operation, elements, threads, passes].map(String);
  return JSON.parse(await runNative("arrays/loops.c", args)) as Metrics;
};

/** On the main thread alone. */
export const inPlainLoop: Measure = async ({ operation, elements, passes }) => {
  const a = Float64Array.from({ length: elements }, (_, i) => 1 / (i + 1));
  const b = Float64Array.from({ length: elements }, (_, i) => i);
  const c = new Float64Array(elements);
  const loops: Readonly<Record<Operation, () => number>> = {
    scale() {
      for (let i = 0; i < c.length; i++) c[i] = (a[i] as number) * 2;
      return 0;
    },
    axpy() {
      for (let i = 0; i < c.length; i++) c[i] = (a[i] as number) * 2 + (b[i] as number);
      return 0;
    },
    sum() {
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += a[i] as number;
      return sum;
    },
  };
  const loop = loops[operation];
  return timed(passes, async () => {
    if (Number.isNaN(loop())) throw new Error("the loop made no number");
  });
};

export const onBodkin: Measure = async ({ operation, elements, threads, passes }) => {
  const { AutoBlocks, broadcast, map, rand, start, sum } = await import("bodkin");
  await using _cluster = await start({ threads });
  const a = rand(AutoBlocks(), [elements]);
  const b = rand(AutoBlocks(), [elements]);
  await Promise.all([a.wait(), b.wait()]);
  const passOf: Readonly<Record<Operation, () => Promise<unknown>>> = {
    async scale() {
      using result = map((x) => x * 2, a);
      await result.wait();
    },
    async axpy() {
      using result = broadcast((x, y) => x * 2 + y, a, b);
      await result.wait();
    },
    sum: () => sum(a),
  };
  return await timed(passes, passOf[operation]);
};
