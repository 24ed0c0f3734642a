/** What a loop does with the elements at one index: the source that calls the function, checks and stores. */

import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { isComplex } from "../element.ts";
import { type Kind, resultKind } from "./result-kind.ts";
import { type ElementFunction, kindOfDType } from "./result-type.ts";

export interface ElementSource {
  /** Statements that apply the function `f` to the values and store the result in `out` at `to`. */
  apply(values: readonly string[], out: string, to: string): string;
  /** Throws; named `refuse` in the statements. */
  refuse(value: unknown, fn: ElementFunction): never;
}

/**
 * Statements for a function. What it gives is checked where its source does not tell its kind: it must be what
 * the output holds, or, where the user `declared` the dtype, something that converts to it.
 */
export function elementSource(
  fn: ElementFunction,
  inputs: readonly DType[],
  output: DType,
  declared: boolean,
): ElementSource {
  const kind = resultKind(fn, inputs.map(kindOfDType));
  const wanted = kindOfDType(output);
  const refuse = (value: unknown, from: ElementFunction): never => {
    const name = from.name ? `'${from.name}'` : "the function";
    throw invalidArgument(
      `${name} gave ${nameOf(value)} for an element of dtype ${output}; ${remedy(value, declared)}`,
    );
  };
  if (kind === "complex" && wanted !== "complex") refuse({}, fn);
  const check = kind === undefined ? checkSource(wanted, declared) : "";
  return {
    apply: (values, out, to) =>
      `const v = f(${values.join(", ")}); ${check} ${storeSource(output, kind, out, to)}`,
    refuse,
  };
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function remedy(value: unknown, declared: boolean): string {
  if (value === undefined) return "does it lack a return?";
  if (declared) return "let it return what that dtype holds";
  const dtypes = { boolean: "bool", number: "f64", object: "c128" };
  const dtype = dtypes[typeof value as keyof typeof dtypes];
  return dtype
    ? `say which dtype you mean, such as { dtype: "${dtype}" }`
    : "let it return a number";
}

/** A statement that refuses values of the wrong kind; engines drop it where they know the kind. */
function checkSource(wanted: Kind, declared: boolean): string {
  const number = 'typeof v !== "number"';
  const scalar = declared ? `${number} && typeof v !== "boolean"` : number;
  const complex = '(v === null || typeof v !== "object" || typeof v.re !== "number")';
  if (wanted === "complex")
    return `if (${complex}${declared ? ` && ${scalar}` : ""}) refuse(v, f);`;
  return `if (${scalar}) refuse(v, f);`;
}

/** Booleans are stored as they are: a choice between 1 and 0 would cost a branch that cannot be foreseen. */
function storeSource(output: DType, kind: Kind | undefined, out: string, to: string): string {
  if (output === "bool") {
    return `${out}[${to}] = ${kind === "boolean" ? "v" : "v !== 0 && v !== false"};`;
  }
  if (!isComplex(output)) return `${out}[${to}] = v;`;
  const parts = `${out}[${to}] = v.re; ${out}[${to} + 1] = v.im;`;
  const real = `${out}[${to}] = v; ${out}[${to} + 1] = 0;`;
  if (kind === "complex") return parts;
  return kind === undefined ? `if (typeof v === "object") { ${parts} } else { ${real} }` : real;
}
