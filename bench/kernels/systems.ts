/** Kernels on one thread: in C, compiled to WebAssembly, and as a plain JavaScript loop of the same function. */

import { compileElementwise } from "../../src/kernel/compile.ts";
import { rangeOf } from "../../src/kernel/range.ts";
import { instantiateKernel } from "../../src/kernel/wasm/instance.ts";
import { instantiateReduction, reductionModule } from "../../src/kernel/wasm/reductions.ts";
import { wasmKernel } from "../../src/kernel/wasm/webassembly.ts";
import { compile } from "../../src/util/compile.ts";
import { runNative } from "../support/native.ts";
import type { Metrics } from "../support/topic.ts";

export type Operation = "scale" | "triad" | "sum" | "exp" | "log" | "sin" | "tanh" | "pow";
export type DType = "f64" | "f32";

export interface Work {
  readonly operation: Operation;
  readonly dtype: DType;
  readonly elements: number;
  /** Passes that are measured, or repeated where they take no time that could be. */
  readonly passes: number;
}

export type Measure = (work: Work) => Promise<Metrics>;

export const inC: Measure = async ({ operation, dtype, elements, passes }) => {
  const args = [operation, dtype, elements, passes].map(String);
  return JSON.parse(await runNative("kernels/loops.c", args)) as Metrics;
};

type Elementwise = Exclude<Operation, "sum">;
type Numbers = Float64Array | Float32Array;

const FUNCTIONS: Readonly<Record<Elementwise, (a: number, b: number) => number>> = {
  scale: (a) => a * 2,
  triad: (a, b) => a * 2 + b,
  exp: (a) => Math.exp(a),
  log: (a) => Math.log(a),
  sin: (a) => Math.sin(a),
  tanh: (a) => Math.tanh(a),
  pow: (a, b) => a ** b,
};

const PAGE = 65536;
const STAGGER = 4160;

/** Three arrays in one memory, as the C program fills them. */
function arraysOf({ dtype, elements }: Work): { memory: WebAssembly.Memory; arrays: Numbers[] } {
  const Elements = dtype === "f64" ? Float64Array : Float32Array;
  // Not a power of two apart, which would have all three arrays in the same sets and banks.
  const room = Math.ceil((elements * Elements.BYTES_PER_ELEMENT) / PAGE) * PAGE + STAGGER;
  const pages = Math.ceil((3 * room) / PAGE) + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
  const arrays = [0, 1, 2].map((k): Numbers => {
    return new Elements(memory.buffer as never, PAGE + k * room, elements);
  });
  const [a, b] = arrays as [Numbers, Numbers];
  for (let i = 0; i < elements; i++) {
    a[i] = ((i % 1000) + 1) / 100;
    b[i] = (i % 77) / 40;
  }
  return { memory, arrays };
}

export const inWebAssembly: Measure = async (work) => {
  const { operation, dtype, elements, passes } = work;
  const { memory, arrays } = arraysOf(work);
  const [a, b, c] = arrays as [Numbers, Numbers, Numbers];
  if (operation === "sum") {
    const reduce = instantiateReduction(reductionModule("sum", dtype), memory);
    return timed(passes, () => reduce(a.byteOffset, elements, 1024));
  }
  const fn = FUNCTIONS[operation];
  const inputs = [a, b].slice(0, fn.length);
  const { ir } = compileElementwise(
    fn,
    inputs.map(() => dtype),
    dtype,
    { meaning: "javascript" },
  );
  const run = instantiateKernel(wasmKernel(ir), memory);
  const args = [...inputs, c].flatMap((array) => [array.byteOffset, elements]);
  const range = rangeOf([elements]);
  return timed(passes, () => run(args, range, 0, elements));
};

/** The loop that one would write by hand. The first one of a process stays slow if it begins with long passes. */
export const inPlainLoop: Measure = async (work) => {
  await plainLoop({ ...work, elements: 1000, passes: 5000 });
  return plainLoop(work);
};

const plainLoop: Measure = async (work) => {
  const { operation, passes } = work;
  const [a, b, c] = arraysOf(work).arrays as [Numbers, Numbers, Numbers];
  const [, expression] = operation === "sum" ? [] : String(FUNCTIONS[operation]).split("=>");
  const body = expression
    ? `for (let i = 0; i < C.length; i++) { const a = A[i], b = B[i]; C[i] = ${expression}; }`
    : "let sum = 0; for (let i = 0; i < A.length; i++) sum += A[i]; C[0] = sum;";
  const loop = compile<(a: Numbers, b: Numbers, c: Numbers) => void>("loop", ["A", "B", "C"], body);
  return timed(passes, () => loop(a, b, c));
};

/** Passes before the first one that counts: engines have compiled the loop for good by then. */
const WARM_SECONDS = 0.3;

/** CPU time of this thread alone (engines compile on others), whose clock is coarse. */
async function timed(passes: number, pass: () => void): Promise<Metrics> {
  const warm = performance.now() + WARM_SECONDS * 1000;
  while (performance.now() < warm) {
    pass();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const before = process.threadCpuUsage();
  let done = 0;
  for (;;) {
    for (let k = 0; k < passes; k++) pass();
    done += passes;
    const { user, system } = process.threadCpuUsage(before);
    const cpu = (user + system) / 1e6;
    if (cpu >= MEASURED_SECONDS) return { cpu: cpu / done };
  }
}

const MEASURED_SECONDS = 0.25;
