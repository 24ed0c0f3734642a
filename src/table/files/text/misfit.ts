/**
 * A value that does not fit the type that was inferred on a sample. The error says what the columns must hold by all
 * values of the piece, so that the table can be read again with wider types.
 */

import { joinKinds, type Kind } from "./kinds.ts";

/** By the names of columns; without those whose types were given, which stay. */
export type Kinds = ReadonlyMap<string, Kind>;

interface Misfit extends Error {
  readonly widerKinds: Kinds;
}

/** The error with what the columns must hold. */
export const misfit = (error: Error, widerKinds: Kinds): Error =>
  Object.assign(error, { widerKinds });

/** What holds the values of both. */
export function joinAll(a: Kinds, b: Kinds): Kinds {
  const joined = new Map(a);
  for (const [name, kind] of b) joined.set(name, joinKinds(kind, a.get(name) ?? "null"));
  return joined;
}

/** What the columns must hold after errors of several pieces; undefined where that does not help. */
export function widened(kinds: Kinds, errors: readonly unknown[]): Kinds | undefined {
  let joined = kinds;
  for (const error of errors) {
    const { widerKinds } = (error ?? {}) as Partial<Misfit>;
    if (!widerKinds) return undefined;
    joined = joinAll(joined, widerKinds);
  }
  return [...joined].some(([name, kind]) => kinds.get(name) !== kind) ? joined : undefined;
}
