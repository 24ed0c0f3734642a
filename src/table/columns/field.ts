/** What columns are called and what is in them. A schema is plain data. */

/** Types whose elements are numbers of a typed array. */
export type NumberType = "i8" | "i16" | "i32" | "u8" | "u16" | "u32" | "f32" | "f64";

/**
 * What a column holds. `i64` and `u64` are exact; `date` counts days and `timestamp` units since 1970; a `dictionary`
 * column is one of strings, each distinct one stored once.
 */
export type ColumnType =
  | NumberType
  | "i64"
  | "u64"
  | "bool"
  | "date"
  | "timestamp"
  | "utf8"
  | "dictionary";

/** What a timestamp counts. */
export type TimeUnit = "s" | "ms" | "us" | "ns";

/** A named column. */
export interface Field {
  readonly name: string;
  readonly type: ColumnType;
  /** Of a timestamp. */
  readonly unit?: TimeUnit;
}

export type Schema = readonly Field[];

/** Strings in either form. */
export const isText = (type: ColumnType): boolean => type === "utf8" || type === "dictionary";

/** Two types of which users see the same values. */
export const sameKind = (a: ColumnType, b: ColumnType): boolean =>
  a === b || (isText(a) && isText(b));
