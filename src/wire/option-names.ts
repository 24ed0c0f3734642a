/** Names of options: which are known, and which one was probably meant. */

import { invalidArgument } from "./errors.ts";

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

/** The first key of an object that is not in a list, ready to be quoted; undefined where all are. */
export function unknownKey(object: object, known: readonly string[]): string | undefined {
  const wrong = Object.keys(object).find((key) => !known.includes(key));
  if (wrong === undefined) return undefined;
  const meant = nearest(wrong, known);
  return meant === undefined ? `'${wrong}'` : `'${wrong}' (did you mean '${meant}'?)`;
}

/** The name that differs least, unless all differ in more than a third of their letters. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const each of known) {
    const steps = distance(name.toLowerCase(), each.toLowerCase());
    if (steps >= least) continue;
    least = steps;
    best = each;
  }
  return best;
}

/** Letters to add, drop, change or swap with their neighbour to make one word the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (row[j] as number) + 1,
        (next[j - 1] as number) + 1,
        (row[j - 1] as number) + (isSame ? 0 : 1),
        isSwap ? (before[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, row] = [row, next];
  }
  return row[b.length] as number;
}
