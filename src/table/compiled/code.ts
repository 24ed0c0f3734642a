/** Expressions that the parts of the compiled reader share. */

import {
  type Expr,
  i32,
  i64,
  type Local,
  type Operand,
  type Statement,
  set,
} from "../../wasm/ops.ts";
import { NEWLINE, RETURN } from "./bytes.ts";

export type I32 = Expr<"i32">;
export type I64 = Expr<"i64">;

export const byteAt = (address: Operand<"i32">, offset = 0): I32 => i32.load8U(address, offset);
export const advance = (at: Local<"i32">, by: Operand<"i32">): Statement =>
  set(at, i32.add(at, by));
export const all = (...conditions: I32[]): I32 => conditions.reduce((a, b) => i32.and(a, b));
export const any = (...conditions: I32[]): I32 => conditions.reduce((a, b) => i32.or(a, b));

/** Whether a field ends at `at`, whose byte is `byte`. */
export const ends = (byte: I32, at: Operand<"i32">, separator: I32): I32 =>
  any(
    i32.eq(byte, separator),
    i32.eq(byte, NEWLINE),
    i32.and(i32.eq(byte, RETURN), i32.eq(byteAt(at, 1), NEWLINE)),
  );

/** The eight bytes of digits as such, from 0 to 9; other bytes are more. */
export const digitsAt = (address: Operand<"i32">, offset = 0): I64 =>
  i64.xor(i64.load(address, offset), 0x3030303030303030n);

/** The sign of each byte that is no digit. The bytes above the first one may be wrong. */
export const nonDigits = (digits: I64): I64 =>
  i64.and(i64.or(i64.add(digits, 0x7676767676767676n), digits), 0x8080808080808080n);

/** The number of eight digits, the first one in the lowest byte. */
export function eightDigits(digits: I64): I64 {
  const pairs = i64.and(i64.shrU(i64.mul(digits, 2561n), 8n), 0x00ff00ff00ff00ffn);
  const fours = i64.and(i64.shrU(i64.mul(pairs, 6553601n), 16n), 0x0000ffff0000ffffn);
  return i64.shrU(i64.mul(fours, 42949672960001n), 32n);
}
