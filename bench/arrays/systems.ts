/**
 * Operations on whole arrays in C, in a plain JavaScript loop and on Bodkin's distributed arrays. A pass goes
 * through all elements once; Bodkin makes a new array in each, the others write over the one before.
 */

import { runNative } from "../support/native.ts";
import { timed } from "../support/passes.ts";
import type { Metrics } from "../support/topic.ts";

/**
 * Twice an array; twice an array and another one; `sqrt(x x + y y) 2 + 1`, which on Bodkin is three calls; a function of
 * `Math`; a reduction.
 */
export type Operation =
  | "scale"
  | "axpy"
  | "fused"
  | "exp"
  | "log"
  | "sin"
  | "tanh"
  | "pow"
  | "sum"
  | "mean"
  | "max"
  | "var";

export interface Work {
  readonly operation: Operation;
  readonly dtype: "f64" | "f32";
  readonly elements: number;
  readonly threads: number;
  /** Passes that are measured. */
  readonly passes: number;
}

type Elements = Float64Array | Float32Array;

export type Measure = (work: Work) => Promise<Metrics>;

export const inC: Measure = async ({ operation, dtype, elements, threads, passes }) => {
  const args = [operation, elements, threads, passes].map(String);
  const type = `real=${dtype === "f32" ? "float" : "double"}`;
  return JSON.parse(await runNative("arrays/loops.c", args, [type])) as Metrics;
};

/** On the main thread alone. */
export const inPlainLoop: Measure = async ({ operation, dtype, elements, passes }) => {
  const type = dtype === "f32" ? Float32Array : Float64Array;
  const [a, b] = [new type(elements), new type(elements)];
  for (const own of [a, b]) for (let i = 0; i < elements; i++) own[i] = Math.random();
  const c = new type(elements);
  const at = (of: Elements, i: number): number => of[i] as number;
  const loops: Readonly<Record<Operation, () => number>> = {
    scale() {
      for (let i = 0; i < c.length; i++) c[i] = at(a, i) * 2;
      return 0;
    },
    axpy() {
      for (let i = 0; i < c.length; i++) c[i] = at(a, i) * 2 + at(b, i);
      return 0;
    },
    fused() {
      for (let i = 0; i < c.length; i++) {
        const [x, y] = [at(a, i), at(b, i)];
        c[i] = Math.sqrt(x * x + y * y) * 2 + 1;
      }
      return 0;
    },
    exp() {
      for (let i = 0; i < c.length; i++) c[i] = Math.exp(at(a, i));
      return 0;
    },
    log() {
      for (let i = 0; i < c.length; i++) c[i] = Math.log(at(a, i));
      return 0;
    },
    sin() {
      for (let i = 0; i < c.length; i++) c[i] = Math.sin(at(a, i));
      return 0;
    },
    tanh() {
      for (let i = 0; i < c.length; i++) c[i] = Math.tanh(at(a, i));
      return 0;
    },
    pow() {
      for (let i = 0; i < c.length; i++) c[i] = at(a, i) ** at(b, i);
      return 0;
    },
    sum: () => total(a),
    mean: () => total(a) / a.length,
    max() {
      let max = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < a.length; i++) max = Math.max(max, at(a, i));
      return max;
    },
    var() {
      const mean = total(a) / a.length;
      let squares = 0;
      for (let i = 0; i < a.length; i++) squares += (at(a, i) - mean) ** 2;
      return squares / a.length;
    },
  };
  const loop = loops[operation];
  return timed(passes, async () => {
    if (Number.isNaN(loop())) throw new Error("the loop made no number");
  });
};

function total(of: Elements): number {
  let sum = 0;
  for (let i = 0; i < of.length; i++) sum += of[i] as number;
  return sum;
}

export const onBodkin: Measure = async ({ operation, dtype, elements, threads, passes }) => {
  const { AutoBlocks, broadcast, map, max, mean, rand, start, sum, variance } = await import(
    "bodkin"
  );
  await using _cluster = await start({ threads });
  const type = { dtype: dtype as "f64" };
  const a = rand(AutoBlocks(), [elements], type);
  const b = rand(AutoBlocks(), [elements], type);
  await Promise.all([a.wait(), b.wait()]);
  /** Computes a new array, and gives it up. */
  const making = (make: () => typeof a) => async (): Promise<void> => {
    using result = make();
    await result.wait();
  };
  // As C does, which computes with float what is float.
  const own: { readonly compute?: "dtype" } = dtype === "f32" ? { compute: "dtype" } : {};
  const passOf: Readonly<Record<Operation, () => Promise<unknown>>> = {
    scale: making(() => map((x) => x * 2, a, own)),
    axpy: making(() => broadcast((x, y) => x * 2 + y, a, b, own)),
    fused: making(() => {
      const squares = broadcast((x, y) => x * x + y * y, a, b, own);
      const lengths = map((x) => Math.sqrt(x), squares, own);
      return map((x) => x * 2 + 1, lengths, own);
    }),
    exp: making(() => map((x) => Math.exp(x), a, own)),
    log: making(() => map((x) => Math.log(x), a, own)),
    sin: making(() => map((x) => Math.sin(x), a, own)),
    tanh: making(() => map((x) => Math.tanh(x), a, own)),
    pow: making(() => broadcast((x, y) => x ** y, a, b, own)),
    sum: () => sum(a),
    mean: () => mean(a),
    max: () => max(a),
    var: () => variance(a),
  };
  return await timed(passes, passOf[operation]);
};
