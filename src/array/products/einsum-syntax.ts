/** The notation of Einstein sums: `"ij,jk->ik"`. Each letter is the label of an axis; `...` are the axes that are left. */

import { invalidArgument } from "../../wire/errors.ts";
import type { Labels } from "./contraction.ts";

export interface EinsumLabels {
  readonly operands: readonly Labels[];
  readonly out: Labels;
}

/** Labels of axes without a letter, from the last one on. */
const UNNAMED = 1000;

/**
 * The labels of operands with so many axes each. Without `->` the result has the unnamed axes, then the letters
 * that come once, in the order of the alphabet.
 * @throws where the text is not of this notation, or not for these operands
 */
export function parseEinsum(text: string, dimensions: readonly number[]): EinsumLabels {
  const fail = (reason: string): never => {
    throw invalidArgument(`einsum("${text}"): ${reason}`);
  };
  if (typeof text !== "string") fail('the first argument is text such as "ij,jk->ik"');
  const [inputs = "", output, ...more] = text.replaceAll(" ", "").split("->");
  const terms = inputs.split(",");
  if (more.length > 0) fail("'->' comes at most once");
  if (terms.length !== dimensions.length) {
    fail(`it is for ${terms.length} arrays, and there are ${dimensions.length}`);
  }
  let unnamed = 0;
  const operands = terms.map((term, k) => {
    const [before, after, ...rest] = lettersOf(term, fail);
    if (rest.length > 0) fail(`'${term}' has '...' more than once`);
    const named = before.length + (after?.length ?? 0);
    const ndim = dimensions[k] as number;
    const count = ndim - named;
    if (after ? count < 0 : count !== 0) {
      fail(`'${term}' does not name the axes of array ${k + 1}, which has ${ndim}`);
    }
    unnamed = Math.max(unnamed, count);
    return [...before, ...unnamedLabels(count), ...(after ?? [])];
  });
  const counts = new Map<number, number>();
  for (const label of operands.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (output === undefined) {
    const once = [...counts.keys()].filter((label) => label < UNNAMED && counts.get(label) === 1);
    return { operands, out: [...unnamedLabels(unnamed), ...once.toSorted((a, b) => a - b)] };
  }
  const [before, after, ...rest] = lettersOf(output, fail);
  const named = [...before, ...(after ?? [])];
  const unknown = named.find((label) => !counts.has(label));
  if (unknown !== undefined) fail(`'${String.fromCharCode(unknown)}' is of no array`);
  if (new Set(named).size < named.length || rest.length > 0) fail("the result names an axis twice");
  if (!after && unnamed > 0) fail("the result must say where the axes of '...' are");
  return { operands, out: [...before, ...unnamedLabels(after ? unnamed : 0), ...(after ?? [])] };
}

const unnamedLabels = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => UNNAMED + count - 1 - i);

/** The letters before and after each `...`. */
function lettersOf(term: string, fail: (reason: string) => never): [number[], ...number[][]] {
  return term.split("...").map((letters) =>
    Array.from(letters, (letter) => {
      if (!/^[A-Za-z]$/.test(letter)) fail(`'${letter}' is not a letter`);
      return letter.charCodeAt(0);
    }),
  ) as [number[], ...number[][]];
}
