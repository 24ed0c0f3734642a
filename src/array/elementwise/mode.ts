/**
 * How a function of elements computes. By default numbers are JavaScript's, rounded when they are stored; by dtype each
 * operation rounds to the dtypes of what it takes, as in kernels, and what kernels cannot say is refused.
 */

import { compileElementwise } from "../../kernel/compile.ts";
import type { ElementDType } from "../../kernel/ir.ts";
import type { DType } from "../../memory/dtype.ts";
import { invalidArgument } from "../../wire/errors.ts";
import { checkNames } from "../../wire/option-names.ts";
import { checkDType, isComplex, type Value } from "../element.ts";
import { commonDType } from "../promotion.ts";
import type { ElementwiseOptions } from "./operand-types.ts";
import type { ElementFunction } from "./result-type.ts";

/** Plain data. */
export interface Mode {
  /** The user chose the dtype of the result: booleans may become numbers. */
  readonly declared: boolean;
  readonly compute?: "dtype";
  readonly fast?: boolean;
}

/** A mode in the key of what was made for it. */
export const modeKey = ({ declared, compute, fast }: Mode): string =>
  `${declared ? "!" : ""}${compute ?? ""}${fast ? "+" : ""}`;

/** @throws BodkinError for options that there are not */
export function modeOf(name: string, options: ElementwiseOptions): Mode {
  checkNames(options, ["dtype", "compute", "fast"], name);
  const { dtype, compute, fast } = options;
  if (dtype !== undefined) checkDType(dtype);
  if (compute !== undefined && compute !== "dtype") {
    throw invalidArgument(
      `${name}: compute is "dtype" (each operation in the elements' dtype) or left out (JavaScript's numbers), not ${String(compute)}`,
    );
  }
  if (fast !== undefined && typeof fast !== "boolean") {
    throw invalidArgument(`${name}: fast is true or false, not ${String(fast)}`);
  }
  return { declared: dtype !== undefined, ...(compute && { compute }), ...(fast && { fast }) };
}

/**
 * The dtype of a single value beside arrays. By dtype it takes theirs, as far as it is a number of theirs, so that it
 * does not change in what they compute.
 */
export function valueDType(
  value: Value,
  arrays: readonly DType[],
  { compute }: Pick<Mode, "compute">,
): DType {
  const own = commonDType([], [value]);
  if (compute !== "dtype" || own !== "f64" || arrays.length === 0) return own;
  const common = commonDType(arrays, []);
  if (common === "f64" || common === "f32") return common;
  const number = value as number;
  const isWhole = Number.isInteger(number) && !Object.is(number, -0);
  if (isWhole && common === "u32" && number >= 0 && number < 2 ** 32) return "u32";
  return isWhole && Math.abs(number) < 2 ** 31 ? "i32" : "f32";
}

/** By dtype only what kernels can say is computed. @throws KernelError saying what that is and where it is not */
export function checkMode(
  fn: ElementFunction,
  operands: readonly (DType | { readonly value: Value })[],
  result: DType,
  mode: Mode,
): void {
  if (mode.compute !== "dtype") return;
  const arrays = operands.filter((each) => typeof each === "string");
  const inputs = operands.map((each) =>
    typeof each === "string" ? each : valueDType(each.value, arrays, mode),
  );
  const complex = [...inputs, result].find(isComplex);
  if (complex) {
    throw invalidArgument(
      `compute: "dtype" takes real numbers, not ${complex}; leave it out for complex ones`,
    );
  }
  compileElementwise(fn, inputs as ElementDType[], result as ElementDType, { meaning: "dtype" });
}
