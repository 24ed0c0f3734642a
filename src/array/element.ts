/**
 * Elements of arrays: the JavaScript value and the typed array that belong to each dtype, and the source text
 * with which compiled loops read and write them. A complex number is two neighbouring entries of its typed
 * array, so positions and strides always count entries, not elements.
 */

import { type DType, elementOf, type TypedArray } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";

export interface Complex {
  readonly re: number;
  readonly im: number;
}

export type ComplexDType = "c64" | "c128";

/** An element of some array. */
export type Value = number | boolean | Complex;

interface Classes {
  f64: Float64Array;
  f32: Float32Array;
  i32: Int32Array;
  u32: Uint32Array;
  i16: Int16Array;
  u16: Uint16Array;
  i8: Int8Array;
  u8: Uint8Array;
  bool: Uint8Array;
  c64: Float32Array;
  c128: Float64Array;
}

/** The typed array that holds elements of a dtype. */
export type DataOf<D extends DType> = Classes[D];

/** What reading an element gives. */
export type ValueOf<D extends DType> = D extends ComplexDType
  ? Complex
  : D extends "bool"
    ? boolean
    : number;

/** What may be written to an element. */
export type InputOf<D extends DType> = D extends ComplexDType
  ? Complex | number
  : D extends "bool"
    ? boolean | number
    : number;

export const DTYPES: readonly DType[] = [
  "f64",
  "f32",
  "i32",
  "u32",
  "i16",
  "u16",
  "i8",
  "u8",
  "bool",
  "c64",
  "c128",
];

/** @throws where `value` is not the name of a dtype. */
export function checkDType(value: unknown): DType {
  if (DTYPES.includes(value as DType)) return value as DType;
  throw invalidArgument(
    `${typeof value === "string" ? `'${value}'` : String(value)} is not a dtype; use one of ${DTYPES.join(" ")}`,
  );
}

export const isComplex = (dtype: DType): dtype is ComplexDType =>
  dtype === "c64" || dtype === "c128";

export const isFloat = (dtype: DType): boolean => dtype === "f64" || dtype === "f32";

export const isComplexValue = (value: unknown): value is Complex =>
  typeof value === "object" && value !== null && "re" in value && "im" in value;

/** @throws where `value` is no element of any array */
export function checkValue(value: unknown): Value {
  if (typeof value === "number" || typeof value === "boolean" || isComplexValue(value))
    return value;
  throw invalidArgument(
    `${String(value)} is not an element; elements are numbers, booleans or { re, im }`,
  );
}

/** @throws where `value` is no element of an array of real numbers or booleans */
export function checkReal(value: unknown): number | boolean {
  if (typeof value === "number" || typeof value === "boolean") return value;
  const { re, im } = checkValue(value) as Complex;
  throw invalidArgument(
    `${re}+${im}i cannot be an element of an array of real numbers; use its real part or dtype c128`,
  );
}

/** A typed array for `size` elements, all zero. */
export function allocate<D extends DType>(dtype: D, size: number): DataOf<D> {
  const { array: Class, lanes } = elementOf(dtype);
  try {
    return new Class(size * lanes) as DataOf<D>;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const gigabytes = (size * lanes * Class.BYTES_PER_ELEMENT) / 2 ** 30;
    throw invalidArgument(
      `an array of ${size} elements of dtype ${dtype} is ${gigabytes.toPrecision(3)} GiB, for which there is no memory here; a distributed one has it in blocks: zeros(Blocks(…), shape)`,
    );
  }
}

export function readElement(data: TypedArray, dtype: DType, at: number): Value {
  if (isComplex(dtype)) return { re: data[at] as number, im: data[at + 1] as number };
  return dtype === "bool" ? data[at] !== 0 : (data[at] as number);
}

export function writeElement(data: TypedArray, dtype: DType, at: number, value: Value): void {
  if (isComplex(dtype)) {
    const complex = isComplexValue(value);
    data[at] = complex ? value.re : +checkValue(value);
    data[at + 1] = complex ? value.im : 0;
  } else {
    const real = typeof value === "number" ? value : checkReal(value);
    data[at] = dtype === "bool" ? +(real !== 0 && real !== false) : +real;
  }
}

/** Source of an expression that reads the element at `at` as a JavaScript value. */
export function loadSource(dtype: DType, data: string, at: string): string {
  if (isComplex(dtype)) return `{ re: ${data}[${at}], im: ${data}[${at} + 1] }`;
  return dtype === "bool" ? `${data}[${at}] !== 0` : `${data}[${at}]`;
}

/** Source of an expression that is true where the element at `at` is not zero. */
export function truthSource(dtype: DType, data: string, at: string): string {
  const first = `${data}[${at}] !== 0`;
  return isComplex(dtype) ? `(${first} || ${data}[${at} + 1] !== 0)` : first;
}
