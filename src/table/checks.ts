/** What verbs are given, checked before anything is submitted. */

import { describe } from "../util/describe.ts";
import { invalidArgument } from "../wire/errors.ts";

/** @throws BodkinError for what is no name of a column, and for none */
export function checkNames(caller: string, names: readonly unknown[]): readonly string[] {
  const wrong = names.find((name) => typeof name !== "string");
  if (names.length > 0 && wrong === undefined) return names as readonly string[];
  throw invalidArgument(
    `${caller} takes names of columns, at least one, not ${names.length > 0 ? String(wrong) : "none"}`,
  );
}

/** @throws BodkinError for what is no function that gives its result at once */
export function checkFunction(caller: string, f: unknown): void {
  if (typeof f !== "function") {
    throw invalidArgument(`${caller} takes a function of a row, such as row => row.a + 1`);
  }
  const kind = Object.prototype.toString.call(f);
  if (kind === "[object Function]") return;
  throw invalidArgument(
    `${caller} takes a function that gives its result at once, and this is ${/async/i.test(kind) ? "async" : "a generator"}; wait for what it needs before, and let it use that`,
  );
}

/** @throws BodkinError for what is no number of rows, `least` or more */
export function checkRows(caller: string, rows: unknown, least: number = 0): void {
  if (Number.isSafeInteger(rows) && (rows as number) >= least) return;
  const what = least > 0 ? `at least ${least}` : "0 or more";
  throw invalidArgument(`${caller}(${String(rows)}): give a number of rows, ${what}`);
}

/** @throws BodkinError for other things than `{ old: "new" }` */
export function checkRenames(names: unknown): Readonly<Record<string, string>> {
  const isMap = typeof names === "object" && names !== null && !Array.isArray(names);
  const wrong = isMap ? Object.entries(names).find(([, to]) => typeof to !== "string") : undefined;
  if (isMap && !wrong) return names as Record<string, string>;
  const what = wrong ? `for '${wrong[0]}' ${describe(wrong[1])}` : describe(names);
  throw invalidArgument(`rename takes new names by the old ones, { old: "new" }, not ${what}`);
}
