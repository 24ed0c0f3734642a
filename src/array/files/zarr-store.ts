/**
 * Arrays in folders of the Zarr format, through the library `zarrita`: version 3, and version 2 for reading. The
 * library is loaded by the first that needs it, and need not be there for anything else.
 */

import type { DType, TypedArray } from "../../memory/dtype.ts";
import { fileError, invalidArgument } from "../../wire/errors.ts";
import { copyInto, packed } from "../copy.ts";
import type { Region } from "../grid.ts";
import type { Shape } from "../shape.ts";
import { elementsOf, rowMajor, type Strided } from "../strided.ts";
import { type ElementFormat, exactNumbers } from "./element-format.ts";

export interface ZarrLayout {
  readonly store: string;
  readonly shape: Shape;
  readonly format: ElementFormat;
}

/** The data types of Zarr that arrays can have. */
const FORMATS: Readonly<Record<string, ElementFormat>> = {
  float64: { dtype: "f64", bytes: 8, swapped: 1 },
  float32: { dtype: "f32", bytes: 4, swapped: 1 },
  float16: { dtype: "f32", bytes: 2, swapped: 1, wide: "f16" },
  int64: { dtype: "f64", bytes: 8, swapped: 1, wide: "i64" },
  uint64: { dtype: "f64", bytes: 8, swapped: 1, wide: "u64" },
  int32: { dtype: "i32", bytes: 4, swapped: 1 },
  uint32: { dtype: "u32", bytes: 4, swapped: 1 },
  int16: { dtype: "i16", bytes: 2, swapped: 1 },
  uint16: { dtype: "u16", bytes: 2, swapped: 1 },
  int8: { dtype: "i8", bytes: 1, swapped: 1 },
  uint8: { dtype: "u8", bytes: 1, swapped: 1 },
  bool: { dtype: "bool", bytes: 1, swapped: 1 },
};

async function library(): Promise<typeof import("zarrita")> {
  try {
    return await import("zarrita");
  } catch (error) {
    throw invalidArgument(
      `Zarr needs the packages zarrita and @zarrita/storage: npm install zarrita @zarrita/storage (${String(error)})`,
    );
  }
}

async function opened(store: string) {
  const zarr = await library();
  const { default: FileSystemStore } = await import("@zarrita/storage/fs");
  try {
    return { zarr, array: await zarr.open(new FileSystemStore(store), { kind: "array" }) };
  } catch (error) {
    throw fileError(
      `${store} is not a folder with an array in the Zarr format: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

export async function zarrLayout(store: string): Promise<ZarrLayout> {
  const { array } = await opened(store);
  const format = FORMATS[array.dtype];
  if (!format) {
    throw fileError(`${store} holds elements of type ${array.dtype}, which arrays cannot have`);
  }
  return { store, shape: array.shape, format };
}

/** Makes an array of no values yet, in chunks of this shape. */
export async function createZarr(
  store: string,
  dtype: DType,
  shape: Shape,
  chunkShape: Shape,
): Promise<ZarrLayout> {
  const type = Object.keys(FORMATS).find((name) => {
    const { dtype: own, wide } = FORMATS[name] as ElementFormat;
    return own === dtype && wide === undefined;
  });
  if (type === undefined) {
    throw invalidArgument(
      `Zarr has no elements of dtype ${dtype}; write the parts as two arrays, as in a.map(z => z.re)`,
    );
  }
  const zarr = await library();
  const { default: FileSystemStore } = await import("@zarrita/storage/fs");
  await zarr.create(new FileSystemStore(store), {
    shape: [...shape],
    chunkShape: [...chunkShape],
    dtype: type as "float64",
    fillValue: (type === "bool" ? false : 0) as number,
  });
  return { store, shape, format: FORMATS[type] as ElementFormat };
}

/** Reads a region into an array of its shape, row-major without gaps. */
export async function readZarrRegion(
  layout: ZarrLayout,
  { start, shape }: Region,
  out: TypedArray,
): Promise<void> {
  const { zarr, array } = await opened(layout.store);
  const ranges = start.map((from, axis) => zarr.slice(from, from + (shape[axis] as number)));
  const { dtype } = layout.format;
  try {
    const read = await zarr.get(array, ranges);
    const { data, stride } = (
      shape.length === 0 ? { data: [read], stride: [] } : read
    ) as ReadChunk;
    const elements = elementsFrom(data, layout);
    const view = { data: elements as Strided["data"], shape, strides: stride, offset: 0, dtype };
    copyInto(rowMajor(out as Strided["data"], shape, dtype), view);
  } catch (error) {
    throw fileError(`${layout.store} cannot be read: ${String(error)}`, error);
  }
}

interface ReadChunk {
  readonly data: Iterable<unknown> & { readonly length: number };
  readonly stride: readonly number[];
}

function elementsFrom(data: ReadChunk["data"], { format, store }: ZarrLayout): TypedArray {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    const numbers = new Float64Array(data.length);
    exactNumbers(data, numbers, 0, store);
    return numbers;
  }
  if (format.dtype === "bool") return Uint8Array.from(data as Iterable<boolean>, Number);
  if (format.wide === "f16") return Float32Array.from(data as Iterable<number>);
  if (ArrayBuffer.isView(data)) return data as unknown as TypedArray;
  return Float64Array.from(data as Iterable<number | bigint>, Number);
}

/** Writes a block that is one chunk of the folder, or the last of an axis. */
export async function writeZarrRegion(
  { store }: ZarrLayout,
  start: readonly number[],
  block: Strided,
): Promise<void> {
  const { zarr, array } = await opened(store);
  const ranges = start.map((from, axis) => zarr.slice(from, from + (block.shape[axis] as number)));
  const own = packed(block);
  const elements = elementsOf(own).slice();
  const data =
    block.dtype === "bool" ? new zarr.BoolArray(elements.buffer as ArrayBuffer) : elements;
  if (block.shape.length === 0) {
    await zarr.set(array, [], (block.dtype === "bool" ? elements[0] !== 0 : elements[0]) as never);
    return;
  }
  const stride = rowMajor(elements as Strided["data"], block.shape, "f64").strides;
  await zarr.set(array, ranges, { data, shape: [...block.shape], stride: [...stride] } as never);
}
