/** Runs kernels as WebAssembly and as JavaScript on copies of the same arrays. */

import type { ElementDType, KernelIR } from "../../../src/kernel/ir.ts";
import { javascriptKernel, type KernelArray } from "../../../src/kernel/js/javascript.ts";
import { type Range, rangeOf } from "../../../src/kernel/range.ts";
import { instantiateKernel } from "../../../src/kernel/wasm/instance.ts";
import { wasmKernel } from "../../../src/kernel/wasm/webassembly.ts";

const ARRAYS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  i16: Int16Array,
  u16: Uint16Array,
  i8: Int8Array,
  u8: Uint8Array,
  bool: Uint8Array,
} as const;

export const DTYPES = Object.keys(ARRAYS) as readonly ElementDType[];

export const arrayOf = (dtype: ElementDType, values: readonly number[]): KernelArray =>
  ARRAYS[dtype].from(dtype === "bool" ? values.map((value) => Number(value !== 0)) : values);

const PAGES = 512;
const memory = new WebAssembly.Memory({ initial: PAGES, maximum: 65536, shared: true });
const FIRST = 65536;
const SCRATCH = 1024;
/** Around each array, to see that nothing else is written. */
const FENCE = 64;

/** What a kernel is given: arrays, and numbers for the scalar parameters, captured ones last. */
export type Given = readonly (KernelArray | number)[];

/** The arrays after the kernel ran over a part of the range, or several parts one after the other. */
export function runWasm(
  ir: KernelIR,
  given: Given,
  range: Range,
  { cuts = [0, range.items], fixed = [] as readonly string[], isFast = false } = {},
): KernelArray[] {
  const bytes = new Uint8Array(memory.buffer);
  bytes.fill(0xa5, FIRST - FENCE, FIRST);
  let at = FIRST;
  const copies: KernelArray[] = [];
  const args = given.flatMap((each): number[] => {
    if (typeof each === "number") return [each];
    const Elements = each.constructor as Float64ArrayConstructor;
    const copy = new Elements(memory.buffer as never, at, each.length) as KernelArray;
    copy.set(each as never);
    copies.push(copy);
    const address = at;
    at = (at + each.byteLength + 15) & -16;
    bytes.fill(0xa5, address + each.byteLength, (at += FENCE));
    return [address, each.length];
  });
  const run = instantiateKernel(wasmKernel(ir, fixed, isFast), memory);
  cuts.slice(1).forEach((to, k) => {
    run(args, range, cuts[k] as number, to, SCRATCH);
  });
  for (const copy of copies) {
    const end = copy.byteOffset + copy.byteLength;
    const fence = bytes.subarray(end, ((end + 15) & -16) + FENCE);
    if (!fence.every((byte) => byte === 0xa5)) throw new Error("written behind an array");
  }
  return copies.map((copy) => copy.slice() as KernelArray);
}

export function runJavaScript(ir: KernelIR, given: Given, range: Range): KernelArray[] {
  const copies = given.map((each) => (typeof each === "number" ? each : each.slice()));
  javascriptKernel(ir)(copies as Given, range, 0, range.items);
  return copies.filter((each) => typeof each !== "number") as KernelArray[];
}

export const line = (items: number): Range => rangeOf([items]);

/** Numbers of all kinds for a dtype: small ones, the limits, and what makes trouble. */
export function values(dtype: ElementDType, count: number, seed: number): number[] {
  let state = (seed * 2654435761) >>> 0 || 1;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
  const special = SPECIAL[dtype === "f64" || dtype === "f32" ? "float" : "integer"];
  const wide = new Float64Array(1);
  return Array.from({ length: count }, () => {
    const kind = random();
    if (kind < 0.25) return special[Math.floor(random() * special.length)] as number;
    if (kind < 0.5) return Math.floor(random() * 20) - 10;
    if (kind < 0.8) return (random() - 0.5) * 8;
    new Uint32Array(wide.buffer).set([random() * 2 ** 32, random() * 2 ** 32]);
    return wide[0] as number;
  });
}

const SPECIAL = {
  float: [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, Number.NaN, Number.POSITIVE_INFINITY].concat([
    Number.NEGATIVE_INFINITY,
    2 ** 31,
    -(2 ** 31),
    2 ** 32 + 3,
    1e10,
    1e300,
    1e-310,
    16777217,
    2 ** 63 + 2 ** 20,
  ]),
  integer: [0, 1, -1, 2, 3, 7, 255, -128, 32767, -32768, 65535, 2 ** 31 - 1, -(2 ** 31)],
};

/** The position where two arrays differ in a bit (all NaN are equal), or −1. */
export function firstDifference(a: KernelArray, b: KernelArray): number {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return i;
  return -1;
}
