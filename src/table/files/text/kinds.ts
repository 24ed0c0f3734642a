/**
 * What a field of a text file looks like, and what a column must hold so that all of its fields fit. Kinds form a
 * lattice: the join of two is the narrowest that holds both.
 */

import { instantIn } from "./instants.ts";

/** Timestamps by the finest unit that a field needs. */
export type Kind = "null" | "bool" | "i32" | "i64" | "f64" | "date" | "ms" | "us" | "ns" | "text";

const NUMBERS: readonly Kind[] = ["i32", "i64", "f64"];
const TIMES: readonly Kind[] = ["date", "ms", "us", "ns"];

/** The narrowest kind that holds values of both. */
export function joinKinds(a: Kind, b: Kind): Kind {
  if (a === b || b === "null") return a;
  if (a === "null") return b;
  for (const ladder of [NUMBERS, TIMES]) {
    const step = Math.max(ladder.indexOf(a), ladder.indexOf(b));
    if (ladder.includes(a) && ladder.includes(b)) return ladder[step] as Kind;
  }
  return "text";
}

const INTEGER = /^[+-]?\d+$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** How numbers that are not finite are written. */
const SPECIAL: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "+inf": Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "+infinity": Number.POSITIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

/** The kind of a field that is not null. */
export function kindOf(text: string): Kind {
  const trimmed = text.trim();
  if (INTEGER.test(trimmed)) return integerKind(trimmed);
  if (numberIn(trimmed) !== undefined) return "f64";
  if (booleanIn(trimmed) !== undefined) return "bool";
  const instant = instantIn(trimmed);
  if (instant) return instant.unit;
  return "text";
}

function integerKind(text: string): Kind {
  const value = Number(text);
  if (value === (value | 0)) return "i32";
  if (Number.isSafeInteger(value)) return "i64";
  return BigInt.asIntN(64, BigInt(text.replace("+", ""))) === BigInt(text.replace("+", ""))
    ? "i64"
    : "f64";
}

/** The number that a field is; undefined where it is none. */
export function numberIn(text: string): number | undefined {
  if (FLOAT.test(text)) return Number(text);
  return SPECIAL[text.toLowerCase()];
}

/** The integer that a field is; undefined where it is none. */
export const integerIn = (text: string): bigint | undefined =>
  INTEGER.test(text) ? BigInt(text.replace("+", "")) : undefined;

export function booleanIn(text: string): boolean | undefined {
  if (text.length > 5) return undefined;
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}
