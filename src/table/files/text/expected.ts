/** What the fields of a column must be. */

import type { ColumnType } from "../../columns/field.ts";

/** In words. */
export const EXPECTED: Readonly<Record<ColumnType, string>> = {
  i8: "an integer from -128 to 127",
  i16: "an integer from -32768 to 32767",
  i32: "an integer of 32 bits",
  u8: "an integer from 0 to 255",
  u16: "an integer from 0 to 65535",
  u32: "an integer from 0 to 4294967295",
  i64: "an integer of 64 bits",
  u64: "an integer from 0 to 18446744073709551615",
  f32: "a number",
  f64: "a number",
  bool: "true or false",
  date: "a date such as 2026-01-31",
  timestamp: "a time such as 2026-01-31T12:00:00Z",
  utf8: "text",
  dictionary: "text",
};

/** Least and greatest integer of a type. */
export const LIMITS: Readonly<Partial<Record<ColumnType, readonly [bigint, bigint]>>> = {
  i8: [-128n, 127n],
  i16: [-32768n, 32767n],
  i32: [-2147483648n, 2147483647n],
  i64: [-(2n ** 63n), 2n ** 63n - 1n],
  u8: [0n, 255n],
  u16: [0n, 65535n],
  u32: [0n, 4294967295n],
  u64: [0n, 2n ** 64n - 1n],
};
