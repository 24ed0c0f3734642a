/** Several arrays by name in NumPy's .npz files, which are zip archives of .npy files. */

import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { fileError, invalidArgument } from "../../wire/errors.ts";
import { checkNames, nearest } from "../../wire/option-names.ts";
import type { Partitioning } from "../blocks.ts";
import type { DArray, WaitOptions } from "../distributed/darray.ts";
import type { NDArray } from "../ndarray.ts";
import { writeNpyAt } from "./npy.ts";
import { readHeader } from "./npy-header.ts";
import { type FilePath, pathOf, readBytes, replacing, withFileErrors } from "./paths.ts";
import { checkArray, readArray, readCompressedArray } from "./transfer.ts";

export interface NpzOptions {
  /** The arrays that are read; all unless given. */
  readonly names?: readonly string[];
}

const STORED = 0;
const DEFLATED = 8;

/**
 * The arrays of a .npz file by name. Those that are not compressed are read by block, each by its task; one that is
 * compressed is read by one task and then cut.
 */
export async function readNpz(
  file: FilePath,
  partitioning?: Partitioning,
  options: NpzOptions = {},
): Promise<Record<string, DArray>> {
  checkNames(options, ["names"], "readNpz");
  const path = pathOf(file, "readNpz");
  const found = await withFileErrors("read", path, () => entriesOf(path));
  const names = options.names ?? [...found.keys()];
  const missing = names.find((name) => !found.has(name));
  if (missing !== undefined) {
    const meant = nearest(missing, [...found.keys()]);
    throw invalidArgument(
      `${path} has no array '${missing}'${meant === undefined ? "" : ` (did you mean '${meant}'?)`}; it has ${[...found.keys()].join(", ")}`,
    );
  }
  const arrays = names.map(async (name) => {
    const entry = found.get(name) as Found;
    return [
      name,
      await withFileErrors("read", path, () => readEntry(path, name, entry, partitioning)),
    ];
  });
  return Object.fromEntries(await Promise.all(arrays)) as Record<string, DArray>;
}

interface Found {
  readonly method: number;
  /** Of its data, in bytes of the archive. */
  readonly start: number;
  readonly compressed: number;
}

async function entriesOf(path: string): Promise<Map<string, Found>> {
  const { openPromise } = await import("yauzl");
  let zip: ZipFile;
  try {
    zip = await openPromise(path, { autoClose: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) throw error;
    throw fileError(`${path} is not a .npz file: ${(error as Error).message}`, error);
  }
  try {
    const found = new Map<string, Found>();
    for await (const entry of zip.eachEntry() as AsyncIterable<Entry>) {
      if (!entry.fileName.endsWith(".npy")) continue;
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      found.set(entry.fileName.slice(0, -4), {
        method: entry.compressionMethod,
        start: fileDataStart,
        compressed: entry.compressedSize,
      });
    }
    return found;
  } finally {
    zip.close();
  }
}

async function readEntry(
  path: string,
  name: string,
  { method, start, compressed }: Found,
  partitioning: Partitioning | undefined,
): Promise<DArray> {
  const label = `${path}, array '${name}',`;
  if (method === STORED) {
    const read = (at: number, size: number) => readBytes(path, start + at, size);
    const { length, ...header } = await readHeader(read, label);
    return readArray("readNpz", { ...header, path, offset: start + length }, partitioning, {});
  }
  if (method !== DEFLATED)
    throw fileError(`${label} is compressed by method ${method}; use NumPy's`);
  const read = (at: number, size: number) => inflatedBytes(path, start, compressed, at, size);
  const { length, ...header } = await readHeader(read, label);
  const layout = { ...header, path, offset: start };
  return readCompressedArray("readNpz", { layout, compressed, header: length }, partitioning);
}

/** Compressed bytes that are looked at for the header: it is short and comes first. */
const HEAD = 64 << 10;

async function inflatedBytes(
  path: string,
  start: number,
  compressed: number,
  at: number,
  size: number,
): Promise<Uint8Array> {
  const inflate = createInflateRaw();
  const chunks: Uint8Array[] = [];
  let length = 0;
  inflate.end(await readBytes(path, start, Math.min(compressed, HEAD)));
  try {
    for await (const chunk of inflate) {
      chunks.push(chunk as Uint8Array);
      length += (chunk as Uint8Array).length;
      if (length >= at + size) break;
    }
  } catch (error) {
    // What is missing after the head is no matter, as long as the header is there.
    if (length < at + size) throw fileError(`${path}: its compressed data are damaged`, error);
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(at, at + size));
}

export interface WriteNpzOptions extends WaitOptions {
  /** Whether they are compressed: smaller, but then no part can be read alone. `false` unless given. */
  readonly compress?: boolean;
}

/** Writes arrays by name; otherwise as `writeNpy`. */
export async function writeNpz(
  file: FilePath,
  arrays: Readonly<Record<string, DArray | NDArray>>,
  options: WriteNpzOptions = {},
): Promise<void> {
  checkNames(options, ["compress", "signal"], "writeNpz");
  const { compress = false, ...waiting } = options;
  const path = pathOf(file, "writeNpz");
  for (const [name, array] of Object.entries(arrays)) {
    checkArray(`writeNpz, for ${name},`, array);
    if (name === "" || /^\/|\\|(^|\/)\.\.(\/|$)/.test(name)) {
      throw invalidArgument(`writeNpz: '${name}' is not a name in an archive; use letters`);
    }
  }
  await withFileErrors("written", path, async () => {
    const folder = await mkdtemp(join(dirname(path), ".npz-"));
    try {
      const parts = await Promise.all(
        Object.entries(arrays).map(async ([name, array], index) => {
          const part = join(folder, `${index}.npy`);
          await writeNpyAt(part, array, waiting);
          return { name: `${name}.npy`, part };
        }),
      );
      await replacing(path, (target) => archive(target, parts, compress));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

async function archive(
  target: string,
  parts: readonly { readonly name: string; readonly part: string }[],
  compress: boolean,
): Promise<void> {
  const { ZipFile } = await import("yazl");
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(target));
  for (const { name, part } of parts) zip.addFile(part, name, { compress });
  zip.end();
  await written;
}
