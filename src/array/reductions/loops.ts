/** Source of the loops that reductions are compiled from. */

import { type DType, elementOf } from "../../memory/dtype.ts";
import { compile } from "../../util/compile.ts";
import type { Loops } from "./reduction.ts";

/** Keeps engines from counting in floating point; positions given to loops are below 2^31. */
const INTEGERS = "start |= 0; n |= 0; at |= 0;";

type Scope = Readonly<Record<string, unknown>>;

/** A loop over consecutive elements. */
export const compileRun = (name: string, body: string, scope?: Scope): Loops<Float64Array>["run"] =>
  compile(name, ["data", "start", "n", "states", "at"], `${INTEGERS}\n${body}`, scope);

/** A loop over neighbouring states. */
export const compileRow = (name: string, body: string, scope?: Scope): Loops<Float64Array>["row"] =>
  compile(name, ["data", "start", "n", "states", "at", "seen"], `${INTEGERS}\n${body}`, scope);

/** The number at `at`: booleans count as 1 and 0. */
export const numberSource = (dtype: DType, at: string): string =>
  dtype === "bool" ? `+(data[${at}] !== 0)` : `data[${at}]`;

/** Enough for the additions of neighbouring elements not to wait for one another. */
const ACCUMULATORS = 8;

/**
 * Eight accumulators `s0` to `s7`, each changed by every eighth entry. Of complex numbers the even ones take the
 * real parts, the odd ones the imaginary parts. Runs over the entries between `from` and `to`.
 */
export function accumulate(
  dtype: DType,
  start: string,
  step: (accumulator: string, entry: string) => string,
  from: string = "start",
  to: string = `start + n * ${elementOf(dtype).lanes}`,
): string {
  const { lanes } = elementOf(dtype);
  const steps = (count: number) =>
    Array.from({ length: count }, (_, k) => step(`s${k}`, numberSource(dtype, `i + ${k}`))).join(
      " ",
    );
  return `let ${Array.from({ length: ACCUMULATORS }, (_, k) => `s${k} = ${start}`).join(", ")};
    let i = ${from};
    const end = ${to};
    for (; i + ${ACCUMULATORS} <= end; i += ${ACCUMULATORS}) { ${steps(ACCUMULATORS)} }
    for (; i < end; i += ${lanes}) { ${steps(lanes)} }`;
}

/** Joins the accumulators two by two, those of each part of complex numbers by themselves. */
export function joined(dtype: DType, join: (a: string, b: string) => string): string[] {
  const { lanes } = elementOf(dtype);
  let parts = Array.from({ length: ACCUMULATORS }, (_, k) => `s${k}`);
  while (parts.length > lanes) {
    const half = parts.length / 2;
    parts = parts.slice(0, half).map((part, k) => join(part, parts[half + k] as string));
  }
  return parts;
}

/** Makes something once for each dtype. */
export function perDType<T>(make: (dtype: DType) => T): (dtype: DType) => T {
  const made = new Map<DType, T>();
  return (dtype) => {
    let own = made.get(dtype);
    if (own === undefined) made.set(dtype, (own = make(dtype)));
    return own;
  };
}
