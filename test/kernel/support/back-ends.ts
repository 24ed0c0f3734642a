/** Everything that runs a kernel. A further back end joins the tests by an entry here. */

import type { KernelIR } from "../../../src/kernel/ir.ts";
import { javascriptKernel, type KernelArray, unitOf } from "../../../src/kernel/js/javascript.ts";
import type { Range } from "../../../src/kernel/range.ts";
import { cannotCompile } from "../../../src/kernel/wasm/webassembly.ts";
import { runWasm } from "../wasm/harness.ts";
import { runWgsl } from "./run-wgsl.ts";

export type Argument = KernelArray | number;

export interface BackEnd {
  readonly name: string;
  /** It tells -0 from 0; WGSL leaves that open. */
  readonly hasSignedZeros: boolean;
  canRun(ir: KernelIR): boolean;
  /** Arrays change in place. `args` are the kernel's parameters: arguments, then captured numbers. */
  run(ir: KernelIR, args: readonly Argument[], range: Range): void | Promise<void>;
}

/** Ends of three parts, as threads would share a launch. */
const cutsOf = (total: number): number[] => [
  0,
  Math.floor(total / 3),
  Math.floor(total / 2),
  total,
];

export const javascript: BackEnd = {
  name: "JavaScript",
  hasSignedZeros: true,
  canRun: () => true,
  run(ir, args, range) {
    const cuts = cutsOf(unitOf(ir) === "items" ? range.items : range.groupCount);
    for (let i = 0; i < 3; i++) {
      javascriptKernel(ir)(args, range, cuts[i] as number, cuts[i + 1] as number);
    }
  },
};

/** Kernels with barriers or shared arrays run as JavaScript instead. */
export const webAssembly: BackEnd = {
  name: "WebAssembly",
  hasSignedZeros: true,
  canRun: (ir) => cannotCompile(ir) === undefined,
  run(ir, args, range) {
    const results = runWasm(ir, args, range, { cuts: cutsOf(range.items) });
    for (const each of args) {
      if (typeof each !== "number") each.set(results.shift() as KernelArray);
    }
  },
};

/** GPUs have no f64. */
export const wgsl: BackEnd = {
  name: "WGSL",
  hasSignedZeros: false,
  canRun: (ir) => !ir.facts.usesF64,
  run: runWgsl,
};

export const BACK_ENDS: readonly BackEnd[] = [javascript, webAssembly, wgsl];
