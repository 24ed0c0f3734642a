/** The types of the columns of a text file: those that the user gives, the others by a sample. */

import { invalidArgument } from "../../../wire/errors.ts";
import { nearest } from "../../../wire/option-names.ts";
import type { ColumnType, Field } from "../../columns/field.ts";
import { EXPECTED } from "./expected.ts";
import type { Kind } from "./kinds.ts";
import type { Kinds } from "./misfit.ts";

/** Types by the names of columns; `{ type, unit }` for timestamps that do not count milliseconds. */
export type GivenTypes = Readonly<Record<string, ColumnType | Omit<Field, "name">>>;

const TYPES = Object.keys(EXPECTED) as ColumnType[];

/** @throws BodkinError where one is no type */
export function checkTypes(types: GivenTypes | undefined, caller: string): void {
  for (const [name, given] of Object.entries(types ?? {})) {
    const type = typeof given === "string" ? given : given?.type;
    if (TYPES.includes(type)) continue;
    throw invalidArgument(
      `${caller}: column '${name}' cannot have type '${String(type)}'; there are ${TYPES.join(", ")}`,
    );
  }
}

/** @throws BodkinError where a type is given for a column that is not there */
export function checkTyped(
  types: GivenTypes | undefined,
  names: readonly string[],
  caller: string,
): void {
  for (const name of Object.keys(types ?? {})) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const hint = meant ? ` (did you mean '${meant}'?)` : "";
    throw invalidArgument(
      `${caller} has a type for '${name}'${hint}, but the columns are ${names.slice(0, 20).join(", ")}`,
    );
  }
}

/** The columns, those of unknown kind with the types that were given. `distinct`: whose texts are nearly all distinct. */
export function fieldsOf(
  names: readonly string[],
  kinds: Kinds,
  types: GivenTypes = {},
  distinct: readonly boolean[] = [],
): Field[] {
  return names.map((name, at): Field => {
    const kind = kinds.get(name);
    if (kind !== undefined) return { name, ...typeOfKind(kind, distinct[at] === true) };
    const given = types[name] as GivenTypes[string];
    const field = typeof given === "string" ? { type: given } : given;
    return { name, ...field, ...(field.type === "timestamp" && { unit: field.unit ?? "ms" }) };
  });
}

function typeOfKind(kind: Kind, isDistinct: boolean): Omit<Field, "name"> {
  switch (kind) {
    case "text":
      return { type: isDistinct ? "utf8" : "dictionary" };
    case "ms":
    case "us":
    case "ns":
      return { type: "timestamp", unit: kind };
    case "null":
      return { type: "dictionary" };
    default:
      return { type: kind };
  }
}

/** Texts of a sample from which on most of them being distinct says something. */
const ENOUGH = 200;

/** Whether nearly all texts of a sample differ, so that a dictionary would only be overhead. */
export const nearlyDistinct = (texts: number, distinct: number): boolean =>
  texts >= ENOUGH && distinct > 0.8 * texts;
