/** Reductions that pass over NaN (of complex numbers those with a NaN in either part), and the count of elements other than zero. */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { isComplex, isComplexValue, truthSource } from "../element.ts";
import { realOf, sumOf } from "../promotion.ts";
import { checkOrdered } from "./extrema.ts";
import { compileRow, compileRun, numberSource, perDType } from "./loops.ts";
import { type Loops, makeReduction, type Reduction } from "./reduction.ts";
import { liftNumber } from "./sum.ts";

/** Elements that are added one by one before their sum joins that of others. */
const LEAF = 128;

const create = (length: number): Float64Array => new Float64Array(length);

const partsOf = (dtype: DType): number[] =>
  Array.from({ length: elementOf(dtype).lanes }, (_, k) => k);

/** Declares the parts `x0`, `x1` of the element at a place. */
const read = (dtype: DType, at: string): string =>
  partsOf(dtype)
    .map((k) => `const x${k} = ${numberSource(dtype, `${at} + ${k}`)};`)
    .join(" ");

const isNumber = (dtype: DType): string =>
  partsOf(dtype)
    .map((k) => `x${k} === x${k}`)
    .join(" && ");

const perPart = (dtype: DType, source: (k: number) => string): string =>
  partsOf(dtype).map(source).join(" ");

// --- Sums and means -------------------------------------------------------------------------------

/** A state is how many numbers there are, and their sum. */
const sumLoops: (dtype: DType) => Loops<Float64Array> = perDType((dtype) => {
  const { lanes } = elementOf(dtype);
  const width = lanes + 1;
  return {
    width,
    leaf: LEAF,
    create,
    run: compileRun(
      `nansum_${dtype}`,
      `let count = 0; ${perPart(dtype, (k) => `let s${k} = 0;`)}
      for (let i = 0, p = start; i < n; i++, p += ${lanes}) {
        ${read(dtype, "p")}
        if (${isNumber(dtype)}) { count++; ${perPart(dtype, (k) => `s${k} += x${k};`)} }
      }
      states[at] = count; ${perPart(dtype, (k) => `states[at + ${k + 1}] = s${k};`)}`,
    ),
    row: compileRow(
      `nansum_rows_${dtype}`,
      `if (seen === 0) states.fill(0, at, at + n * ${width});
      for (let i = 0, p = start, s = at; i < n; i++, p += ${lanes}, s += ${width}) {
        ${read(dtype, "p")}
        if (${isNumber(dtype)}) {
          states[s]++; ${perPart(dtype, (k) => `states[s + ${k + 1}] += x${k};`)}
        }
      }`,
    ),
    merge(states, at, others, from, n) {
      for (let i = 0; i < n * width; i++) (states[at + i] as number) += others[from + i] as number;
    },
  };
});

function mean(name: "nansum" | "nanmean", dtype: DType): Reduction {
  const nothing = name === "nansum" ? 0 : Number.NaN;
  return makeReduction({
    name,
    dtype: sumOf(dtype),
    loops: sumLoops(dtype),
    empty: isComplex(dtype) ? { re: nothing, im: nothing } : nothing,
    ...(name === "nansum" && {
      lift: (init) => Float64Array.of(1, ...liftNumber(dtype, init)),
    }),
    value: (states: Float64Array, at) => {
      const count = name === "nansum" ? 1 : (states[at] as number);
      const re = (states[at + 1] as number) / count;
      return isComplex(dtype) ? { re, im: (states[at + 2] as number) / count } : re;
    },
  });
}

export const nansum: (dtype: DType) => Reduction = perDType((dtype) => mean("nansum", dtype));
export const nanmean: (dtype: DType) => Reduction = perDType((dtype) => mean("nanmean", dtype));

// --- Variances ------------------------------------------------------------------------------------

/** A state is how many numbers there are, their mean, and the sum of squared distances from it; see `moments.ts`. */
const momentLoops: (dtype: DType) => Loops<Float64Array> = perDType((dtype) => {
  const { lanes } = elementOf(dtype);
  const width = lanes + 2;
  const each = (body: string): string =>
    `for (let i = 0, p = start; i < n; i++, p += ${lanes}) {
      ${read(dtype, "p")} if (${isNumber(dtype)}) { ${body} }
    }`;
  const distance = (k: number): string => `(x${k} - s${k}) * (x${k} - s${k})`;
  return {
    width,
    leaf: LEAF,
    create,
    run: compileRun(
      `nanvar_${dtype}`,
      `let count = 0, squares = 0; ${perPart(dtype, (k) => `let s${k} = 0;`)}
      ${each(`count++; ${perPart(dtype, (k) => `s${k} += x${k};`)}`)}
      if (count > 0) { ${perPart(dtype, (k) => `s${k} /= count;`)} }
      ${each(`squares += ${partsOf(dtype).map(distance).join(" + ")};`)}
      states[at] = count; ${perPart(dtype, (k) => `states[at + ${k + 1}] = s${k};`)}
      states[at + ${lanes + 1}] = squares;`,
    ),
    row: compileRow(
      `nanvar_rows_${dtype}`,
      `if (seen === 0) states.fill(0, at, at + n * ${width});
      for (let i = 0, p = start, s = at; i < n; i++, p += ${lanes}, s += ${width}) {
        ${read(dtype, "p")}
        if (${isNumber(dtype)}) {
          const share = 1 / ++states[s];
          ${perPart(
            dtype,
            (k) => `const d${k} = x${k} - states[s + ${k + 1}];
            states[s + ${k + 1}] += d${k} * share;
            states[s + ${lanes + 1}] += d${k} * (x${k} - states[s + ${k + 1}]);`,
          )}
        }
      }`,
    ),
    merge(states, at, others, from, n) {
      for (let i = 0; i < n * width; i += width) {
        const [count, other] = [states[at + i] as number, others[from + i] as number];
        if (other === 0) continue;
        const share = other / (count + other);
        let squared = 0;
        for (let k = 1; k <= lanes; k++) {
          const distance = (others[from + i + k] as number) - (states[at + i + k] as number);
          (states[at + i + k] as number) += distance * share;
          squared += distance * distance;
        }
        states[at + i] = count + other;
        (states[at + i + lanes + 1] as number) +=
          (others[from + i + lanes + 1] as number) + squared * count * share;
      }
    },
  };
});

