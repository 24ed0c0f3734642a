/** Sums. Integers and booleans are summed in f64, exactly up to 2^53. */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { isComplex, isComplexValue, type Value } from "../element.ts";
import { sumOf } from "../promotion.ts";
import { accumulate, compileRow, compileRun, joined, numberSource, perDType } from "./loops.ts";
import { type Loops, makeReduction, type Reduction } from "./reduction.ts";

/** Entries that are added one by one, eight sums side by side, before their sum joins that of others. */
const BLOCK = 128;

/** A state is the sum, of complex numbers its real and imaginary part. */
export const sumLoops: (dtype: DType) => Loops<Float64Array> = perDType((dtype) => {
  const { lanes } = elementOf(dtype);
  const parts = Array.from({ length: lanes }, (_, k) => k);
  const blockSums = joined(dtype, (a, b) => `(${a} + ${b})`);
  const add = accumulate(dtype, "0", (s, entry) => `${s} += ${entry};`, "from", "to");
  return {
    width: lanes,
    onHeap: isComplex(dtype) ? undefined : "sum",
    leaf: 1024,
    create: (length) => new Float64Array(length),
    run: compileRun(
      `sum_${dtype}`,
      `let ${parts.map((k) => `t${k} = 0`).join(", ")};
      const last = start + n * ${lanes};
      for (let from = start; from < last; from += ${BLOCK}) {
        const to = from + ${BLOCK} < last ? from + ${BLOCK} : last;
        ${add}
        ${parts.map((k) => `t${k} += ${blockSums[k]};`).join(" ")}
      }
      ${parts.map((k) => `states[at + ${k}] = t${k};`).join(" ")}`,
    ),
    row: compileRow(
      `sum_rows_${dtype}`,
      `const m = n * ${lanes};
      if (seen === 0) for (let i = 0; i < m; i++) states[at + i] = ${numberSource(dtype, "start + i")};
      else for (let i = 0; i < m; i++) states[at + i] += ${numberSource(dtype, "start + i")};`,
    ),
    merge(states, at, others, from, n) {
      for (let i = 0; i < n * lanes; i++) (states[at + i] as number) += others[from + i] as number;
    },
  };
});

/** Real and imaginary part of a value to begin with, as far as the dtype has them. */
export function liftNumber(dtype: DType, init: Value): Float64Array {
  const [re, im] = isComplexValue(init) ? [init.re, init.im] : [+init, 0];
  return isComplex(dtype) ? Float64Array.of(re, im) : Float64Array.of(re);
}

export const sum: (dtype: DType) => Reduction = perDType((dtype) =>
  makeReduction({
    name: "sum",
    dtype: sumOf(dtype),
    loops: sumLoops(dtype),
    empty: isComplex(dtype) ? { re: 0, im: 0 } : 0,
    lift: (init) => liftNumber(dtype, init),
    value: (states, at) => valueAt(dtype, states, at),
  }),
);

/** The number of a state, complex for complex elements. */
export function valueAt(dtype: DType, states: Float64Array, at: number): Value {
  const re = states[at] as number;
  return isComplex(dtype) ? { re, im: states[at + 1] as number } : re;
}
