/** What dtypes are: their kinds and bounds, and which holds what of others. */

import { type DType, elementOf } from "../memory/dtype.ts";
import { invalidArgument } from "../wire/errors.ts";
import { checkDType, isComplex, isFloat, type Value } from "./element.ts";
import { isValue } from "./elementwise/apply.ts";
import { type AnyArray, checkArray, isArray } from "./kinds.ts";
import { commonDType, promote, realOf } from "./promotion.ts";

/** The dtype of what comes of arrays, dtypes and single values together: `resultType("i8", "u8")` is i16. */
export function resultType(...operands: readonly (AnyArray | DType | Value)[]): DType {
  if (operands.length === 0)
    throw invalidArgument('resultType needs operands: resultType("i8", x)');
  const dtypes: DType[] = [];
  const values: Value[] = [];
  for (const operand of operands) {
    if (typeof operand === "string") dtypes.push(checkDType(operand));
    else if (isArray(operand)) dtypes.push(operand.dtype);
    else if (typeof operand === "number" || (operand && isValue(operand))) values.push(operand);
    else checkArray("resultType", operand);
  }
  return commonDType(dtypes, values);
}

/** Whether each value of one dtype, or of an array's, is one of another: f32 holds i16, not i32. */
export function canCast(from: DType | AnyArray, to: DType): boolean {
  const own = typeof from === "string" ? checkDType(from) : checkArray("canCast", from).dtype;
  return promote(own, checkDType(to)) === to;
}

export type DTypeKind =
  | "bool"
  | "signed integer"
  | "unsigned integer"
  | "integral"
  | "real floating"
  | "complex floating"
  | "numeric";

const KINDS: Readonly<Record<DTypeKind, (dtype: DType) => boolean>> = {
  bool: (dtype) => dtype === "bool",
  "signed integer": (dtype) => dtype.startsWith("i"),
  "unsigned integer": (dtype) => dtype.startsWith("u"),
  integral: (dtype) => /^[iu]/.test(dtype),
  "real floating": isFloat,
  "complex floating": isComplex,
  numeric: (dtype) => dtype !== "bool",
};

/** Whether a dtype is another one, or of a kind, or of any of several. */
export function isdtype(
  dtype: DType,
  kind: DType | DTypeKind | readonly (DType | DTypeKind)[],
): boolean {
  const own = checkDType(dtype);
  return [kind].flat().some((each) => {
    if (Object.hasOwn(KINDS, each)) return KINDS[each as DTypeKind](own);
    if (!/^[a-z]\d+$/.test(each)) {
      throw invalidArgument(
        `isdtype: '${each}' is no kind of dtypes; use a dtype or one of ${Object.keys(KINDS).join(", ")}`,
      );
    }
    return checkDType(each) === own;
  });
}

export interface FloatInfo {
  readonly bits: number;
  /** From 1 to the next larger number. */
  readonly eps: number;
  readonly min: number;
  readonly max: number;
  /** The smallest positive number with all its digits. */
  readonly smallestNormal: number;
  readonly dtype: DType;
}

/** Bounds of a floating-point dtype; of a complex one those of its parts. */
export function finfo(type: DType | AnyArray): FloatInfo {
  const dtype = dtypeOf("finfo", type);
  const real = realOf(dtype);
  if (!isFloat(real)) {
    throw invalidArgument(
      `finfo of ${dtype}, which is no floating-point dtype; iinfo is for integers`,
    );
  }
  const [bits, digits, most] = real === "f32" ? [32, 23, 127] : [64, 52, 1023];
  const max = (2 - 2 ** -digits) * 2 ** most;
  return { bits, eps: 2 ** -digits, min: -max, max, smallestNormal: 2 ** (1 - most), dtype: real };
}

export interface IntegerInfo {
  readonly bits: number;
  readonly min: number;
  readonly max: number;
  readonly dtype: DType;
}

/** Bounds of a dtype of integers. */
export function iinfo(type: DType | AnyArray): IntegerInfo {
  const dtype = dtypeOf("iinfo", type);
  if (!KINDS.integral(dtype)) {
    throw invalidArgument(`iinfo of ${dtype}, which is no dtype of integers; finfo is for floats`);
  }
  const bits = 8 * elementOf(dtype).array.BYTES_PER_ELEMENT;
  const isSigned = dtype.startsWith("i");
  const max = 2 ** (isSigned ? bits - 1 : bits) - 1;
  return { bits, min: isSigned ? -max - 1 : 0, max, dtype };
}

const dtypeOf = (name: string, type: DType | AnyArray): DType =>
  typeof type === "string" ? checkDType(type) : checkArray(name, type).dtype;
