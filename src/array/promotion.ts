/**
 * Which dtype holds what comes of elements of several dtypes: the smallest that holds all their values, as in
 * NumPy. There is no i64, so what would need one becomes f64.
 *
 *            bool u8  i8  u16 i16 u32 i32 f32 f64  c64  c128
 *     u8     u8   u8  i16 u16 i16 u32 i32 f32 f64  c64  c128
 *     i8     i8   i16 i8  i32 i16 f64 i32 f32 f64  c64  c128
 *     u16    u16  u16 i32 u16 i32 u32 i32 f32 f64  c64  c128
 *     i16    i16  i16 i16 i32 i16 f64 i32 f32 f64  c64  c128
 *     u32    u32  u32 f64 u32 f64 u32 f64 f64 f64  c128 c128
 *     i32    i32  i32 i32 i32 i32 f64 i32 f64 f64  c128 c128
 *     f32    f32  f32 f32 f32 f32 f64 f64 f32 f64  c64  c128
 *     f64    f64  f64 f64 f64 f64 f64 f64 f64 f64  c128 c128
 *     c64    c64  c64 c64 c64 c64 c128 c128 c64 c128 c64 c128
 *
 * Single values beside arrays are weak: they change the kind of the result (bool, real, complex), not its
 * size, so an f32 array plus 1 stays f32.
 */

import type { DType } from "../memory/dtype.ts";
import {
  type Complex,
  type ComplexDType,
  isComplex,
  isComplexValue,
  type Value,
} from "./element.ts";

/** From small to large: the first that holds both operands is their common dtype. */
const ORDER = [
  "bool",
  "u8",
  "i8",
  "u16",
  "i16",
  "u32",
  "i32",
  "f32",
  "f64",
  "c64",
  "c128",
] as const;

/** The dtypes that hold every value of a dtype. */
interface Wider {
  bool: DType;
  u8: "u8" | "u16" | "i16" | "u32" | "i32" | "f32" | "f64" | "c64" | "c128";
  i8: "i8" | "i16" | "i32" | "f32" | "f64" | "c64" | "c128";
  u16: "u16" | "u32" | "i32" | "f32" | "f64" | "c64" | "c128";
  i16: "i16" | "i32" | "f32" | "f64" | "c64" | "c128";
  u32: "u32" | "f64" | "c128";
  i32: "i32" | "f64" | "c128";
  f32: "f32" | "f64" | "c64" | "c128";
  f64: "f64" | "c128";
  c64: "c64" | "c128";
  c128: "c128";
}

const WIDER: { readonly [D in DType]: readonly Wider[D][] } = {
  bool: ORDER,
  u8: ["u8", "u16", "i16", "u32", "i32", "f32", "f64", "c64", "c128"],
  i8: ["i8", "i16", "i32", "f32", "f64", "c64", "c128"],
  u16: ["u16", "u32", "i32", "f32", "f64", "c64", "c128"],
  i16: ["i16", "i32", "f32", "f64", "c64", "c128"],
  u32: ["u32", "f64", "c128"],
  i32: ["i32", "f64", "c128"],
  f32: ["f32", "f64", "c64", "c128"],
  f64: ["f64", "c128"],
  c64: ["c64", "c128"],
  c128: ["c128"],
};

type FirstOf<Order extends readonly DType[], Set> = Order extends readonly [
  infer Head extends DType,
  ...infer Tail extends readonly DType[],
]
  ? Head extends Set
    ? Head
    : FirstOf<Tail, Set>
  : never;

/** The common dtype of two; of unions, all that may come of their members. */
export type Promote<A extends DType, B extends DType> = A extends DType
  ? B extends DType
    ? FirstOf<typeof ORDER, Wider[A] & Wider[B]>
    : never
  : never;

/** The dtype of the real and imaginary parts; others stay as they are. */
export type RealOf<D extends DType> = D extends "c64" ? "f32" : D extends "c128" ? "f64" : D;

/** The complex dtype whose parts hold a dtype. */
export type ComplexOf<D extends DType> = Promote<D, "c64"> & ComplexDType;

/** The dtype of sums and products: integers and booleans may outgrow their own. */
export type SumOf<D extends DType> = D extends ComplexDType | "f32" ? D : "f64";

export function promote(a: DType, b: DType): DType {
  const wider: readonly DType[] = WIDER[b];
  return WIDER[a].find((dtype) => wider.includes(dtype)) as DType;
}

export const sumOf = (dtype: DType): DType => (isComplex(dtype) || dtype === "f32" ? dtype : "f64");

export function realOf(dtype: DType): DType {
  return dtype === "c64" ? "f32" : dtype === "c128" ? "f64" : dtype;
}

export function complexOf(dtype: DType): ComplexDType {
  return promote(dtype, "c64") as ComplexDType;
}

/** The dtype in which a single value is kept. */
export type DTypeOfValue<V> = V extends boolean ? "bool" : V extends Complex ? "c128" : "f64";

export function dtypeOfValue(value: Value): DType {
  if (typeof value === "boolean") return "bool";
  return isComplexValue(value) ? "c128" : "f64";
}

/** The common dtype of arrays and single values. */
export function commonDType(arrays: readonly DType[], values: readonly Value[]): DType {
  const [first, ...rest] = arrays;
  const types = values.map(dtypeOfValue);
  if (first === undefined) return types.reduce(promote, "bool");
  const common = rest.reduce(promote, first);
  if (types.includes("c128")) return complexOf(common);
  return common === "bool" && types.includes("f64") ? "f64" : common;
}
