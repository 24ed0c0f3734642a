/** Compiled kernels in a thread: each module is instantiated once for a memory. */

import type { Range } from "../range.ts";
import type { WasmKernel } from "./webassembly.ts";

/**
 * Runs the items from `from` up to `to`. Arguments in the order of the kernel's parameters: the address and the length
 * of each array, the value of each scalar. `scratch` is the address of as many bytes as the kernel asks for,
 * which nobody else uses meanwhile.
 */
export type RunItems = (
  args: readonly number[],
  range: Pick<Range, "size" | "group">,
  from: number,
  to: number,
  scratch?: number,
) => void;

const instances = new WeakMap<WebAssembly.Memory, WeakMap<WebAssembly.Module, RunItems>>();

/** The kernel on a memory, for this thread. */
export function instantiateKernel(
  { module }: Pick<WasmKernel, "module">,
  memory: WebAssembly.Memory,
): RunItems {
  let own = instances.get(memory);
  if (!own) instances.set(memory, (own = new WeakMap()));
  let run = own.get(module);
  if (!run) own.set(module, (run = instantiate(module, memory)));
  return run;
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): RunItems {
  const { sin, cos, tan } = Math;
  const remainder = (a: number, b: number): number => a % b;
  const env = { memory, sin, cos, tan, remainder };
  const { run } = new WebAssembly.Instance(module, { env }).exports as {
    run(...args: number[]): number;
  };
  return (args, { size, group }, from, to, scratch = 0) => {
    run(from, to, ...size, ...group, scratch, ...args);
  };
}
