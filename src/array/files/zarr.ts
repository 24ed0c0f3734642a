/** Arrays in folders of the Zarr format, a file a chunk. */

import { mkdir, readdir, rm } from "node:fs/promises";
import { fileError } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { Blocks, type Partitioning } from "../blocks.ts";
import type { DArray, WaitOptions } from "../distributed/darray.ts";
import { blockShape } from "../grid.ts";
import type { NDArray } from "../ndarray.ts";
import { type FilePath, pathOf, replacing, withFileErrors } from "./paths.ts";
import {
  checkArray,
  checkWaitOptions,
  inBlocks,
  READ_OPTIONS,
  type ReadOptions,
  readArray,
  writeArray,
} from "./transfer.ts";
import { createZarr, zarrLayout } from "./zarr-store.ts";

/**
 * A distributed array of a folder in the Zarr format, version 2 or 3; each block is read by its task, on its worker.
 * Blocks that are the folder's chunks, or several of them, are read fastest. Needs the package zarrita.
 */
export async function readZarr(
  folder: FilePath,
  partitioning?: Partitioning,
  options: ReadOptions = {},
): Promise<DArray> {
  checkNames(options, READ_OPTIONS, "readZarr");
  const path = pathOf(folder, "readZarr");
  const layout = await withFileErrors("read", path, () => zarrLayout(path));
  return readArray("readZarr", layout, partitioning, options);
}

/**
 * Writes an array to a folder in the Zarr format, version 3, in chunks that are its blocks. A folder with such an array
 * is replaced when all of the new one is written. Needs the package zarrita.
 */
export async function writeZarr(
  folder: FilePath,
  array: DArray | NDArray,
  options: WaitOptions = {},
): Promise<void> {
  checkWaitOptions("writeZarr", options);
  checkArray("writeZarr", array);
  const path = pathOf(folder, "writeZarr");
  await withFileErrors("written", path, async () => {
    await checkReplaceable(path);
    const given = inBlocks(array);
    const even = evenly(given.array);
    const written = even === given.array ? given : { array: even, own: true };
    if (given.own && written !== given) given.array.dispose();
    const chunks = blockShape(even.grid).shape.map((length) => Math.max(1, length));
    await replacing(path, async (part) => {
      await mkdir(part);
      const layout = await createZarr(part, array.dtype, array.shape, chunks);
      await writeArray("writeZarr", layout, written, options);
      await rm(path, { recursive: true, force: true });
    });
  });
}

/** Chunks are all of one shape but for the last ones; no two tasks write the same. */
function evenly(array: DArray): DArray {
  const { shape } = blockShape(array.grid);
  const isEven = array.grid.cuts.every((cuts, axis) =>
    cuts.slice(0, -1).every((cut, at) => cut === at * (shape[axis] as number)),
  );
  return isEven ? array : array.rechunk(Blocks(...shape.map((length) => length || null)));
}

/** @throws where the folder holds something else, which must not be lost */
async function checkReplaceable(path: string): Promise<void> {
  const there = await readdir(path).catch(() => [] as string[]);
  const isZarr = there.some((name) => name === "zarr.json" || name === ".zarray");
  if (there.length === 0 || isZarr) return;
  throw fileError(
    `${path} is a folder with other files, which are not overwritten; name a new one or delete it`,
  );
}