function spread(name: "nanvar" | "nanstd", dtype: DType, ddof: number): Reduction {
  const { lanes } = elementOf(dtype);
  return makeReduction({
    name,
    dtype: realOf(sumOf(dtype)),
    loops: momentLoops(dtype),
    empty: Number.NaN,
    value: (states: Float64Array, at) => {
      const divisor = (states[at] as number) - ddof;
      const variance = divisor > 0 ? (states[at + lanes + 1] as number) / divisor : Number.NaN;
      return name === "nanvar" ? variance : Math.sqrt(variance);
    },
  });
}

export const nanvar = (dtype: DType, ddof: number = 0): Reduction => spread("nanvar", dtype, ddof);
export const nanstd = (dtype: DType, ddof: number = 0): Reduction => spread("nanstd", dtype, ddof);

// --- Extrema --------------------------------------------------------------------------------------

/** A state is the best number so far; NaN as long as there is none. */
function extremum(name: "nanmin" | "nanmax", dtype: DType): Reduction {
  checkOrdered(name, dtype);
  const wins = (x: string, best: string): string =>
    `${x} ${name === "nanmin" ? "<" : ">"} ${best} || ${best} !== ${best}`;
  return makeReduction({
    name,
    dtype,
    loops: {
      width: 1,
      leaf: 8192,
      create,
      run: compileRun(
        `${name}_${dtype}`,
        `let best = NaN;
        for (let i = start; i < start + n; i++) {
          const x = ${numberSource(dtype, "i")};
          if (${wins("x", "best")}) best = x;
        }
        states[at] = best;`,
      ),
      row: compileRow(
        `${name}_rows_${dtype}`,
        `if (seen === 0) states.fill(NaN, at, at + n);
        for (let i = 0; i < n; i++) {
          const x = ${numberSource(dtype, "start + i")}, best = states[at + i];
          if (${wins("x", "best")}) states[at + i] = x;
        }`,
      ),
      merge(states, at, others, from, n) {
        for (let i = 0; i < n; i++) {
          const [x, best] = [others[from + i] as number, states[at + i] as number];
          if (Number.isNaN(best) || (name === "nanmin" ? x < best : x > best)) states[at + i] = x;
        }
      },
    },
    empty: undefined,
    lift: (init) => Float64Array.of(isComplexValue(init) ? Number.NaN : +init),
    value: (states: Float64Array, at) =>
      dtype === "bool" ? states[at] !== 0 : (states[at] as number),
  });
}

export const nanmin: (dtype: DType) => Reduction = perDType((dtype) => extremum("nanmin", dtype));
export const nanmax: (dtype: DType) => Reduction = perDType((dtype) => extremum("nanmax", dtype));

// --- Counts ---------------------------------------------------------------------------------------

export const countNonzero: (dtype: DType) => Reduction = perDType((dtype) => {
  const { lanes } = elementOf(dtype);
  const truth = truthSource(dtype, "data", "p");
  return makeReduction({
    name: "countNonzero",
    dtype: "f64",
    loops: {
      width: 1,
      leaf: 8192,
      create,
      run: compileRun(
        `count_${dtype}`,
        `let count = 0;
        for (let i = 0, p = start; i < n; i++, p += ${lanes}) if (${truth}) count++;
        states[at] = count;`,
      ),
      row: compileRow(
        `count_rows_${dtype}`,
        `if (seen === 0) states.fill(0, at, at + n);
        for (let i = 0, p = start; i < n; i++, p += ${lanes}) if (${truth}) states[at + i]++;`,
      ),
      merge(states, at, others, from, n) {
        for (let i = 0; i < n; i++) (states[at + i] as number) += others[from + i] as number;
      },
    },
    empty: 0,
    value: (states: Float64Array, at) => states[at] as number,
  });
});
