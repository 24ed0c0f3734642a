/**
 * The header of NumPy's .npy format, versions 1 to 3: a magic string, the length of a text, and the text, which is a
 * Python dictionary with the type of the elements, their order, and the shape.
 */

import type { DType } from "../../memory/dtype.ts";
import { fileError } from "../../wire/errors.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type ElementFormat, formatOf, typeString } from "./element-format.ts";

export interface NpyHeader {
  readonly shape: Shape;
  readonly format: ElementFormat;
  readonly columnMajor: boolean;
  /** Bytes before the first element. */
  readonly length: number;
}

const MAGIC = "\x93NUMPY";
/** Magic string, version, and the longest length. */
const PREFIX = 12;
/** The elements begin at a multiple of this. */
const ALIGNMENT = 64;
/** A header of more is not one: versions 2 and 3 could claim 4 GiB. */
const LONGEST = 1 << 20;

/** Reads `length` bytes from a position; fewer where there are no more. */
export type ReadBytes = (position: number, length: number) => Promise<Uint8Array>;

/** @throws where this is no .npy file, or one of elements that arrays cannot have */
export async function readHeader(read: ReadBytes, name: string): Promise<NpyHeader> {
  const prefix = await read(0, PREFIX);
  const isNpy = prefix.length === PREFIX && latin(prefix.subarray(0, MAGIC.length)) === MAGIC;
  if (!isNpy) throw fileError(`${name} is not a .npy file: it does not begin with \\x93NUMPY`);
  const version = prefix[6] as number;
  if (version < 1 || version > 3) {
    throw fileError(`${name} has version ${version} of the .npy format; 1, 2 and 3 are known`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST) throw fileError(`${name} has a header of ${length} bytes: it is damaged`);
  const text = await read(start, length);
  if (text.length < length) throw fileError(`${name} ends within its header`);
  const decoded = version === 3 ? new TextDecoder().decode(text) : latin(text);
  return { ...parse(decoded, name), length: start + length };
}

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function parse(text: string, name: string): Omit<NpyHeader, "length"> {
  const type = /['"]descr['"]\s*:\s*(?:'([^']*)'|"([^"]*)"|(\[))/.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const lengths = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (!type || order === undefined || lengths === undefined) {
    throw fileError(`${name} has a header without descr, fortran_order and shape: ${text.trim()}`);
  }
  const descr = type[1] ?? type[2] ?? "a record";
  const format = formatOf(descr);
  if (!format) {
    throw fileError(
      `${name} holds elements of type ${descr}, which arrays cannot have; convert them in NumPy, as in np.save(file, a.astype("f8"))`,
    );
  }
  const shape = lengths
    .split(",")
    .map((each) => each.replace("L", "").trim())
    .filter((each) => each !== "")
    .map(Number);
  if (!Number.isSafeInteger(sizeOf(shape) * format.bytes)) {
    throw fileError(`${name} has the shape [${shape.join(", ")}], which no file can hold`);
  }
  return { shape, format, columnMajor: order === "True" };
}

/** The header of a row-major array. */
export function headerBytes(dtype: DType, shape: Shape): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${typeString(dtype)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const padded = Math.ceil((10 + text.length + 1) / ALIGNMENT) * ALIGNMENT - 10;
  const bytes = new Uint8Array(10 + padded).fill(0x20);
  bytes.set(Uint8Array.from(MAGIC, (letter) => letter.charCodeAt(0)));
  bytes.set([1, 0, padded & 0xff, padded >> 8], 6);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}
