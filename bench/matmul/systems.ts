/** Products of square matrices: by OpenBLAS alone, and by Bodkin with OpenBLAS or with WebAssembly. */

import { createRequire } from "node:module";
import { timed } from "../support/passes.ts";
import type { Metrics } from "../support/topic.ts";

export interface Work {
  readonly dtype: "f64" | "f32";
  /** Rows and columns. */
  readonly n: number;
  readonly threads: number;
  readonly passes: number;
}

export type Measure = (work: Work) => Promise<Metrics>;

const LIBRARY = "libopenblas.so.0";
const INT = "int";

interface Library {
  func(name: string, result: string, parameters: string[]): (...args: unknown[]) => unknown;
}

const openLibrary = (): Library =>
  (createRequire(import.meta.url)("koffi") as { load(name: string): Library }).load(LIBRARY);

export function lacksOpenBlas(): string | undefined {
  try {
    openLibrary();
    return undefined;
  } catch {
    return `koffi and ${LIBRARY} (npm install koffi; apt-get install libopenblas0-pthread)`;
  }
}

export const byOpenBlas: Measure = async ({ dtype, n, threads, passes }) => {
  const library = openLibrary();
  library.func("openblas_set_num_threads", "void", [INT])(threads);
  const [letter, scalar] = dtype === "f64" ? ["d", "double"] : ["s", "float"];
  const matrix = ["void*", INT];
  const gemm = library.func(`cblas_${letter}gemm`, "void", [
    ...new Array<string>(6).fill(INT),
    scalar,
    ...matrix,
    ...matrix,
    scalar,
    ...matrix,
  ]);
  const Elements = dtype === "f64" ? Float64Array : Float32Array;
  const [a, b] = [new Elements(n * n), new Elements(n * n)];
  for (let at = 0; at < n * n; at++) [a[at], b[at]] = [Math.random(), Math.random()];
  const c = new Elements(n * n);
  return timed(passes, async () => {
    gemm(101, 111, 111, n, n, n, 1, a, n, b, n, 0, c, n);
  });
};

export const onMainThread: Measure = async ({ dtype, n, passes }) => {
  const { matmul, rand } = await import("bodkin");
  const [a, b] = [rand([n, n], { dtype }), rand([n, n], { dtype })];
  return timed(passes, async () => matmul(a, b));
};

export const distributed: Measure = async ({ dtype, n, threads, passes }) => {
  const { Blocks, matmul, rand, start } = await import("bodkin");
  await using _cluster = await start({ threads });
  const blocks = Blocks(n / 2, n / 2);
  const [a, b] = [rand(blocks, [n, n], { dtype }), rand(blocks, [n, n], { dtype })];
  await Promise.all([a.wait(), b.wait()]);
  return await timed(passes, async () => {
    using c = matmul(a, b);
    await c.wait();
  });
};

/** Without the BLAS of the machine. */
export const inWebAssembly =
  (measure: Measure): Measure =>
  (work) => {
    process.env["BODKIN_BLAS"] = "none";
    return measure(work);
  };
