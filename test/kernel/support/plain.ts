/**
 * The plain meaning of a kernel: the function itself, called for one item after the other, with intrinsics that
 * answer for the current item. Test files put these in place of the real ones with `vi.mock`, for the
 * compiler as well, which recognises them by identity.
 */

import type { Range } from "../../../src/kernel/range.ts";

type Axis = 0 | 1 | 2;

let range: Range;
let item: readonly number[] = [0, 0, 0];
let shared = new Map<number, unknown>();
let made = 0;

const linear = (at: readonly number[], size: readonly number[]): number =>
  ((at[0] as number) * (size[1] as number) + (at[1] as number)) * (size[2] as number) +
  (at[2] as number);

const pick = (at: readonly number[], size: readonly number[], axis?: Axis): number =>
  axis === undefined ? linear(at, size) : (at[axis] as number);

const local3 = (): number[] => item.map((i, axis) => i % (range.group[axis] as number));
const group3 = (): number[] => item.map((i, axis) => Math.floor(i / (range.group[axis] as number)));
const product = (size: readonly number[]): number => size.reduce((all, each) => all * each, 1);

export const globalIndex = (axis?: Axis): number => pick(item, range.size, axis);
export const localIndex = (axis?: Axis): number => pick(local3(), range.group, axis);
export const groupIndex = (axis?: Axis): number => pick(group3(), range.groups, axis);
export const globalSize = (axis?: Axis): number =>
  axis === undefined ? product(range.size) : range.size[axis];
export const groupSize = (axis?: Axis): number =>
  axis === undefined ? product(range.group) : range.group[axis];
export const localSize = (axis?: Axis): number => groupSize(axis);

export function barrier(): void {
  throw new Error("a kernel with a barrier cannot be run item by item; say what is expected");
}

const CLASSES = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
};

/** One array for each call of an item, the same for all items of a group. */
export function local(dtype: keyof typeof CLASSES, length: number): unknown {
  const number = made++;
  if (!shared.has(number)) shared.set(number, new CLASSES[dtype](length));
  return shared.get(number);
}

type Integers = Int32Array | Uint32Array;

function update(array: Integers, index: number, next: (old: number) => number): number {
  const old = array[index];
  if (old === undefined) return 0;
  array[index] = next(old);
  return old;
}

export const atomicAdd = (a: Integers, i: number, v: number): number => update(a, i, (x) => x + v);
export const atomicSub = (a: Integers, i: number, v: number): number => update(a, i, (x) => x - v);
export const atomicMin = (a: Integers, i: number, v: number): number =>
  update(a, i, (x) => Math.min(x, v));
export const atomicMax = (a: Integers, i: number, v: number): number =>
  update(a, i, (x) => Math.max(x, v));
export const atomicExchange = (a: Integers, i: number, v: number): number => update(a, i, () => v);
export const atomicCompareExchange = (a: Integers, i: number, old: number, v: number): number =>
  update(a, i, (x) => (x === old ? v : x));

/** Runs a kernel's function for every item, group by group. */
export function runPlainly(
  kernel: (...args: never[]) => void,
  args: readonly unknown[],
  over: Range,
): void {
  range = over;
  for (let q = 0; q < over.groupCount; q++) {
    const [, q1, q2] = over.groups;
    const at = [Math.floor(q / (q1 * q2)), Math.floor(q / q2) % q1, q % q2];
    shared = new Map();
    for (let l = 0; l < over.groupItems; l++) {
      const [, g1, g2] = over.group;
      const within = [Math.floor(l / (g1 * g2)), Math.floor(l / g2) % g1, l % g2];
      item = at.map((h, axis) => h * (over.group[axis] as number) + (within[axis] as number));
      made = 0;
      if (item.every((i, axis) => i < (over.size[axis] as number))) kernel(...(args as never[]));
    }
  }
}
