/** Where the smallest and the largest element is: the first of equal ones. NaN wins over every number, as in NumPy. */

import type { DType } from "../../memory/dtype.ts";
import { checkOrdered } from "./extrema.ts";
import { compileRow, compileRun, numberSource, perDType } from "./loops.ts";
import { type Loops, makeReduction, type Reduction } from "./reduction.ts";

type Name = "argmin" | "argmax";

/** Whether a number wins over the best one of those before it. */
export const wins = (name: Name, x: number, best: number): boolean =>
  (name === "argmin" ? x < best : x > best) || (Number.isNaN(x) && !Number.isNaN(best));

const winsSource = (name: Name, x: string, best: string): string =>
  `${x} ${name === "argmin" ? "<" : ">"} ${best} || (${x} !== ${x} && ${best} === ${best})`;

/** A state is the best number and its place among the elements of the state. */
function loopsOf(name: Name, dtype: DType): Loops<Float64Array> {
  return {
    width: 2,
    leaf: 8192,
    create: (length) => new Float64Array(length),
    run: compileRun(
      `${name}_${dtype}`,
      `let best = ${numberSource(dtype, "start")}, place = 0;
      for (let i = 1; i < n; i++) {
        const x = ${numberSource(dtype, "start + i")};
        if (${winsSource(name, "x", "best")}) { best = x; place = i; }
      }
      states[at] = best; states[at + 1] = place;`,
    ),
    row: compileRow(
      `${name}_rows_${dtype}`,
      `for (let i = 0, s = at; i < n; i++, s += 2) {
        const x = ${numberSource(dtype, "start + i")}, best = states[s];
        if (seen === 0 || ${winsSource(name, "x", "best")}) { states[s] = x; states[s + 1] = seen; }
      }`,
    ),
    merge(states, at, others, from, n, count) {
      for (let i = 0; i < 2 * n; i += 2) {
        const other = others[from + i] as number;
        if (!wins(name, other, states[at + i] as number)) continue;
        states[at + i] = other;
        states[at + i + 1] = count + (others[from + i + 1] as number);
      }
    },
  };
}

const argument = (name: Name): ((dtype: DType) => Reduction) =>
  perDType((dtype) => {
    checkOrdered(name, dtype);
    return makeReduction({
      name,
      dtype: "i32",
      loops: loopsOf(name, dtype),
      empty: undefined,
      value: (states: Float64Array, at) => states[at + 1] as number,
    });
  });

export const argmin: (dtype: DType) => Reduction = argument("argmin");
export const argmax: (dtype: DType) => Reduction = argument("argmax");
