/**
 * The functions that can run on a device: those of the library that have an implementation for it, and those that run
 * on the host's side of one. Other rooms register theirs at load, in every thread.
 */

import type { AnyFunction } from "../closure/codec.ts";
import type { ComputeDevice } from "./compute.ts";

/**
 * Runs in place of a function, with `DeviceArray`s in place of arrays. What it gives may be one of them, any other
 * value, or a promise.
 */
export type DeviceImplementation = (device: ComputeDevice, ...args: never[]) => unknown;

const implementations = new WeakMap<AnyFunction, DeviceImplementation>();
const onHost = new WeakSet<AnyFunction>();

export function registerDeviceFunction(fn: AnyFunction, how: DeviceImplementation): void {
  implementations.set(fn, how);
}

/** Functions that a device's thread runs itself, with data in the heap. */
export function registerHostFunction(...fns: readonly AnyFunction[]): void {
  for (const fn of fns) onHost.add(fn);
}

export const implementationOf = (fn: AnyFunction): DeviceImplementation | undefined =>
  implementations.get(fn);

export const runsOnHost = (fn: AnyFunction): boolean => onHost.has(fn);

/** Whether a function may run under the scope of a GPU. */
export const canUseDevice = (fn: AnyFunction): boolean => implementations.has(fn) || onHost.has(fn);

export const cannotRunOnDevice = (name: string): string =>
  `'${name}' cannot run on a GPU: kernels can (spawn(kernel(f), …)), and array functions such as map, broadcast, sum and rand. Make a kernel of it, or run it under the scope of CPU threads.`;
