/** Whether any or all elements are other than zero. NaN is. */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { isComplexValue, truthSource } from "../element.ts";
import { compileRow, compileRun, perDType } from "./loops.ts";
import { makeReduction, type Reduction } from "./reduction.ts";

type Name = "any" | "all";

function logical(name: Name, dtype: DType): Reduction {
  const { lanes } = elementOf(dtype);
  /** What one element that is found settles. */
  const settled = name === "any" ? 1 : 0;
  const found = (at: string): string => {
    const truth = truthSource(dtype, "data", at);
    return name === "any" ? truth : `!(${truth})`;
  };
  return makeReduction({
    name,
    dtype: "bool",
    empty: settled === 0,
    lift: (init) => {
      const truth = isComplexValue(init) ? init.re !== 0 || init.im !== 0 : +init !== 0;
      return Float64Array.of(+truth);
    },
    value: (states: Float64Array, at) => states[at] !== 0,
    loops: {
      width: 1,
      leaf: 8192,
      create: (length) => new Float64Array(length),
      run: compileRun(
        `${name}_${dtype}`,
        `const end = start + n * ${lanes};
        for (let i = start; i < end; i += ${lanes}) {
          if (${found("i")}) { states[at] = ${settled}; return; }
        }
        states[at] = ${1 - settled};`,
      ),
      row: compileRow(
        `${name}_rows_${dtype}`,
        `if (seen === 0) states.fill(${1 - settled}, at, at + n);
        for (let i = 0; i < n; i++) if (${found(`start + i * ${lanes}`)}) states[at + i] = ${settled};`,
      ),
      merge(states, at, others, from, n) {
        for (let i = 0; i < n; i++) {
          if (others[from + i] === settled) states[at + i] = settled;
        }
      },
    },
  });
}

export const any: (dtype: DType) => Reduction = perDType((dtype) => logical("any", dtype));
export const all: (dtype: DType) => Reduction = perDType((dtype) => logical("all", dtype));
