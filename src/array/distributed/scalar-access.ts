/**
 * Whether single elements of distributed arrays may be read and written: each time is a task and a wait, which a loop
 * over an array does not want. Users forbid it to find such loops.
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { BodkinError, invalidArgument } from "../../wire/errors.ts";

const scoped = new AsyncLocalStorage<boolean>();
let byDefault = true;

/**
 * Allows or forbids `get` and `set` of distributed arrays; with a function, within that and what it awaits, giving
 * its result.
 */
export function allowScalar(isAllowed: boolean): void;
export function allowScalar<T>(isAllowed: boolean, body: () => T): T;
export function allowScalar<T>(isAllowed: boolean, body?: () => T): T | undefined {
  if (typeof isAllowed !== "boolean") {
    throw invalidArgument(`allowScalar takes true or false, not ${String(isAllowed)}`);
  }
  if (body) return scoped.run(isAllowed, body);
  byDefault = isAllowed;
  return undefined;
}

/** @throws where single elements may not be touched */
export function checkScalar(name: "get" | "set"): void {
  if (scoped.getStore() ?? byDefault) return;
  throw new BodkinError(
    "SCALAR_ACCESS",
    `Scalar indexing is disallowed: ${name}() of a distributed array is a task for one element. Work on whole arrays or slices, collect() the array first, or allow it here: allowScalar(true, () => …)`,
  );
}
