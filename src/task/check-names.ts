/** Option objects of calls: an object, with names that the call knows. */

import { unknownKey } from "../util/unknown-key.ts";
import { invalidArgument } from "../wire/errors.ts";

/** @throws BodkinError for unknown names, saying which are known */
export function checkNames(options: object, names: readonly string[], caller: string): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw invalidArgument(`${caller}: options must be an object with ${names.join(", ")}`);
  }
  const unknown = unknownKey(options, names);
  if (unknown) {
    throw invalidArgument(`${caller} has no option ${unknown}; it has ${names.join(", ")}`);
  }
}
