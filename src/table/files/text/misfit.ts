/**
 * A value that does not fit the type that was inferred on a sample. The error says what the columns must hold by all
 * values of the piece, so that the table can be read again with wider types.
 */

import { joinKinds, type Kind } from "./kinds.ts";

/** By column; undefined where the type was given and stays. */
export type Kinds = readonly (Kind | undefined)[];

interface Misfit extends Error {
  readonly widerKinds: Kinds;
}

/** The error with what the columns must hold. */
export const misfit = (error: Error, widerKinds: Kinds): Error =>
  Object.assign(error, { widerKinds });

/** What the columns must hold after errors of several pieces; undefined where others are among them. */
export function widened(kinds: Kinds, errors: readonly unknown[]): Kinds | undefined {
  let joined = kinds;
  for (const error of errors) {
    const { widerKinds } = (error ?? {}) as Partial<Misfit>;
    if (!widerKinds) return undefined;
    joined = joined.map((kind, at) =>
      kind === undefined ? undefined : joinKinds(kind, widerKinds[at] ?? "null"),
    );
  }
  return joined.some((kind, at) => kind !== kinds[at]) ? joined : undefined;
}
