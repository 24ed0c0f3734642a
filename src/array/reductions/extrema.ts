/** The smallest and the largest element. NaN wins over every number, as in NumPy. */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isComplex, isComplexValue } from "../element.ts";
import { accumulate, compileRow, compileRun, joined, numberSource, perDType } from "./loops.ts";
import { type Loops, makeReduction, type Reduction } from "./reduction.ts";

type Name = "min" | "max";

function loopsOf(name: Name, dtype: DType): Loops<Float64Array> {
  const pick = name === "min" ? Math.min : Math.max;
  const choose = (a: string, b: string): string => `Math.${name}(${a}, ${b})`;
  const first = name === "min" ? "Infinity" : "-Infinity";
  return {
    width: 1,
    onHeap: isComplex(dtype) ? undefined : name,
    leaf: 8192,
    create: (length) => new Float64Array(length),
    run: compileRun(
      `${name}_${dtype}`,
      `${accumulate(dtype, first, (s, entry) => `${s} = ${choose(s, entry)};`)}
      states[at] = ${joined(dtype, choose)[0]};`,
    ),
    row: compileRow(
      `${name}_rows_${dtype}`,
      `if (seen === 0) states.fill(${first}, at, at + n);
      for (let i = 0; i < n; i++) {
        states[at + i] = ${choose("states[at + i]", numberSource(dtype, "start + i"))};
      }`,
    ),
    merge(states, at, others, from, n) {
      for (let i = 0; i < n; i++) {
        states[at + i] = pick(states[at + i] as number, others[from + i] as number);
      }
    },
  };
}

/** @throws where elements have no order */
export function checkOrdered(name: string, dtype: DType): void {
  if (!isComplex(dtype)) return;
  throw invalidArgument(
    `${name} of dtype ${dtype}: complex numbers have no order; map them to real ones, as in map(z => Math.hypot(z.re, z.im))`,
  );
}

function extremum(name: Name, dtype: DType): Reduction {
  checkOrdered(name, dtype);
  return makeReduction({
    name,
    dtype,
    loops: loopsOf(name, dtype),
    empty: undefined,
    lift: (init) => Float64Array.of(isComplexValue(init) ? Number.NaN : +init),
    value: (states, at) => (dtype === "bool" ? states[at] !== 0 : (states[at] as number)),
  });
}

export const min: (dtype: DType) => Reduction = perDType((dtype) => extremum("min", dtype));
export const max: (dtype: DType) => Reduction = perDType((dtype) => extremum("max", dtype));
