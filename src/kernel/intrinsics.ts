/**
 * What only kernels can say: where an item is in its range, memory shared by a group, barriers and atomic
 * updates. The compiler recognises these functions by identity, whatever name they were imported under; called
 * anywhere else they throw.
 */

import { invalidArgument } from "../wire/errors.ts";

/** 0-based; arrays are row-major, so the last axis runs fastest. */
export type Axis = 0 | 1 | 2;

export interface LocalArrays {
  f64: Float64Array;
  f32: Float32Array;
  i32: Int32Array;
  u32: Uint32Array;
}

/** Arrays with atomic updates. */
export type AtomicArray = Int32Array | Uint32Array;

/** The item's position in the range of the launch: linear (row-major), or along one axis. */
export function globalIndex(_axis?: Axis): number {
  return outside("globalIndex");
}

/** The item's position in its group: linear, or along one axis. */
export function localIndex(_axis?: Axis): number {
  return outside("localIndex");
}

/** The position of the item's group among the groups: linear, or along one axis. */
export function groupIndex(_axis?: Axis): number {
  return outside("groupIndex");
}

/** The number of items of the launch: all, or along one axis. */
export function globalSize(_axis?: Axis): number {
  return outside("globalSize");
}

/** The number of items in a group, like `groupSize`: `localIndex` runs up to it. */
export function localSize(_axis?: Axis): number {
  return outside("localSize");
}

/** The number of items in a group: all, or along one axis. It stays the same where the last group is cut off. */
export function groupSize(_axis?: Axis): number {
  return outside("groupSize");
}

/**
 * Waits until all items of the group are here; all of them see what any wrote before. Every item of the group must
 * reach the same barrier, so no condition that differs between them may stand around it.
 */
export function barrier(): void {
  outside("barrier");
}

/** `length` elements shared by the items of a group, zero when the group starts. The length must be a constant. */
export function local<D extends keyof LocalArrays>(_dtype: D, _length: number): LocalArrays[D] {
  return outside("local");
}

/** Adds to an element and gives its value from before. */
export function atomicAdd(_array: AtomicArray, _index: number, _value: number): number {
  return outside("atomicAdd");
}

/** Subtracts from an element and gives its value from before. */
export function atomicSub(_array: AtomicArray, _index: number, _value: number): number {
  return outside("atomicSub");
}

/** Lowers an element to a value, if it is greater, and gives its value from before. */
export function atomicMin(_array: AtomicArray, _index: number, _value: number): number {
  return outside("atomicMin");
}

/** Raises an element to a value, if it is less, and gives its value from before. */
export function atomicMax(_array: AtomicArray, _index: number, _value: number): number {
  return outside("atomicMax");
}

/** Sets an element and gives its value from before. */
export function atomicExchange(_array: AtomicArray, _index: number, _value: number): number {
  return outside("atomicExchange");
}

/** Sets an element if it equals `expected`, and gives its value from before. */
export function atomicCompareExchange(
  _array: AtomicArray,
  _index: number,
  _expected: number,
  _value: number,
): number {
  return outside("atomicCompareExchange");
}

function outside(name: string): never {
  throw invalidArgument(
    `${name}() means something only inside of a kernel. Make one of the function, kernel((O, A) => { … }), and spawn that.`,
  );
}
