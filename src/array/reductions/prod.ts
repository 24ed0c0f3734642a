/** Products, in f64. */

import type { DType } from "../../memory/dtype.ts";
import { isComplex } from "../element.ts";
import { sumOf } from "../promotion.ts";
import { accumulate, compileRow, compileRun, joined, numberSource, perDType } from "./loops.ts";
import { type Loops, makeReduction, type Reduction } from "./reduction.ts";
import { liftNumber, valueAt } from "./sum.ts";

const create = (length: number): Float64Array => new Float64Array(length);

const realLoops = (dtype: DType): Loops<Float64Array> => ({
  width: 1,
  onHeap: "prod",
  leaf: 512,
  create,
  run: compileRun(
    `prod_${dtype}`,
    `${accumulate(dtype, "1", (s, entry) => `${s} *= ${entry};`)}
    states[at] = ${joined(dtype, (a, b) => `(${a} * ${b})`)[0]};`,
  ),
  row: compileRow(
    `prod_rows_${dtype}`,
    `if (seen === 0) states.fill(1, at, at + n);
    for (let i = 0; i < n; i++) states[at + i] *= ${numberSource(dtype, "start + i")};`,
  ),
  merge(states, at, others, from, n) {
    for (let i = 0; i < n; i++) (states[at + i] as number) *= others[from + i] as number;
  },
});

const complexLoops = (dtype: DType): Loops<Float64Array> => ({
  width: 2,
  leaf: 512,
  create,
  run: compileRun(
    `prod_${dtype}`,
    `let re = 1, im = 0;
    for (let i = start; i < start + 2 * n; i += 2) {
      const x = data[i], y = data[i + 1], t = re * x - im * y;
      im = re * y + im * x; re = t;
    }
    states[at] = re; states[at + 1] = im;`,
  ),
  row: compileRow(
    `prod_rows_${dtype}`,
    `if (seen === 0) for (let k = at; k < at + 2 * n; k += 2) { states[k] = 1; states[k + 1] = 0; }
    for (let i = 0; i < 2 * n; i += 2) {
      const x = data[start + i], y = data[start + i + 1], re = states[at + i], im = states[at + i + 1];
      states[at + i] = re * x - im * y; states[at + i + 1] = re * y + im * x;
    }`,
  ),
  merge(states, at, others, from, n) {
    for (let i = 0; i < 2 * n; i += 2) {
      const [re, im] = [states[at + i] as number, states[at + i + 1] as number];
      const [x, y] = [others[from + i] as number, others[from + i + 1] as number];
      states[at + i] = re * x - im * y;
      states[at + i + 1] = re * y + im * x;
    }
  },
});

export const prod: (dtype: DType) => Reduction = perDType((dtype) =>
  makeReduction({
    name: "prod",
    dtype: sumOf(dtype),
    loops: isComplex(dtype) ? complexLoops(dtype) : realLoops(dtype),
    empty: isComplex(dtype) ? { re: 1, im: 0 } : 1,
    lift: (init) => liftNumber(dtype, init),
    value: (states, at) => valueAt(dtype, states, at),
  }),
);
