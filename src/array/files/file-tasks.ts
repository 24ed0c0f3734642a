/** What the tasks of reading and writing run, a block each, on whichever worker; they travel by name. */

import { inflateRawSync } from "node:zlib";
import { context } from "../../runtime/context.ts";
import { fileError } from "../../wire/errors.ts";
import { copyInto } from "../copy.ts";
import { arrayOf, type NDArray } from "../ndarray.ts";
import { sizeOf } from "../shape.ts";
import { empty, rowMajor, type Strided } from "../strided.ts";
import { decode } from "./element-format.ts";
import { type FileLayout, readRegion, writeRegion } from "./layout.ts";
import { readBytesSync } from "./paths.ts";
import { isWhole, type Selection, selected } from "./selection.ts";
import { readZarrRegion, writeZarrRegion, type ZarrLayout } from "./zarr-store.ts";

/** An entry of an archive that is compressed as a whole. */
export interface CompressedLayout {
  readonly layout: FileLayout;
  /** Bytes of the compressed data, which begin at the layout's offset, and of what precedes the elements in them. */
  readonly compressed: number;
  readonly header: number;
}

/** The block that a selection takes of a file. */
export function readFileBlock(layout: FileLayout, selection: Selection): NDArray {
  const { region, shape } = selection;
  const { dtype } = layout.format;
  const made = output(shape, dtype);
  if (isWhole(selection)) {
    readRegion(layout, region, made.data);
    return arrayOf(made);
  }
  const view = empty(region.shape, dtype);
  readRegion(layout, region, view.data);
  copyInto(made, selected(view, selection));
  return arrayOf(made);
}

/** The same of a folder of chunks. */
export async function readZarrBlock(layout: ZarrLayout, selection: Selection): Promise<NDArray> {
  const view = empty(selection.region.shape, layout.format.dtype);
  await readZarrRegion(layout, selection.region, view.data);
  return arrayOf(selected(view, selection));
}

/** All of a compressed array. */
export function readCompressed({ layout, compressed, header }: CompressedLayout): NDArray {
  const { path, format, shape, columnMajor } = layout;
  const bytes = readBytesSync(path, layout.offset, compressed);
  const size = sizeOf(shape) * format.bytes;
  const inflated = inflate(bytes, header + size, path);
  const elements = inflated.slice(header, header + size);
  const order = columnMajor ? [...shape].reverse() : shape;
  const whole = empty(order, format.dtype);
  decode(elements, format, whole.data, 0, path);
  const made = output(shape, format.dtype);
  copyInto(made, columnMajor ? { ...whole, shape, strides: [...whole.strides].reverse() } : whole);
  return arrayOf(made);
}

function inflate(bytes: Uint8Array, size: number, path: string): Uint8Array<ArrayBuffer> {
  try {
    const inflated = inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) });
    if (inflated.length === size) return new Uint8Array(inflated);
  } catch (error) {
    throw fileError(`${path}: its compressed data are damaged`, error);
  }
  throw fileError(`${path}: an entry is shorter than the array that it says it holds`);
}

/** An array in the heap for the result of this task, with anything in it. */
function output(shape: readonly number[], dtype: Strided["dtype"]): Strided {
  return rowMajor(context().values.output(shape, dtype) as Strided["data"], shape, dtype);
}

/** Puts a block where it belongs. */
export function writeFileBlock(layout: FileLayout, start: readonly number[], block: NDArray): void {
  writeRegion(layout, start, block);
}

/** The same in a folder of chunks. */
export function writeZarrBlock(
  layout: ZarrLayout,
  start: readonly number[],
  block: NDArray,
): Promise<void> {
  return writeZarrRegion(layout, start, block);
}
