/** Vector functions as loops over arrays of any length, for tests and measurements. */

import { Code, type Host, type HostName } from "../../../src/kernel/math/code.ts";
import { arity, type MathName, mathF32, mathF64 } from "../../../src/kernel/math/functions.ts";
import { ModuleBuilder } from "../../../src/wasm/module.ts";
import { brIf, i32, loop, set } from "../../../src/wasm/ops.ts";
import { v128 } from "../../../src/wasm/simd.ts";

export type Lane = "f64" | "f32";

const MEMORY_PAGES = 256;

export const HOST_NAMES: readonly HostName[] = ["sin", "cos", "tan"];

/** `f(...inputs)` for each element; inputs have the same length. */
export type ArrayFunction = <A extends Float64Array | Float32Array>(...inputs: A[]) => A;

/** Compiles a function. What is behind the last element is computed, too, from zeros. */
export function arrayFunction(
  name: MathName,
  lane: Lane,
  inputs = arity(name) ?? 2,
): ArrayFunction {
  const m = new ModuleBuilder(MEMORY_PAGES);
  const host = Object.fromEntries(
    HOST_NAMES.map((each) => [each, m.import(each, ["f64"], "f64")]),
  ) as unknown as Host;
  const names = Array.from({ length: inputs }, (_, k) => `in${k}`);
  const params = Object.fromEntries([...names, "out", "end"].map((each) => [each, "i32" as const]));
  m.export("run", params, "void", (given, scope) => {
    const c = new Code(scope, host);
    const out = given["out"] as (typeof given)[string];
    const pointers = names.map((each) => given[each] as typeof out);
    const step = loop((again) =>
      c.nested(() => {
        const args = pointers.map((pointer) => v128.load(pointer));
        const value = lane === "f64" ? mathF64(c, name, args) : mathF32(c, name, args);
        c.emit(v128.store(out, value));
        for (const each of [...pointers, out]) c.emit(set(each, i32.add(each, 16)));
        c.emit(brIf(again, i32.ltU(out, given["end"] as typeof out)));
      }),
    );
    c.emit(step);
    return c.body();
  });
  const memory = new WebAssembly.Memory({
    initial: MEMORY_PAGES,
    maximum: MEMORY_PAGES,
    shared: true,
  });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(m.bytes()), {
    env: { memory, sin: Math.sin, cos: Math.cos, tan: Math.tan },
  });
  const run = instance.exports["run"] as (...args: number[]) => number;
  return (...arrays) => {
    const [{ length, byteLength }] = arrays as [(typeof arrays)[0]];
    const Lanes = lane === "f64" ? Float64Array : Float32Array;
    const room = (byteLength + 31) & -16;
    const views = [...arrays, undefined].map((array, k) => {
      const view = new Lanes(memory.buffer as never, 16 + k * room, room / Lanes.BYTES_PER_ELEMENT);
      view.fill(0);
      if (array) view.set(array);
      return view;
    });
    const out = views.at(-1) as Float64Array;
    run(...views.map((view) => view.byteOffset), out.byteOffset + Math.max(byteLength, 1));
    return out.slice(0, length) as (typeof arrays)[0];
  };
}
