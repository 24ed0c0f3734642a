/** Reading and writing elements of arrays in memory: one of them, or those of consecutive items. */

import { type Expr, f32, f64, i32, type Statement } from "../../wasm/ops.ts";
import { i16x8, i32x4, type Vector, v128 } from "../../wasm/simd.ts";
import { type ElementDType, valueTypeOf } from "../ir.ts";
import type { Bundle, LaneOperations } from "./lanes.ts";
import { vectorsOf } from "./lanes.ts";
import type { Scalar } from "./scalar.ts";

type I32 = Expr<"i32">;

const SHIFTS: Record<ElementDType, number> = {
  f64: 3,
  f32: 2,
  i32: 2,
  u32: 2,
  i16: 1,
  u16: 1,
  i8: 0,
  u8: 0,
  bool: 0,
};

export const bytesOf = (dtype: ElementDType): number => 1 << SHIFTS[dtype];

/** Where the element at `index` is. */
export const elementAddress = (dtype: ElementDType, base: I32, index: I32): I32 =>
  i32.add(base, SHIFTS[dtype] === 0 ? index : i32.shl(index, SHIFTS[dtype]));

export function loadElement(dtype: ElementDType, address: I32): Scalar {
  switch (dtype) {
    case "f64":
      return f64.load(address);
    case "f32":
      return f32.load(address);
    case "i32":
    case "u32":
      return i32.load(address);
    case "i16":
      return i32.load16S(address);
    case "u16":
      return i32.load16U(address);
    case "i8":
      return i32.load8S(address);
    case "u8":
      return i32.load8U(address);
    case "bool":
      return i32.ne(i32.load8U(address), 0);
  }
}

/** What elements outside of the array are. */
export function missingElement(dtype: ElementDType): Scalar {
  if (dtype === "f64") return f64.const(Number.NaN);
  return dtype === "f32" ? f32.const(Number.NaN) : i32.const(0);
}

export function storeElement(dtype: ElementDType, address: I32, value: Scalar): Statement {
  if (dtype === "f64") return f64.store(address, value as Expr<"f64">);
  if (dtype === "f32") return f32.store(address, value as Expr<"f32">);
  const word = value as I32;
  const bytes = bytesOf(dtype);
  if (bytes === 4) return i32.store(address, word);
  return bytes === 2 ? i32.store16(address, word) : i32.store8(address, word);
}

/** Elements of `lanes` consecutive items; the first is at `address`. */
export function loadElements(
  on: LaneOperations,
  dtype: ElementDType,
  address: I32,
  lanes: number,
): Bundle {
  const type = valueTypeOf(dtype);
  const step = (16 * bytesOf(dtype)) / (type === "f64" ? 8 : 4);
  const count = vectorsOf(type, lanes);
  const vectors = Array.from({ length: count }, (_, k) => loadVector(dtype, address, k * step));
  return dtype === "bool" ? on.cast("i32", "bool", { vectors }) : { vectors };
}

function loadVector(dtype: ElementDType, address: I32, offset: number): Vector {
  switch (dtype) {
    case "i16":
      return v128.load16x4S(address, offset);
    case "u16":
      return v128.load16x4U(address, offset);
    case "i8":
      return i32x4.extendLowS(i16x8.extendLowS(v128.load32Zero(address, offset)));
    case "u8":
    case "bool":
      return i32x4.extendLowU(i16x8.extendLowU(v128.load32Zero(address, offset)));
    default:
      return v128.load(address, offset);
  }
}

/** `bundle` has the array's value type. */
export function storeElements(
  on: LaneOperations,
  dtype: ElementDType,
  address: I32,
  bundle: Bundle,
): Statement[] {
  const bytes = bytesOf(dtype);
  if (bytes >= 4) {
    return bundle.vectors.map((vector, k) => v128.store(address, vector, 16 * k));
  }
  const { vectors } = on.keep(dtype === "bool" ? on.cast("bool", "i32", bundle) : bundle);
  const store = bytes === 2 ? v128.store16Lane : v128.store8Lane;
  const perWord = 4 / bytes;
  return vectors.flatMap((vector, k) =>
    [0, 1, 2, 3].map((lane) => store(address, vector, lane * perWord, (4 * k + lane) * bytes)),
  );
}
