/** What the values of JSON are in a table: those that are nested are their text. */

import { instantIn } from "../text/instants.ts";
import { type Kind, kindOf } from "../text/kinds.ts";
import { joinAll, type Kinds } from "../text/misfit.ts";

/** An integer that is too large for a number. */
export type JSONValue = number | bigint | string | boolean | object | null | undefined;

export type JSONRecord = Readonly<Record<string, JSONValue>>;

/** The kind of a value that is not null. */
export function kindOfValue(value: NonNullable<JSONValue>): Kind {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return instantIn(value)?.unit ?? "text";
    case "number":
      return Number.isInteger(value) ? kindOf(String(value)) : "f64";
    case "bigint":
      return kindOf(String(value));
    default:
      return "text";
  }
}

/** The kinds of all values of some records. */
export function kindsOf(records: Iterable<JSONRecord>): Kinds {
  let kinds: Kinds = new Map();
  for (const record of records) {
    const own = new Map<string, Kind>();
    for (const [name, value] of Object.entries(record)) {
      own.set(name, value === null || value === undefined ? "null" : kindOfValue(value));
    }
    if (hasMore(own, kinds)) kinds = joinAll(kinds, own);
  }
  return kinds;
}

const hasMore = (own: Kinds, all: Kinds): boolean =>
  [...own].some(([name, kind]) => all.get(name) !== kind);

/** An object of a text. Integers that a number cannot hold are bigints. @throws SyntaxError */
export function parseRecord(text: string): JSONRecord {
  const value = JSON.parse(text) as JSONValue;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("it is no object");
  }
  return exact(value as JSONRecord, text);
}

function exact(record: JSONRecord, text: string): JSONRecord {
  const wide = Object.keys(record).filter((name) => isRounded(record[name]));
  if (wide.length === 0) return record;
  const whole = JSON.parse(text, withBigInts) as JSONRecord;
  return { ...record, ...Object.fromEntries(wide.map((name) => [name, whole[name]])) };
}

const isRounded = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);

function withBigInts(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source ?? "";
  return isRounded(value) && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** The text of a value in a column of strings. */
export const textOfValue = (value: NonNullable<JSONValue>): string =>
  typeof value === "string"
    ? value
    : typeof value === "bigint"
      ? String(value)
      : JSON.stringify(value);
