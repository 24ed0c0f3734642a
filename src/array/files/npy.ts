/** Arrays in NumPy's .npy files. */

import { checkNames } from "../../wire/option-names.ts";
import type { Partitioning } from "../blocks.ts";
import type { DArray, WaitOptions } from "../distributed/darray.ts";
import type { NDArray } from "../ndarray.ts";
import { formatOf, typeString } from "./element-format.ts";
import type { FileLayout } from "./layout.ts";
import { headerBytes, readHeader } from "./npy-header.ts";
import {
  createFile,
  type FilePath,
  pathOf,
  readBytes,
  replacing,
  withFileErrors,
} from "./paths.ts";
import {
  checkArray,
  checkWaitOptions,
  inBlocks,
  READ_OPTIONS,
  type ReadOptions,
  readArray,
  writeArray,
} from "./transfer.ts";

/**
 * A distributed array of a .npy file. Only its header is read here; each block is read by its task, on its worker.
 * 64-bit integers become f64, half precision f32. `{ slice }` reads a part.
 * @throws BodkinError with code `FILE` where it is no such file
 */
export async function readNpy(
  file: FilePath,
  partitioning?: Partitioning,
  options: ReadOptions = {},
): Promise<DArray> {
  checkNames(options, READ_OPTIONS, "readNpy");
  const path = pathOf(file, "readNpy");
  const { length, ...header } = await withFileErrors("read", path, () =>
    readHeader((position, size) => readBytes(path, position, size), path),
  );
  return readArray("readNpy", { ...header, path, offset: length }, partitioning, options);
}

/**
 * Writes an array to a .npy file, each block by its task. A file of that name is replaced when all of the new one is
 * written, and stays as it is where that fails.
 */
export async function writeNpy(
  file: FilePath,
  array: DArray | NDArray,
  options: WaitOptions = {},
): Promise<void> {
  checkWaitOptions("writeNpy", options);
  checkArray("writeNpy", array);
  const path = pathOf(file, "writeNpy");
  await withFileErrors("written", path, () =>
    replacing(path, (part) => writeNpyAt(part, array, options)),
  );
}

/** Writes a file that is not there yet. */
export async function writeNpyAt(
  path: string,
  array: DArray | NDArray,
  options: WaitOptions,
): Promise<void> {
  const { dtype, shape, size } = array;
  const format = formatOf(typeString(dtype)) as FileLayout["format"];
  const header = headerBytes(dtype, shape);
  await createFile(path, header, header.length + size * format.bytes);
  const layout: FileLayout = { path, offset: header.length, shape, format, columnMajor: false };
  await writeArray("writeNpy", layout, inBlocks(array), options);
}
