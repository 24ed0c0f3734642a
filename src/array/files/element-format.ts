/**
 * Elements as they lie in a file: NumPy's type strings, such as `<f8`, and how their bytes become elements of an
 * array. 64-bit integers become f64, where each one is exact; half precision becomes f32.
 */

import { type DType, elementOf, type TypedArray } from "../../memory/dtype.ts";
import { fileError } from "../../wire/errors.ts";

export interface ElementFormat {
  readonly dtype: DType;
  /** Bytes of one element. */
  readonly bytes: number;
  /** Bytes whose order is reversed as a whole: 1 where there is nothing to reverse. */
  readonly swapped: 1 | 2 | 4 | 8;
  /** What the file holds, where no dtype is that. */
  readonly wide?: "i64" | "u64" | "f16";
}

const NATIVE: Readonly<Record<string, DType>> = {
  f8: "f64",
  f4: "f32",
  i4: "i32",
  u4: "u32",
  i2: "i16",
  u2: "u16",
  i1: "i8",
  u1: "u8",
  b1: "bool",
  c8: "c64",
  c16: "c128",
};

const WIDE: Readonly<Record<string, readonly ["i64" | "u64" | "f16", DType]>> = {
  i8: ["i64", "f64"],
  u8: ["u64", "f64"],
  f2: ["f16", "f32"],
};

/** Of a type string; undefined where it is none that arrays can be made of. */
export function formatOf(type: string): ElementFormat | undefined {
  const [, order, name = ""] = /^([<>|=])([a-z]\d+)$/.exec(type) ?? [];
  const wide = WIDE[name];
  const dtype = wide?.[1] ?? NATIVE[name];
  if (order === undefined || dtype === undefined) return undefined;
  const bytes = Number(name.slice(1));
  const word = name.startsWith("c") ? bytes / 2 : bytes;
  return {
    dtype,
    bytes,
    swapped: order === ">" ? (word as ElementFormat["swapped"]) : 1,
    ...(wide && { wide: wide[0] }),
  };
}

/** The type string of a dtype in memory. */
export function typeString(dtype: DType): string {
  const name = Object.keys(NATIVE).find((each) => NATIVE[each] === dtype) as string;
  return elementOf(dtype).size === 1 ? `|${name}` : `<${name}`;
}

/** Puts elements into `out` from element `at` on. The bytes are of a file that errors name; they may be changed. */
export function decode(
  bytes: Uint8Array<ArrayBuffer>,
  { dtype, swapped, wide }: ElementFormat,
  out: TypedArray,
  at: number,
  file: string,
): void {
  if (swapped > 1) reverseWords(bytes, swapped);
  const { buffer, byteOffset, byteLength } = bytes;
  if (wide === "f16") {
    (out as Float32Array).set(new Float16Array(buffer, byteOffset, byteLength / 2), at);
  } else if (wide) {
    const Class = wide === "i64" ? BigInt64Array : BigUint64Array;
    exactNumbers(new Class(buffer, byteOffset, byteLength / 8), out, at, file);
  } else if (dtype === "bool") {
    for (let i = 0; i < byteLength; i++) out[at + i] = bytes[i] === 0 ? 0 : 1;
  } else {
    const { array: Class, lanes } = elementOf(dtype);
    const length = byteLength / Class.BYTES_PER_ELEMENT;
    const from = new Class(buffer, byteOffset, length) as Float64Array;
    (out as Float64Array).set(from, at * lanes);
  }
}

function reverseWords(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) {
    bytes.subarray(start, start + size).reverse();
  }
}

/** @throws where an integer has no f64 that equals it */
export function exactNumbers(
  integers: BigInt64Array | BigUint64Array,
  out: TypedArray,
  at: number,
  file: string,
): void {
  for (let i = 0; i < integers.length; i++) {
    const integer = integers[i] as bigint;
    const number = Number(integer);
    if (BigInt(number) !== integer) {
      throw fileError(
        `${file}: ${integer} is an integer that f64 cannot hold exactly; store the array as float64 or int32`,
      );
    }
    (out as Float64Array)[at + i] = number;
  }
}
