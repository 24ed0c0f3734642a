/** Arrays in files of nothing but their elements. */

import { stat } from "node:fs/promises";
import type { DType } from "../../memory/dtype.ts";
import { fileError, invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import type { Partitioning } from "../blocks.ts";
import type { DArray, WaitOptions } from "../distributed/darray.ts";
import { checkDType } from "../element.ts";
import type { NDArray } from "../ndarray.ts";
import { checkShape, type Shape, shapeText, sizeOf } from "../shape.ts";
import { type ElementFormat, formatOf, typeString } from "./element-format.ts";
import { createFile, type FilePath, pathOf, replacing, withFileErrors } from "./paths.ts";
import {
  checkArray,
  checkWaitOptions,
  inBlocks,
  READ_OPTIONS,
  type ReadOptions,
  readArray,
  writeArray,
} from "./transfer.ts";

export interface RawOptions<D extends DType = DType> extends ReadOptions {
  /** Of the elements in the file, which are little-endian. */
  readonly dtype: D;
  /** Of the array in the file; one axis of as many elements as there are unless given. */
  readonly shape?: Shape;
  /** Bytes before the first element; 0 unless given. */
  readonly offset?: number;
  /** `"F"`: neighbours in the file differ in their first index. `"C"` unless given. */
  readonly order?: "C" | "F";
}

const NAMES = [...READ_OPTIONS, "dtype", "shape", "offset", "order"];

/**
 * A distributed array of a file of elements; each block is read by its task, on its worker.
 * @throws BodkinError with code `FILE` where the file is shorter than the array
 */
export async function readRaw<D extends DType>(
  file: FilePath,
  options: RawOptions<D>,
  partitioning?: Partitioning,
): Promise<DArray<D>> {
  checkNames(options, NAMES, "readRaw");
  const path = pathOf(file, "readRaw");
  const { offset = 0, order = "C" } = options;
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw invalidArgument(`readRaw with offset ${String(offset)}: give a number of bytes`);
  }
  if (order !== "C" && order !== "F") {
    throw invalidArgument(`readRaw with order ${String(order)}: use "C" or "F"`);
  }
  const format = formatOf(typeString(checkDType(options.dtype))) as ElementFormat;
  const { size } = await withFileErrors("read", path, () => stat(path));
  const there = Math.max(0, size - offset) / format.bytes;
  const shape = options.shape === undefined ? [there] : checkShape(options.shape);
  if (!Number.isInteger(sizeOf(shape)) || sizeOf(shape) > there) {
    throw fileError(
      `${path} has ${size} bytes: from byte ${offset} on that is ${there} elements of dtype ${options.dtype}, not the ${sizeOf(shape)} of shape ${shapeText(shape)}`,
    );
  }
  const layout = { path, offset, shape, format, columnMajor: order === "F" };
  return readArray("readRaw", layout, partitioning, options) as DArray<D>;
}

/** Writes the elements of an array in row-major order, little-endian; otherwise as `writeNpy`. */
export async function writeRaw(
  file: FilePath,
  array: DArray | NDArray,
  options: WaitOptions = {},
): Promise<void> {
  checkWaitOptions("writeRaw", options);
  checkArray("writeRaw", array);
  const path = pathOf(file, "writeRaw");
  const { shape, dtype, size } = array;
  const format = formatOf(typeString(dtype)) as ElementFormat;
  await withFileErrors("written", path, () =>
    replacing(path, async (part) => {
      await createFile(part, new Uint8Array(), size * format.bytes);
      const layout = { path: part, offset: 0, shape, format, columnMajor: false };
      await writeArray("writeRaw", layout, inBlocks(array), options);
    }),
  );
}
