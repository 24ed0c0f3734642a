/** The compiled products, for each memory of this thread. */

import { gemmModule } from "./module.ts";
import type { GemmType } from "./tiles.ts";

/** Places and strides are in bytes. */
export interface Products {
  /**
   * C += A · B for an m × k matrix at `a` and a k × n one at `b`; the elements of a row of C are neighbours.
   * `scratch`: the address of as many bytes as `gemmScratch` says, which nobody else uses meanwhile.
   */
  gemm(
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
  ): void;
  /**
   * y += A · x. Neighbours are the elements of x, those of y, and those of the rows of A or else of its columns.
   */
  multiplyVector(
    a: number,
    aRow: number,
    aColumn: number,
    x: number,
    y: number,
    m: number,
    k: number,
  ): void;
}

const modules = new Map<GemmType, WebAssembly.Module>();
const instances = new WeakMap<WebAssembly.Memory, Map<GemmType, Products>>();

export function productsOn(memory: WebAssembly.Memory, type: GemmType): Products {
  let own = instances.get(memory);
  if (!own) instances.set(memory, (own = new Map()));
  let products = own.get(type);
  if (!products) {
    let module = modules.get(type);
    if (!module) modules.set(type, (module = new WebAssembly.Module(gemmModule(type))));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    own.set(type, (products = exports as unknown as Products));
  }
  return products;
}
