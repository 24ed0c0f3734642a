/** Element types of arrays: their names, sizes, codes in shared memory and typed-array classes. */

export type DType =
  | "f64"
  | "f32"
  | "i32"
  | "u32"
  | "i16"
  | "u16"
  | "i8"
  | "u8"
  | "bool"
  | "c64"
  | "c128";

/** Typed arrays that cross threads without serialisation; `i64`, `u64` and `u8c` have no array operations. */
export type ElementType = DType | "i64" | "u64" | "u8c";

export type TypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | BigInt64Array
  | BigUint64Array;

export interface TypedArrayClass {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

interface Element {
  readonly name: ElementType;
  /** Bytes of one element. */
  readonly size: number;
  /** Typed-array elements in one element: 2 for complex numbers (real and imaginary part, interleaved). */
  readonly lanes: 1 | 2;
  readonly array: TypedArrayClass;
}

const element = (name: ElementType, array: TypedArrayClass, lanes: 1 | 2 = 1): Element => ({
  name,
  size: array.BYTES_PER_ELEMENT * lanes,
  lanes,
  array,
});

/** The position in this list is the code in shared memory and between processes: append only. */
const ELEMENTS: readonly Element[] = [
  element("f64", Float64Array),
  element("f32", Float32Array),
  element("i32", Int32Array),
  element("u32", Uint32Array),
  element("i16", Int16Array),
  element("u16", Uint16Array),
  element("i8", Int8Array),
  element("u8", Uint8Array),
  element("bool", Uint8Array),
  element("c64", Float32Array, 2),
  element("c128", Float64Array, 2),
  element("i64", BigInt64Array),
  element("u64", BigUint64Array),
  element("u8c", Uint8ClampedArray),
];

const BY_NAME = new Map(ELEMENTS.map((e, code) => [e.name, { ...e, code }]));

/** What is known of an element type. */
export function elementOf(type: ElementType): Element & { readonly code: number } {
  const found = BY_NAME.get(type);
  if (!found) throw new Error(`internal: no element type '${type}'`);
  return found;
}

export function elementOfCode(code: number): Element {
  const found = ELEMENTS[code];
  if (!found) throw new Error(`internal: no element type with code ${code}`);
  return found;
}

const CLASS_NAMES: ReadonlyMap<string, ElementType> = new Map([
  ["Float64Array", "f64"],
  ["Float32Array", "f32"],
  ["Int32Array", "i32"],
  ["Uint32Array", "u32"],
  ["Int16Array", "i16"],
  ["Uint16Array", "u16"],
  ["Int8Array", "i8"],
  ["Uint8Array", "u8"],
  ["Uint8ClampedArray", "u8c"],
  ["BigInt64Array", "i64"],
  ["BigUint64Array", "u64"],
]);

/** The element type of a typed array; undefined where it has none of ours (`DataView`, `Float16Array`, …). */
export function elementTypeOf(array: ArrayBufferView): ElementType | undefined {
  return CLASS_NAMES.get(
    (array as unknown as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? "",
  );
}
