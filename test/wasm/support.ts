/** Modules of the tests: built, checked by wabt as well, and run on a memory of their own. */

import wabt from "wabt";
import { ModuleBuilder } from "../../src/wasm/module.ts";

const FEATURES = { threads: true, bulk_memory: true, simd: true };
const toolkit = await wabt();

/** The text of a module. @throws where it is not valid */
export function disassemble(bytes: Uint8Array): string {
  const module = toolkit.readWasm(bytes, FEATURES);
  try {
    // Its declared type does not know that it takes the features too.
    (module as { validate(features: object): void }).validate(FEATURES);
    return module.toText({});
  } finally {
    module.destroy();
  }
}

/** The instructions of the `index`-th function of a module, without locals and parameters. */
export function instructions(bytes: Uint8Array, index = 0): string[] {
  const functions = disassemble(bytes)
    .split(/^ {2}\(func /m)
    .slice(1);
  const lines = (functions[index] as string).split("\n").slice(1);
  return lines
    .filter((line) => line.startsWith("    "))
    .map((line) => line.trim().replace(/\)+$/, (end) => (line.includes("(") ? end : "")))
    .filter((line) => !line.startsWith("(local"));
}

export interface Running {
  readonly exports: Record<string, (...args: (number | bigint)[]) => number | bigint | undefined>;
  readonly memory: DataView;
}

/** Builds, checks and starts a module. */
export function run(
  fill: (m: ModuleBuilder) => void,
  imports: Record<string, () => undefined> = {},
  options: { probe?: boolean } = {},
): Running & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const m = new ModuleBuilder(1, options);
  fill(m);
  const bytes = m.bytes();
  disassemble(bytes);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { memory, ...imports },
  });
  return {
    bytes,
    exports: instance.exports as unknown as Running["exports"],
    memory: new DataView(memory.buffer),
  };
}
