/**
 * Mean, variance and standard deviation. Variances of parts are combined without cancellation. (T. F. Chan,
 * G. H. Golub, R. J. LeVeque: Updating formulae and a pairwise algorithm for computing sample variances.
 * COMPSTAT 1982; element by element B. P. Welford: Technometrics 4(3), 1962.)
 */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { isComplex } from "../element.ts";
import { realOf, sumOf } from "../promotion.ts";
import { accumulate, compileRow, compileRun, joined, numberSource, perDType } from "./loops.ts";
import { type Loops, makeReduction, type Reduction } from "./reduction.ts";
import { sumLoops } from "./sum.ts";

export const mean: (dtype: DType) => Reduction = perDType((dtype) =>
  makeReduction({
    name: "mean",
    dtype: sumOf(dtype),
    loops: sumLoops(dtype),
    empty: isComplex(dtype) ? { re: Number.NaN, im: Number.NaN } : Number.NaN,
    value: (states, at, count) => {
      const re = (states[at] as number) / count;
      return isComplex(dtype) ? { re, im: (states[at + 1] as number) / count } : re;
    },
  }),
);

/** A state is the mean (of complex numbers its two parts) and the sum of squared distances from it. */
const momentLoops: (dtype: DType) => Loops<Float64Array> = perDType((dtype) => {
  const { lanes } = elementOf(dtype);
  const width = lanes + 1;
  const parts = Array.from({ length: lanes }, (_, k) => k);
  const means = joined(dtype, (a, b) => `(${a} + ${b})`).map(
    (part, k) => `const m${k} = ${part} / n;`,
  );
  const squares = joined(dtype, (a, b) => `(${a} + ${b})`).join(" + ");
  return {
    width,
    onHeap: isComplex(dtype) ? undefined : "moments",
    leaf: 2048,
    create: (length) => new Float64Array(length),
    // The elements are still in the cache when they are read a second time.
    run: compileRun(
      `moments_${dtype}`,
      `${accumulate(dtype, "0", (s, entry) => `${s} += ${entry};`)} ${means.join(" ")}
      ${parts.map((k) => `states[at + ${k}] = m${k};`).join(" ")}
      {
        let d = 0;
        ${accumulate(dtype, "0", (s, entry) => {
          const k = Number(s.slice(1)) % lanes;
          return `d = ${entry} - m${k}; ${s} += d * d;`;
        })}
        states[at + ${lanes}] = ${squares};
      }`,
    ),
    row: compileRow(
      `moments_rows_${dtype}`,
      `if (seen === 0) states.fill(0, at, at + n * ${width});
      const share = 1 / (seen + 1);
      for (let i = 0, s = at, p = start; i < n; i++, s += ${width}, p += ${lanes}) {
        ${parts
          .map(
            (
              k,
            ) => `const x${k} = ${numberSource(dtype, `p + ${k}`)}, d${k} = x${k} - states[s + ${k}];
            states[s + ${k}] += d${k} * share;
            states[s + ${lanes}] += d${k} * (x${k} - states[s + ${k}]);`,
          )
          .join(" ")}
      }`,
    ),
    merge(states, at, others, from, n, count, otherCount) {
      const share = otherCount / (count + otherCount);
      for (let i = 0; i < n * width; i += width) {
        let squared = 0;
        for (let k = 0; k < lanes; k++) {
          const distance = (others[from + i + k] as number) - (states[at + i + k] as number);
          (states[at + i + k] as number) += distance * share;
          squared += distance * distance;
        }
        (states[at + i + lanes] as number) +=
          (others[from + i + lanes] as number) + squared * count * share;
      }
    },
  };
});

function spread(name: "var" | "std", dtype: DType, ddof: number): Reduction {
  const { lanes } = elementOf(dtype);
  return makeReduction({
    name,
    dtype: realOf(sumOf(dtype)),
    loops: momentLoops(dtype),
    empty: Number.NaN,
    value: (states, at, count) => {
      const divisor = Math.max(0, count - ddof);
      const variance = (states[at + lanes] as number) / divisor;
      return name === "var" ? variance : Math.sqrt(variance);
    },
  });
}

/** The mean squared distance from the mean; the sum is divided by `n − ddof`. */
export const variance = (dtype: DType, ddof: number = 0): Reduction => spread("var", dtype, ddof);

export const standardDeviation = (dtype: DType, ddof: number = 0): Reduction =>
  spread("std", dtype, ddof);
