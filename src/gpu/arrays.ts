/** Arrays as the implementations of functions on a device see them, and how their elements are held there. */

import type { ElementType, TypedArray } from "../memory/dtype.ts";
import { BodkinError, invalidArgument } from "../wire/errors.ts";

/** Element types that WGSL has in buffers. */
export type StorageType = "f32" | "i32" | "u32";

/** The data of a chunk, wherever it is. */
export class DeviceArray {
  readonly chunk: number;
  readonly element: ElementType;
  readonly shape: readonly number[];
  /** Number of elements. */
  readonly size: number;

  constructor(chunk: number, element: ElementType, shape: readonly number[], size: number) {
    this.chunk = chunk;
    this.element = element;
    this.shape = shape;
    this.size = size;
  }
}

/** Elements of an array that follow one another, for reading. */
export class ArrayPart extends DeviceArray {
  readonly whole: DeviceArray;
  readonly first: number;

  constructor(whole: DeviceArray, first: number, shape: readonly number[], size: number) {
    super(whole.chunk, whole.element, shape, size);
    this.whole = whole;
    this.first = first;
  }
}

/** What a task says of f64: `"downcast"` computes with f32 in its place. */
export type F64Option = "downcast" | undefined;

const STORAGE: Partial<Record<ElementType, StorageType>> = {
  f64: "f32",
  f32: "f32",
  i32: "i32",
  u32: "u32",
  i16: "i32",
  i8: "i32",
  u16: "u32",
  u8: "u32",
  bool: "u32",
};

const CLASSES = { f32: Float32Array, i32: Int32Array, u32: Uint32Array } as const;

/** How elements are held on a device. @throws BodkinError for those that cannot be */
export function storageOf(element: ElementType): StorageType {
  const storage = STORAGE[element];
  if (storage) return storage;
  throw new BodkinError(
    "INVALID_ARGUMENT",
    `arrays of ${element} cannot be used on a GPU; f32, i32, u32 and smaller integers can. Convert with astype("f32"), or use the scope of CPU threads.`,
  );
}

export const isNarrowInteger = (element: ElementType): boolean =>
  element === "i16" || element === "i8" || element === "u16" || element === "u8";

/** Memory for elements as a device holds them. */
export const newStorage = (
  element: ElementType,
  length: number,
): Float32Array | Int32Array | Uint32Array => new CLASSES[storageOf(element)](length);

/**
 * How a task computes with elements on a device.
 * @throws BodkinError for f64, unless the task says what to make of it, and for what cannot be there
 */
export function computedAs(element: ElementType, f64: F64Option): StorageType {
  if (element !== "f64" || f64 === "downcast") return storageOf(element);
  throw invalidArgument(
    'GPUs have no f64 through WebGPU. Choose the task option { f64: "downcast" } to compute with f32 there, convert the arrays with astype("f32"), or run it on CPU threads.',
  );
}

/** Copies elements into memory of a device, as it holds them. */
export function writeStorage(target: ArrayBuffer, element: ElementType, from: TypedArray): void {
  new CLASSES[storageOf(element)](target, 0, from.length).set(from as Float32Array);
}

/** Copies elements out of memory of a device. */
export function readStorage(to: TypedArray, element: ElementType, source: ArrayBuffer): void {
  (to as Float32Array).set(new CLASSES[storageOf(element)](source, 0, to.length));
}

/** Bytes of so many elements on a device; buffers are a multiple of 4 and never empty. */
export const storageBytes = (size: number): number => Math.max(4, 4 * size);
