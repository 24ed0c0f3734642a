/** How values become those of another type. What a type cannot hold is an error that says so. */

import { invalidArgument } from "../../wire/errors.ts";
import { arrayClass } from "../columns/column.ts";
import type { ColumnType } from "../columns/field.ts";
import { type Code, type Kind, numberOf } from "./operators.ts";

/** What a value of a type is in a loop. */
export function kindOf(type: ColumnType): Kind {
  switch (type) {
    case "i64":
    case "u64":
      return "wide";
    case "bool":
      return "bool";
    case "utf8":
    case "dictionary":
      return "text";
    case "date":
    case "timestamp":
      return "time";
    default:
      return "number";
  }
}

/** The code of a value as another type. */
export function castCode(own: Code, type: ColumnType): string {
  const kind = kindOf(type);
  const name = JSON.stringify(type);
  if (own.kind === "null") return zeroOf(kind);
  switch (kind) {
    case "text":
      return own.kind === "time" ? `new Date(${own.code}).toISOString()` : `String(${own.code})`;
    case "bool":
      if (own.kind === "bool") return own.code;
      return own.kind === "text" ? `toBool(${own.code})` : `(${numberOf(own)} !== 0)`;
    case "wide":
      if (own.kind === "bool") return `BigInt(${own.code})`;
      return `toWide(${own.code}, ${name})`;
    case "time": {
      const given = own.kind === "text" ? own.code : numberOf(own);
      const time = own.kind === "time" ? given : `toTime(${given}, ${name})`;
      return type === "date" ? `Math.floor(${time} / 86400000) * 86400000` : time;
    }
    default:
      if (own.kind === "bool") return `(${own.code} ? 1 : 0)`;
      if (own.kind === "text") return `toNumber(toFloat(${own.code}, ${name}), ${name})`;
      return type === "f64" ? numberOf(own) : `toNumber(${numberOf(own)}, ${name})`;
  }
}

/** What lies under a null. */
export function zeroOf(kind: Kind): string {
  return { number: "0", wide: "0n", bool: "false", text: '""', time: "0", null: "0" }[kind];
}

const misfit = (value: unknown, type: ColumnType): Error =>
  invalidArgument(
    `cast: ${typeof value === "string" ? JSON.stringify(value) : String(value)} is no ${type}`,
  );

/** Numbers that an integer type holds. */
function limits(type: ColumnType): readonly [number, number] | undefined {
  if (type === "f32" || type === "f64") return undefined;
  const bits = arrayClass(type).BYTES_PER_ELEMENT * 8;
  return type.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

const LIMITS = new Map(
  (["i8", "i16", "i32", "u8", "u16", "u32"] as const).map((type) => [
    type as ColumnType,
    limits(type),
  ]),
);

/** What the code of casts calls. */
export const CASTS = {
  toNumber(value: number, type: ColumnType): number {
    const range = LIMITS.get(type);
    if (!range) return type === "f32" ? Math.fround(value) : value;
    const whole = Math.trunc(value);
    if (whole >= range[0] && whole <= range[1]) return whole;
    throw misfit(value, type);
  },
  toFloat(value: string, type: ColumnType): number {
    const text = value.trim();
    const number = Number(text);
    if (text === "" || (Number.isNaN(number) && text !== "NaN")) throw misfit(value, type);
    return number;
  },
  toWide(value: number | bigint | string, type: ColumnType): bigint {
    let wide: bigint;
    try {
      wide = BigInt(typeof value === "number" ? Math.trunc(value) : value);
    } catch {
      throw misfit(value, type);
    }
    const fits = type === "u64" ? BigInt.asUintN(64, wide) : BigInt.asIntN(64, wide);
    if (fits !== wide || value === "") throw misfit(value, type);
    return wide;
  },
  toBool(value: string): boolean {
    const text = value.toLowerCase();
    if (text === "true" || text === "false") return text === "true";
    throw misfit(value, "bool");
  },
  toTime(value: number | string, type: ColumnType): number {
    const time = typeof value === "string" ? Date.parse(value) : Math.floor(value);
    if (!(Math.abs(time) <= 8.64e15)) throw misfit(value, type);
    return time;
  },
};
