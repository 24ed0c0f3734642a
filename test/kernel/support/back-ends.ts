/** Everything that runs a kernel. A further back end joins the tests by an entry here. */

import type { KernelIR } from "../../../src/kernel/ir.ts";
import { javascriptKernel, type KernelArray, unitOf } from "../../../src/kernel/js/javascript.ts";
import type { Range } from "../../../src/kernel/range.ts";
import { runWgsl } from "./run-wgsl.ts";

export type Argument = KernelArray | number;

export interface BackEnd {
  readonly name: string;
  readonly hasF64: boolean;
  /** It tells -0 from 0; WGSL leaves that open. */
  readonly hasSignedZeros: boolean;
  /** Arrays change in place. `args` are the kernel's parameters: arguments, then captured numbers. */
  run(ir: KernelIR, args: readonly Argument[], range: Range): void | Promise<void>;
}

/** In three parts, as threads would share it. */
export const javascript: BackEnd = {
  name: "JavaScript",
  hasF64: true,
  hasSignedZeros: true,
  run(ir, args, range) {
    const total = unitOf(ir) === "items" ? range.items : range.groupCount;
    const ends = [0, Math.floor(total / 3), Math.floor(total / 2), total];
    for (let i = 0; i < 3; i++) {
      javascriptKernel(ir)(args, range, ends[i] as number, ends[i + 1] as number);
    }
  },
};

export const wgsl: BackEnd = { name: "WGSL", hasF64: false, hasSignedZeros: false, run: runWgsl };

export const BACK_ENDS: readonly BackEnd[] = [javascript, wgsl];
