/**
 * The Euclidean norm, without overflow or underflow on the way: squares of very large and of very small numbers
 * are summed apart from the others, scaled. (J. L. Blue: A portable Fortran program to find the Euclidean
 * norm of a vector. ACM TOMS 4(1), 1978; E. Anderson: Algorithm 978. ACM TOMS 44(1), 2017.)
 */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { isComplex } from "../element.ts";
import { realOf, sumOf } from "../promotion.ts";
import { accumulate, compileRow, compileRun, joined, numberSource, perDType } from "./loops.ts";
import { makeReduction, type Reduction } from "./reduction.ts";

/** Numbers between these have squares that can be added by the thousand million. */
const SMALL = 2 ** -511;
const LARGE = 2 ** 486;
/** Brings small numbers up, and large ones down, to where the same holds. */
const UP = 2 ** 600;
const DOWN = 2 ** -600;
/** A sum of squares between these lost nothing that matters to squares that became 0, and can be added to others. */
const LEAST = 2 ** -900;
const MOST = 2 ** 972;

const SCOPE = { SMALL, LARGE, UP, DOWN, LEAST, MOST };

/** Adds the square of `x` where it belongs. */
const addSquare = (large: string, middle: string, small: string): string =>
  `if (x > LARGE) { const y = x * DOWN; ${large} += y * y; }
  else if (x < SMALL) { const y = x * UP; ${small} += y * y; }
  else ${middle} += x * x;`;

/** A state is the sums of squares of large (scaled), middle and small (scaled) numbers. */
export const norm: (dtype: DType) => Reduction = perDType((dtype) => {
  const { lanes } = elementOf(dtype);
  const total = joined(dtype, (a, b) => `(${a} + ${b})`).join(" + ");
  return makeReduction({
    name: "norm",
    dtype: realOf(sumOf(dtype)),
    empty: 0,
    value: (states: Float64Array, at) =>
      rootOf(states[at] as number, states[at + 1] as number, states[at + 2] as number),
    loops: {
      width: 3,
      onHeap: isComplex(dtype) ? undefined : "norm",
      leaf: 512,
      create: (length) => new Float64Array(length),
      run: compileRun(
        `norm_${dtype}`,
        `${accumulate(dtype, "0", (s, entry) => `{ const x = ${entry}; ${s} += x * x; }`)}
        let large = 0, middle = ${total}, small = 0;
        if (!(middle > LEAST && middle < MOST)) {
          middle = 0;
          for (i = start; i < end; i++) {
            const x = Math.abs(${numberSource(dtype, "i")});
            ${addSquare("large", "middle", "small")}
          }
        }
        states[at] = large; states[at + 1] = middle; states[at + 2] = small;`,
        SCOPE,
      ),
      row: compileRow(
        `norm_rows_${dtype}`,
        `if (seen === 0) states.fill(0, at, at + 3 * n);
        for (let i = 0; i < n * ${lanes}; i++) {
          const x = Math.abs(${numberSource(dtype, "start + i")}), s = at + 3 * ${lanes === 2 ? "(i >> 1)" : "i"};
          ${addSquare("states[s]", "states[s + 1]", "states[s + 2]")}
        }`,
        SCOPE,
      ),
      merge(states, at, others, from, n) {
        for (let i = 0; i < 3 * n; i++) (states[at + i] as number) += others[from + i] as number;
      },
    },
  });
});

function rootOf(large: number, middle: number, small: number): number {
  if (large > 0) return Math.sqrt(large + middle * DOWN * DOWN) / DOWN;
  if (small === 0) return Math.sqrt(middle);
  if (middle === 0) return Math.sqrt(small) / UP;
  const [a, b] = [Math.sqrt(middle), Math.sqrt(small) / UP];
  return a > b ? a * Math.sqrt(1 + (b / a) ** 2) : b * Math.sqrt(1 + (a / b) ** 2);
}
