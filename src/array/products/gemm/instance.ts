/** The compiled product of matrices, for each memory of this thread. */

import { type GemmType, gemmModule } from "./module.ts";

/**
 * C += A · B for an m × k matrix at `a` and a k × n one at `b`, in bytes; the elements of a row of C are neighbours.
 * `scratch`: the address of as many bytes as `gemmScratch` says, which nobody else uses meanwhile.
 */
export type Gemm = (
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  c: number,
  cRow: number,
  m: number,
  n: number,
  k: number,
  scratch: number,
) => void;

const modules = new Map<GemmType, WebAssembly.Module>();
const instances = new WeakMap<WebAssembly.Memory, Map<GemmType, Gemm>>();

export function gemmOn(memory: WebAssembly.Memory, type: GemmType): Gemm {
  let own = instances.get(memory);
  if (!own) instances.set(memory, (own = new Map()));
  let gemm = own.get(type);
  if (!gemm) {
    let module = modules.get(type);
    if (!module) modules.set(type, (module = new WebAssembly.Module(gemmModule(type))));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    own.set(type, (gemm = exports["gemm"] as unknown as Gemm));
  }
  return gemm;
}
